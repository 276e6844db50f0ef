"""The letters' own typeface: where its files are, which characters it has, and the fontconfig
file that shows the renderer this typeface and nothing else (a system font would differ from
machine to machine, and with it the bytes)."""

import importlib.util
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

FAMILY = "Fira Sans"
PACKAGE = "fontpkg_fira_sans"
STYLES = ("Regular", "Italic", "SemiBold")


def font_files() -> list[Path]:
    """The files of the styles the letters use."""
    found = importlib.util.find_spec(PACKAGE)
    assert found is not None, f"{PACKAGE} is not installed"
    assert found.origin is not None, f"{PACKAGE} has no files"
    folder = Path(found.origin).parent / "files"
    return [folder / f"FiraSans-{style}.ttf" for style in STYLES]


def write_fontconfig(folder: Path) -> Path:
    """Write a fontconfig file into `folder` that knows only our files; returns its path."""
    fonts = folder / "fonts"
    fonts.mkdir(exist_ok=True)
    for source in font_files():
        link = fonts / source.name
        if not link.exists():
            link.symlink_to(source)
    config = folder / "fonts.conf"
    config.write_text(
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">\n'
        f"<fontconfig><dir>{escape(str(fonts))}</dir>"
        f"<cachedir>{escape(str(folder / 'cache'))}</cachedir></fontconfig>\n",
        encoding="utf-8",
    )
    return config


@cache
def covered() -> frozenset[int]:
    """The code points every one of our styles can print."""
    from fontTools.ttLib import TTFont

    sets = []
    for path in font_files():
        with TTFont(path, lazy=True) as font:
            sets.append(set(font.getBestCmap()))
    return frozenset(set.intersection(*sets))

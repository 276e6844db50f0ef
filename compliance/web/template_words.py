"""The words of a template that a reader is shown, and the same template in another language.

A template is written once, in English. A *text* is what stands between two tags of blocks, two statements
or two ends of lines. Its key is the English as a translator reads it: `{1}` stands for an expression,
`<1>..</1>` for a tag within the sentence; `{1}` and `<1>` are numbered apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from flask.templating import Environment as FlaskEnvironment
from jinja2 import BaseLoader, Environment

_INSIDE = r"(?:\{\{.*?\}\}|\{%.*?%\}|[^>{]|\{(?![{%]))*"
_WITHIN = r"(?:a|strong|em|b|i|span|time|br|abbr)"
#: What parts one text from the next: a comment, code, a statement, a block's tag, the end of a line.
_BOUNDARY = re.compile(
    rf"\{{#.*?#\}}|<script\b.*?</script>|<svg\b.*?</svg>|\{{%.*?%\}}|\n|</?(?!/?{_WITHIN}\b)[a-zA-Z!]{_INSIDE}>",
    re.DOTALL,
)
_LABEL = re.compile(r'aria-label="([^"{]*[A-Za-z][^"{]*)"')
_HELD = re.compile(rf"\{{\{{.*?\}}\}}|<(?P<close>/?)(?P<tag>{_WITHIN})\b{_INSIDE}>", re.DOTALL)
_WRAPPED = re.compile(
    rf"<(?P<tag>{_WITHIN})\b{_INSIDE}>(?P<inner>(?:(?!</?(?P=tag)\b).)*)</(?P=tag)>", re.DOTALL
)
_NO_WORDS = re.compile(r"\{\d+\}|</?\d+/?>|&[#\w]+;")
_PLACEHOLDER = re.compile(r"\{\d+\}|</?\d+/?>")


@dataclass(frozen=True)
class Text:
    """A text in a template: where it stands, its key, and what its placeholders stand for."""

    start: int
    end: int
    key: str
    held: Mapping[str, str]


def texts_of(source: str) -> Iterator[Text]:
    """Yield the texts of a template's source, in its order."""
    last = 0
    for boundary in _BOUNDARY.finditer(source):
        yield from _text(source, last, boundary.start())
        for label in _LABEL.finditer(boundary[0]) if boundary[0].startswith("<") else ():
            at = boundary.start()
            yield Text(at + label.start(1), at + label.end(1), label[1], {})
        last = boundary.end()
    yield from _text(source, last, len(source))


def in_language(source: str, said: Callable[[str], str | None]) -> str:
    """Return a template's source in another language; `said` gives a text by its key, None keeps the English."""
    made: list[str] = []
    last = 0
    for text in texts_of(source):
        translated = said(text.key)
        if translated is None:
            continue
        made += [source[last : text.start], _filled(translated, text.held)]
        last = text.end
    return "".join([*made, source[last:]])


def placeholders(text: str) -> list[str]:
    """Return the placeholders of a text, sorted: a translation has the same."""
    return sorted(_PLACEHOLDER.findall(text))


class LanguageLoader(BaseLoader):
    """Loads `cy/public/start.html` as `public/start.html` with its texts in Welsh."""

    def __init__(self, inner: BaseLoader, texts: Mapping[str, Mapping[str, str]]) -> None:
        """Keep the loader of the templates as they are written, and the texts by language and key."""
        self.inner = inner
        self.texts = texts

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        """Return the source, in the language that the name begins with, if it does."""
        language, _, name = template.partition("/")
        if language not in self.texts:
            return self.inner.get_source(environment, template)
        source, path, fresh = self.inner.get_source(environment, name)
        return in_language(source, self.texts[language].get), path, fresh

    def joined(self, template: str, parent: str) -> str:
        """Return the name of a template that another names: in the language of the one that names it."""
        language = parent.partition("/")[0]
        return f"{language}/{template}" if language in self.texts else template


class PageEnvironment(FlaskEnvironment):
    """Flask's templates, where one that names another means it in its own language."""

    def join_path(self, template: str, parent: str) -> str:
        """Return the name under which a template that another names is loaded."""
        loader = self.loader
        return loader.joined(template, parent) if isinstance(loader, LanguageLoader) else template


def _text(source: str, start: int, end: int) -> Iterator[Text]:
    while True:
        piece = source[start:end]
        start, end = (
            start + len(piece) - len(piece.lstrip()),
            end - (len(piece) - len(piece.rstrip())),
        )
        whole = _WRAPPED.fullmatch(source[start:end]) if start < end else None
        if whole is None:
            break
        start, end = start + whole.start("inner"), start + whole.end("inner")
    key, held = _key(source[start:end])
    # What still holds a piece of a tag is the inside of one, cut by a statement.
    if re.search("[A-Za-z]", _NO_WORDS.sub("", key)) and '="' not in key:
        yield Text(start, end, key, held)


def _key(piece: str) -> tuple[str, dict[str, str]]:
    held: dict[str, str] = {}
    opened: list[int] = []
    counts = {"{": 0, "<": 0}

    def stand_in(found: re.Match[str]) -> str:
        if found["tag"] is None:
            counts["{"] += 1
            name = f"{{{counts['{']}}}"
        elif found["close"]:
            name = f"</{opened.pop() if opened else 0}>"
        else:
            counts["<"] += 1
            name = f"<{counts['<']}>"
            if found["tag"] == "br":
                name = f"<{counts['<']}/>"
            else:
                opened.append(counts["<"])
        held[name] = found[0]
        return name

    return _HELD.sub(stand_in, piece), held


def _filled(text: str, held: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: held[found[0]], text)

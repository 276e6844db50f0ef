"""The reference letter of the bench: what it says, as a plain author writes it, and as we set the same words.

Two pages: a crest, a letterhead, an address window, twelve findings in five columns, a footer. Every number gives
another shop, other findings, other words.
"""

import random
from dataclasses import dataclass
from html import escape

STREETS = ["Elm Row", "Castle Street", "Mill Lane", "Station Road", "Church Hill", "Quay Side"]
TOWNS = ["Norwich", "Thetford", "Cromer", "Swaffham", "Dereham", "Wymondham"]
SHOPS = ["Hardware", "Stores", "Kitchens", "Outdoors", "Supermarket", "Cookshop"]
FOUND = [
    "The till did not ask for an age check on {n} of the knives we tried.",
    "We saw no written policy that covers knives and other blades.",
    "The refusals log had no entry for {n} weeks before our visit.",
    "Training records of {n} members of staff had no date on them.",
    "There was no notice about age at the display by aisle {n}.",
    "Staff at counter {n} could not say which proof of age to take.",
]
TO_DO = [
    "Put a prompt on every bladed item within {n} weeks.",
    "Write down how staff check age, and which items the rule covers.",
    "Write down every refusal. Have a manager sign the log every {n} days.",
    "Train the {n} members of staff again and write down the date.",
    "Put up {n} Challenge 25 notices where customers see them.",
    "Show staff the list of proof of age and ask them about it after {n} days.",
]
HEADINGS = ("No.", "What we found", "What to do", "Law or good practice", "By when")
SENDER = ("County Hall", "Martineau Lane", "Norwich", "NR1 2DH")
CSS = """
@page { size: A4; margin: 20mm 18mm 25mm 20mm;
  @bottom-center { content: "Page " counter(page) " of " counter(pages); font-size: 8pt } }
@page :first { margin-top: 15mm }
body { font-family: "Fira Sans"; font-size: 10pt; line-height: 1.4 }
header { display: flex; justify-content: space-between; height: 40mm }
header img { width: 28mm; height: 28mm }
header .from { text-align: right; font-size: 9pt }
.address { margin: 8mm 0 14mm 5mm; line-height: 1.3 }
h1 { font-size: 16pt; font-weight: 600 }
h2 { font-size: 12pt; font-weight: 600 }
table { border-collapse: collapse; width: 100%; font-size: 9pt }
th, td { border: 0.5pt solid #000; padding: 2mm; text-align: left; vertical-align: top }
thead { background: #eee }
"""
CREST = (
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 40 40'>"
    "<path d='M4 4h32v18c0 8-8 12-16 15C12 34 4 30 4 22z' fill='none' stroke='black'/>"
    "<circle cx='20' cy='17' r='8'/></svg>"
)


@dataclass(frozen=True)
class Letter:
    """The words of a letter."""

    reference: str
    address: tuple[str, ...]
    title: str
    lead: str
    rows: tuple[tuple[str, ...], ...]
    sections: tuple[tuple[str, str], ...]
    ending: str = "Yours faithfully"


def words(number: int) -> Letter:
    """What a letter says."""
    rng = random.Random(number)
    shop = f"{rng.choice(TOWNS)} {rng.choice(SHOPS)} {number}"
    rows = tuple(
        (
            str(row),
            rng.choice(FOUND).format(n=rng.randint(2, 99)),
            rng.choice(TO_DO).format(n=rng.randint(2, 99)),
            rng.choice(["Law", "Good practice", "Helps to show due diligence"]),
            f"{rng.randint(1, 28)} {rng.choice(['March', 'April', 'May'])} 2027",
        )
        for row in range(1, 13)
    )
    return Letter(
        f"CKS-{number:06}",
        (
            f"{shop} Limited",
            f"{rng.randint(1, 200)} {rng.choice(STREETS)}",
            rng.choice(TOWNS),
            f"NR{rng.randint(1, 20)} 1QZ",
        ),
        f"Our visit to {shop}",
        f"We visited {shop} on {rng.randint(1, 28)} October 2026 to look at how knives are sold. This "
        "letter tells you what we found, what to do first, and by when. Our advice is free.",
        rows,
        (
            (
                "What happens next",
                "We may visit again to see how you got on. If you need more time for a step, call us "
                f"before its date and say that it is about letter {number}.",
            ),
            (
                "Is this letter real?",
                "Look up our phone number on our own website. Call it and ask about this letter. We "
                "will never ask you for money or bank details.",
            ),
        ),
    )


def plain_page(letter: Letter) -> str:
    """The letter as a plain author would write it: one page with its style inline."""
    cells = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>"
        for row in letter.rows
    )
    heads = "".join(f"<th>{each}</th>" for each in HEADINGS)
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{letter.title}</title>'
        f'<style>{CSS}</style></head><body><header><img src="{CREST}" alt="Crest">'
        f"<div class=from><p>{'<br>'.join(SENDER)}</p>"
        f"<p>Our reference: {letter.reference}</p></div></header>"
        f"<div class=address>{''.join(f'<p>{line}</p>' for line in letter.address)}</div>"
        f"<h1>{letter.title}</h1><p>{letter.lead}</p>"
        f"<table><thead><tr>{heads}</tr></thead><tbody>{cells}</tbody></table>"
        + "".join(f"<h2>{heading}</h2><p>{text}</p>" for heading, text in letter.sections)
        + f"<p>{letter.ending}</p></body></html>"
    )


def our_page(letter: Letter) -> str:
    """The same words as our templates set them, for our own style sheet: fixed tables, no flex."""
    columns = ("n", "found", "advised", "basis", "when")
    heads = "".join(
        f'<th scope="col" class="{name}">{each}</th>'
        for name, each in zip(columns, HEADINGS, strict=True)
    )
    cells = "".join(
        "<tr>"
        + "".join(
            f'<td class="{name}">{escape(cell)}</td>'
            for name, cell in zip(columns, row, strict=True)
        )
        + "</tr>"
        for row in letter.rows
    )
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{letter.title}</title>'
        f'<meta name="author" content="Marchwood"><meta name="identifier" content="{letter.reference}">'
        '</head><body><header><div class="letterhead">'
        f'<img src="{CREST}" alt="Crest" style="width: 16mm; height: 16mm"></div>'
        f'<div class="window">{"".join(f"<p class=address>{line}</p>" for line in letter.address)}</div>'
        f'<div class="sender">{"".join(f"<p>{line}</p>" for line in SENDER)}'
        f'<p class="gap">Our reference: {letter.reference}</p></div></header><main>'
        f'<div class="reference-line" data-reference="{letter.reference}" data-page="Page" data-of="of">'
        f'</div><h1>{letter.title}</h1><p class="lead">{letter.lead}</p>'
        f'<table class="points"><thead><tr>{heads}</tr></thead><tbody>{cells}</tbody></table>'
        + "".join(
            f'<section class="keep"><h2>{heading}</h2><p>{text}</p></section>'
            for heading, text in letter.sections
        )
        + f'<p class="sign-off">{letter.ending}</p></main></body></html>'
    )


def parted(html: str) -> tuple[str, str]:
    """A page without its style, and its style: our engine is given them apart."""
    before, _, rest = html.partition("<style>")
    css, _, after = rest.partition("</style>")
    return before + after, css

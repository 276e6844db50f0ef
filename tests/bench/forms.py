"""The finished page of a visit beside the same fields drawn by stock WTForms widgets.

Run with ``python -m tests.bench.forms``. A screen of 45 questions of every type, a saved draft with some
answers, a fresh form token each time. Each round makes fresh drafts; the two sides take turns on each and
must show the same fields with the same values, which is checked. Three measures, each as a ratio: the
questions alone; the page of the screen (frame, questions, token) without database and sign-in; and the
whole GET through the application, the same on both sides but for how the questions are drawn. Nothing is
left out on our side; stock widgets draw no hints and no error links, to their advantage.
"""

from __future__ import annotations

import gc
import random
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from time import perf_counter
from typing import Any
from unittest import mock

from flask import render_template
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import Form, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from compliance.access import Role
from compliance.app import create_app
from compliance.config import Settings
from compliance.rulebook import Pack
from compliance.services import authorities, users, visits
from compliance.services.spelling import searchable
from compliance.services.visit_content import WHY_NOT_OBSERVED
from compliance.store.engine import db, separate_session, upgrade
from compliance.store.models import Premises, User, Visit
from compliance.web.application import Application
from compliance.web.forms.meanwhile import marks
from compliance.web.forms.prepared import PreparedSection, prepared
from compliance.web.forms.sections import WHY, Section, question_sections
from compliance.web.officers import visits as views
from compliance.web.signed_in import TOKEN

ROUNDS, DRAFTS = 12, 25
GOAL = 0.45
DIMS = {"kind": ["audit"], "nation": ["england"], "channel": ["in_store"]}
OPTIONS = [{"code": code, "label": {"en": code.title()}} for code in ("left", "middle", "right")]
# The mix of a real audit: mostly yes or no.
TYPES = ["yes_no"] * 31 + ["choice"] * 4 + ["choices"] * 2
TYPES += ["text"] * 3 + ["date", "date", "integer", "measure", "time"]


def pack() -> Pack:
    """A rulebook with one screen of 45 questions."""
    nations = ("england", "wales", "scotland", "northern_ireland")
    return Pack(
        {
            "pack": {"id": "bench", "version": "1"},
            "dim": [
                {"id": "kind", "options": [{"code": "audit", "label": {"en": "Audit"}}]},
                {"id": "nation", "options": [{"code": code} for code in nations]},
                {"id": "channel", "many": True, "options": [{"code": "in_store"}]},
            ],
            "section": [{"id": "all", "title": {"en": "All of it"}}],
            "question": [
                {
                    "id": f"q{at:02}",
                    "type": kind,
                    "section": "all",
                    "label": {"en": f"What about point {at} of the list?"},
                    "hint": {"en": "Look at it closely before you answer."},
                    "line": {"en": f"Point {at}"},
                    "options": OPTIONS,
                    "not_applicable": at % 3 == 0,
                    "unit": "cm",
                }
                for at, kind in enumerate(TYPES)
            ],
        }
    )


def stock_form(section: Section) -> type[Form]:
    """The same fields as stock WTForms has them."""
    fields: dict[str, Any] = {}
    for one in section.answers:
        if one.kind == "buttons":
            fields[one.id] = RadioField(
                one.label, choices=[SelectChoice(code, label) for code, label, _ in one.codes()]
            )
            if section.asks_why(one):
                fields[one.id + WHY] = RadioField(
                    "Why was it not observed?",
                    choices=[SelectChoice(code, text) for code, text in WHY_NOT_OBSERVED.items()],
                )
        elif one.kind == "ticks":
            fields[one.id] = SelectMultipleField(
                one.label,
                choices=[SelectChoice(code, label) for code, label, *_ in one.codes()],
                widget=ListWidget(prefix_label=False),
                option_widget=CheckboxInput(),
            )
        elif one.kind in ("text", "lines"):
            fields[one.id] = TextAreaField(one.label)
        else:
            for name in one.names:
                fields[name] = StringField(one.label)
    # A name such as "q01--why" is no attribute that can be written, but one that can be set.
    return type("Stock", (Form,), fields)


class Stock:
    """Draws a screen with stock widgets; it stands where the prepared screen does."""

    needs: tuple[tuple[str, str], ...] = ()

    def __init__(self, section: Section) -> None:
        self.form = stock_form(section)

    def draw(
        self,
        token: str,
        fields: Mapping[str, Sequence[str]],
        errors: Mapping[str, str],
        asked: Iterable[str],
        known: Mapping[str, Any],
        drawn_from: str = "",
    ) -> Markup:
        """Draw each field with its label."""
        form = self.form(MultiDict(fields))
        drawn = [
            f'<form method="post"><input type="hidden" name="csrf_token" value="{token}">',
            f'<input type="hidden" name="drawn-from" value="{drawn_from}">',
            *(f"<div>{field.label()}{field()}</div>" for field in form),
            "<button>Save</button></form>",
        ]
        return Markup("".join(drawn))  # noqa: S704 - widgets escape


class Seen(HTMLParser):
    """What a page's form holds: ticked and typed."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: set[tuple[str, str]] = set()
        self.ticked: set[tuple[str, str]] = set()
        self.typed: dict[str, str] = {}
        self.area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an input or the start of a textarea."""
        at = dict(attrs)
        name = at.get("name") or ""
        if tag == "textarea":
            self.area = name
            self.typed[name] = ""
        if tag != "input" or at.get("type") == "hidden":
            return
        if at.get("type") in ("radio", "checkbox"):
            self.fields.add((name, at.get("value") or ""))
            if "checked" in at:
                self.ticked.add((name, at.get("value") or ""))
        else:
            self.typed[name] = at.get("value") or ""

    def handle_data(self, data: str) -> None:
        """Collect the text of a textarea."""
        if self.area is not None:
            self.typed[self.area] += data

    def handle_endtag(self, tag: str) -> None:
        """Leave the textarea."""
        if tag == "textarea" and self.area is not None:
            self.typed[self.area] = self.typed[self.area].strip("\r\n")
            self.area = None


def held(page: str) -> tuple[Any, ...]:
    """The fields of a page and what they hold."""
    seen = Seen()
    seen.feed(page)
    return seen.fields, seen.ticked, seen.typed


def draft(rng: random.Random, section: Section) -> dict[str, list[str]]:
    """A draft as an officer might have left it, most of it answered."""
    fields: dict[str, list[str]] = {}
    for one in section.answers:
        if rng.random() < 0.2:
            continue
        if one.kind == "buttons":
            code = rng.choice(one.codes())[0]
            fields[one.id] = [code]
            if code == "not_observed" and section.asks_why(one):
                fields[one.id + WHY] = [rng.choice(list(WHY_NOT_OBSERVED))]
        elif one.kind == "ticks":
            fields[one.id] = [code for code, *_ in one.codes() if rng.random() < 0.5]
        elif one.kind == "date":
            day = [str(rng.randint(1, 28)), str(rng.randint(1, 12)), "2026"]
            fields |= {name: [part] for name, part in zip(one.names, day, strict=True)}
        else:
            fields[one.id] = [f'{rng.randint(1, 90)} & <so on> "{rng.random():.6f}"']
    return fields


def timed(run: Callable[[], str]) -> tuple[float, str]:
    """Run once and say how long it took, in seconds."""
    begun = perf_counter()
    page = run()
    return perf_counter() - begun, page


def compare(
    pairs: Iterable[tuple[Callable[[], str], Callable[[], str]]],
) -> tuple[float, float]:
    """Let two sides take turns; return what each took in all. Raises when they show other fields."""
    ours = theirs = 0.0
    for at, (mine, stock) in enumerate(pairs):
        order = (mine, stock) if at % 2 else (stock, mine)
        taken = {side: timed(side) for side in order}
        assert held(taken[mine][1]) == held(taken[stock][1]), "the two sides show other fields"
        ours += taken[mine][0]
        theirs += taken[stock][0]
    return ours, theirs


def world(folder: str, rules: Pack) -> tuple[Application, str, str]:
    """An application with one officer and one visit; return it, the visit's id and a token."""
    app = create_app(
        Settings.from_environment(
            {"DATABASE_URL": f"sqlite:///{folder}/b.db", "DATA_DIR": folder, "SECRET_KEY": "k" * 32}
        )
    )
    now = datetime.now(UTC)
    with app.app_context():
        upgrade()
        with separate_session() as session:
            home = authorities.add(session, now, name="Bench Council")
            officer = User(
                authority_id=home.id,
                email="o@example.gov.uk",
                name="Olive",
                role=Role.OFFICER,
                password_hash="x",
                created_at=now,
                password_changed_at=now,
            )
            shop = Premises(
                trading_name="Blades",
                address_line_1="1 High Street",
                nation="england",
                nation_origin="person",
                ts_authority_id=home.id,
                search_text=searchable("Blades", ["1 High Street"], None),
                created_at=now,
                updated_at=now,
            )
            session.add_all([officer, shop])
            session.flush()
            visit = visits.begin(
                session,
                officer.actor,
                now,
                premises=shop,
                kind="audit",
                purpose="first",
                visited_on=date(2026, 10, 13),
                channels=["in_store"],
                pack=rules,
            )
            made = visit.id, users.begin_session(session, officer, now)
    return app, *made


def main() -> None:
    """Measure and print the three ratios."""
    rng = random.Random(7)
    rules = pack()
    (section,) = question_sections(rules, DIMS)
    stock = Stock(section)
    with tempfile.TemporaryDirectory() as folder:
        app, visit_id, token = world(folder, rules)
        with (
            app.test_request_context(),
            mock.patch.object(views, "rulebook_for", return_value=rules),
        ):
            ready = prepared(rules, section, DIMS)
            asked = {one.id for one in section.answers}
            everything = [[draft(rng, section) for _ in range(DRAFTS)] for _ in range(ROUNDS)]
            rows = [
                ("the questions alone", alone(everything, ready, stock, asked)),
                ("the page", in_its_frame(everything, ready, stock, asked, section)),
            ]
        with mock.patch.object(views, "rulebook_for", return_value=rules):
            rows.append(("the whole GET", whole(everything, app, visit_id, token, stock, section)))
            with app.app_context():
                db.engine.dispose()
    count = ROUNDS * DRAFTS
    print(f"{len(section.answers)} questions, {count} drafts, two sides in turn")
    print(f"{'':22}{'ours ms':>10}{'stock ms':>10}{'ratio':>8}   goal {GOAL}")
    for name, (ours, theirs) in rows:
        print(
            f"{name:22}{ours / count * 1000:10.2f}{theirs / count * 1000:10.2f}{ours / theirs:8.2f}"
        )


Drafts = list[list[dict[str, list[str]]]]


def alone(
    everything: Drafts, ready: PreparedSection, stock: Stock, asked: set[str]
) -> tuple[float, float]:
    """The questions alone, with a fresh token."""

    def pair(fields: dict[str, list[str]]) -> tuple[Callable[[], str], Callable[[], str]]:
        return (
            lambda: ready.draw(
                generate_csrf(), fields, {}, asked, {}, marks(ready.section.boxes, fields)
            ),
            lambda: stock.draw(generate_csrf(), fields, {}, asked, {}),
        )

    return collected(everything, pair)


def in_its_frame(
    everything: Drafts, ready: PreparedSection, stock: Stock, asked: set[str], section: Section
) -> tuple[float, float]:
    """The page in the frame of the public, which asks nothing of the database."""

    def page(side: Any, fields: dict[str, list[str]]) -> str:
        drawn_from = marks(section.boxes, fields) if side is ready else ""
        questions = side.draw(generate_csrf(), fields, {}, asked, {}, drawn_from)
        return render_template("layouts/public.html").replace(
            "</main>", f"<h1>{section.title}</h1>{questions}</main>"
        )

    def pair(fields: dict[str, list[str]]) -> tuple[Callable[[], str], Callable[[], str]]:
        return (lambda: page(ready, fields), lambda: page(stock, fields))

    return collected(everything, pair)


def whole(
    everything: Drafts, app: Application, visit_id: str, token: str, stock: Stock, section: Section
) -> tuple[float, float]:
    """The GET through the application: sign-in, database, frame and all."""
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie[TOKEN] = token
    address = f"/visits/{visit_id}/{section.slug}"

    def save(fields: dict[str, list[str]]) -> None:
        with app.app_context(), separate_session() as session:
            visit = session.get_one(Visit, visit_id)
            visit.draft = {"fields": fields}

    def get() -> str:
        answer = client.get(address)
        assert answer.status_code == 200
        return answer.text

    def get_stock() -> str:
        with mock.patch.object(views, "prepared", return_value=stock):
            return get()

    def pair(fields: dict[str, list[str]]) -> tuple[Callable[[], str], Callable[[], str]]:
        save(fields)
        return get, get_stock

    get()
    return collected(everything, pair)


def collected(
    everything: Drafts,
    pair: Callable[[dict[str, list[str]]], tuple[Callable[[], str], Callable[[], str]]],
) -> tuple[float, float]:
    """Add up the rounds, the collector kept out of each."""
    ours = theirs = 0.0
    for drafts in everything:
        gc.collect()
        gc.disable()
        mine, other = compare(pair(fields) for fields in drafts)
        gc.enable()
        ours, theirs = ours + mine, theirs + other
    return ours, theirs


if __name__ == "__main__":
    main()

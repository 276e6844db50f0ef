"""The forms that keep a premises and who trades there."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from compliance.rulebook.pack import Entry
from compliance.services import postcodes, premises_fields, shop_kinds
from compliance.services.operators import OperatorDetails
from compliance.services.premises_fields import LONGEST_TEXT, PremisesDetails
from compliance.store.models import Authority, Operator, Premises
from compliance.store.models.premises import NATIONS
from compliance.web.forms.answer_types import AnswerField, Day

_NATIONS = [SelectChoice(code, premises_fields.nation_label(code)) for code in NATIONS]


def _day(name: str, label: str, error: str) -> AnswerField:
    entry: Entry = {"id": name, "type": "date", "label": {"en": label}, "error": {"en": error}}
    return AnswerField(Day(entry, {}))


def _day_of(field: AnswerField) -> date | None:
    return date.fromisoformat(field.data) if field.data else None


def _line(label: str, *, longest: int = LONGEST_TEXT, hint: str = "") -> StringField:
    message = f"{label} must be {longest} characters or fewer"
    return StringField(label, description=hint, validators=[Length(max=longest, message=message)])


def a_postcode(form: FlaskForm, field: StringField) -> None:
    """Nothing, or a whole postcode."""
    if (field.data or "").strip() and postcodes.tidy(field.data) is None:
        raise ValidationError("Enter a full UK postcode, like NR1 3DD")


class PremisesForm(FlaskForm):
    """A place: what it is called, where it is, what it sells."""

    trading_name = StringField(
        "Name over the door",
        validators=[
            DataRequired("Enter the name the shop trades under"),
            Length(max=LONGEST_TEXT, message="The name must be 200 characters or fewer"),
        ],
    )
    address_line_1 = StringField(
        "Address line 1",
        validators=[
            DataRequired("Enter the first line of the address"),
            Length(max=LONGEST_TEXT, message="Address line 1 must be 200 characters or fewer"),
        ],
    )
    address_line_2 = _line("Address line 2 (optional)")
    address_line_3 = _line("Address line 3 (optional)")
    address_line_4 = _line("Address line 4 (optional)")
    postcode = StringField(
        "Postcode",
        description="Letters need one. Leave it empty only if nobody knows it",
        validators=[a_postcode],
    )
    nation = RadioField(
        "Nation",
        description="It decides which law applies",
        choices=[
            SelectChoice("", "By its postcode, or to be confirmed later"),
            *_NATIONS,
        ],
        default="",
    )
    partner = SelectField("Partner authority", validate_choice=False)
    shop_kind = SelectField("Kind of shop")
    channels = SelectMultipleField("How it sells")
    sells_knives = RadioField(
        "Does it sell knives?",
        choices=[
            SelectChoice("yes", "Yes"),
            SelectChoice("no", "No"),
            SelectChoice("unknown", "Not known"),
        ],
        validators=[InputRequired("Select whether it sells knives")],
    )
    sells_knives_seen_on = _day(
        "sells_knives_seen_on", "Seen on", "Enter the day on which this was seen"
    )
    uprn = _line(
        "UPRN (optional)", longest=12, hint="The property’s number in council and mapping data"
    )
    not_a_duplicate = BooleanField(
        "This is another shop than the one named above", false_values=("", "false", "no")
    )

    def offer(self, partners: list[Authority], partner_kind: str, *, with_nation: bool) -> None:
        """Fill in what can be chosen."""
        self.partner.label.text = f"{partner_kind} of the area"
        self.partner.choices = [
            SelectChoice("", "None"),
            *(SelectChoice(str(each.id), each.name) for each in partners),
        ]
        self.shop_kind.choices = [
            SelectChoice("", "Not known"),
            *(SelectChoice(code, label) for code, label in shop_kinds.labels().items()),
        ]
        self.channels.choices = [
            SelectChoice(code, label) for code, label in premises_fields.channel_labels().items()
        ]
        if not with_nation:
            del self.nation

    def details(self) -> PremisesDetails:
        """Return what was typed. Call it after the form validated."""
        given = {
            name: self[name].data or None
            for name in (
                "address_line_2",
                "address_line_3",
                "address_line_4",
                "postcode",
                "shop_kind",
                "uprn",
            )
        }
        return PremisesDetails(
            trading_name=self.trading_name.data or "",
            address_line_1=self.address_line_1.data or "",
            channels=tuple(self.channels.data or ()),
            sells_knives=self.sells_knives.data,
            sells_knives_seen_on=_day_of(self.sells_knives_seen_on),
            **given,
        )

    @property
    def partner_id(self) -> int | None:
        """The chosen partner; -1, which is nobody, for what is no choice."""
        chosen = self.partner.data or ""
        if not chosen:
            return None
        return int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 10 else -1

    @staticmethod
    def as_kept(premises: Premises, partner_id: int | None) -> dict[str, Any]:
        """Return what a form about a kept premises begins with."""
        names = PremisesDetails.__dataclass_fields__
        seen_on = premises.sells_knives_seen_on
        return {name: getattr(premises, name) for name in names} | {
            "partner": str(partner_id or ""),
            "shop_kind": premises.shop_kind or "",
            "sells_knives_seen_on": seen_on.isoformat() if seen_on else None,
        }


class NationForm(FlaskForm):
    """A person's word on the nation."""

    nation = RadioField(
        "Which nation is the shop in?",
        choices=_NATIONS,
        validators=[InputRequired("Select the nation the shop is in")],
    )


class OperatorForm(FlaskForm):
    """A legal person that trades at a premises."""

    legal_name = StringField(
        "Legal name",
        description="The company, partnership or person, as it stands on a receipt or licence",
        validators=[
            DataRequired("Enter the name of the company or person who trades here"),
            Length(max=LONGEST_TEXT, message="The name must be 200 characters or fewer"),
        ],
    )
    company_number = _line(
        "Company number (optional)",
        longest=10,
        hint="A company that is kept already is known by its number",
    )
    chain_name = _line("Chain (optional)", hint="When the shop is one of a chain")
    language_preference = RadioField(
        "Language of letters",
        choices=[
            SelectChoice("", "No preference recorded"),
            SelectChoice("en", "English"),
            SelectChoice("cy", "Welsh"),
        ],
        default="",
    )
    registered_office_line_1 = _line("Address line 1")
    registered_office_line_2 = _line("Address line 2")
    registered_office_line_3 = _line("Address line 3")
    registered_office_line_4 = _line("Address line 4")
    registered_office_postcode = StringField("Postcode", validators=[a_postcode])
    primary_authority_name = _line("Primary Authority partner")
    primary_authority_scope = TextAreaField(
        "What its advice covers",
        validators=[Length(max=2000, message="This must be 2,000 characters or fewer")],
    )
    primary_authority_email = _line("Email address for the copy")
    primary_authority_line_1 = _line("Address line 1")
    primary_authority_line_2 = _line("Address line 2")
    primary_authority_line_3 = _line("Address line 3")
    primary_authority_line_4 = _line("Address line 4")
    primary_authority_postcode = StringField("Postcode", validators=[a_postcode])
    from_date = _day("from_date", "First day here", "Enter the first day of this operator")

    def details(self) -> OperatorDetails:
        """Return what was typed. Call it after the form validated."""
        names = OperatorDetails.__dataclass_fields__.keys() - {"legal_name"}
        return OperatorDetails(
            legal_name=self.legal_name.data or "",
            **{name: self[name].data or None for name in names},
        )

    def day(self) -> date | None:
        """Return the first day, None where none was typed."""
        return _day_of(self.from_date)

    @staticmethod
    def as_kept(operator: Operator) -> dict[str, Any]:
        """Return what a form about a kept operator begins with."""
        kept = asdict(OperatorDetails.of(operator))
        return kept | {"language_preference": operator.language_preference or ""}


class StatusForm(FlaskForm):
    """A shop that closed or moved."""

    status = RadioField(
        "What happened?",
        choices=[
            SelectChoice("closed", "It closed"),
            SelectChoice("moved", "It moved to another address"),
        ],
        validators=[InputRequired("Select whether it closed or moved")],
    )
    since = _day("since", "Since when?", "Enter the day since when")

    def day(self) -> date | None:
        """Return the day, None where none was typed."""
        return _day_of(self.since)


class DuplicateForm(FlaskForm):
    """A person's word on two entries."""

    answer = RadioField(
        "Are these the same shop?",
        choices=[
            SelectChoice("same", "Yes, the same shop: keep one entry"),
            SelectChoice("different", "No, two shops: add the new one"),
        ],
        validators=[InputRequired("Select whether these are the same shop")],
    )

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
    ValidationError,
)
from wtforms.fields.choices import SelectChoice

from compliance.services import postcodes, premises_fields, shop_kinds
from compliance.services.operators import LONGEST_SCOPE, OperatorDetails
from compliance.services.premises_fields import PremisesDetails
from compliance.store.models import Authority, Operator, Premises
from compliance.store.models.premises import NATIONS
from compliance.web.forms import fields
from compliance.web.in_use import rulebook_in_use

_NATIONS = {code: premises_fields.nation_label(code) for code in NATIONS}


def a_postcode(form: FlaskForm, field: StringField) -> None:
    """Nothing, or a whole postcode."""
    if (field.data or "").strip() and postcodes.tidy(field.data) is None:
        raise ValidationError("Enter a full UK postcode, like NR1 3DD")


class PremisesForm(FlaskForm):
    """A place: what it is called, where it is, what it sells."""

    trading_name = fields.line(
        "Name over the door", what="Name", missing="Enter the name the shop trades under"
    )
    address_line_1 = fields.line("Address line 1", missing="Enter the first line of the address")
    address_line_2 = fields.line("Address line 2 (optional)")
    address_line_3 = fields.line("Address line 3 (optional)")
    address_line_4 = fields.line("Address line 4 (optional)")
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
            *(SelectChoice(code, label) for code, label in _NATIONS.items()),
        ],
        default="",
    )
    partner = SelectField("Partner authority", validate_choice=False)
    shop_kind = SelectField("Kind of shop")
    channels = SelectMultipleField("How it sells")
    sells_knives = fields.choice(
        "Does it sell knives?",
        {"yes": "Yes", "no": "No", "unknown": "Not known"},
        missing="Select whether it sells knives",
    )
    sells_knives_seen_on = fields.day(
        "sells_knives_seen_on", "Seen on", "Enter the day on which this was seen"
    )
    uprn = fields.line(
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
            SelectChoice(code, label)
            for code, label in premises_fields.channel_labels(rulebook_in_use()).items()
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
            sells_knives_seen_on=fields.day_of(self.sells_knives_seen_on),
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
    def as_kept(premises: Premises, partner_id: int | None, seen_on: date | None) -> dict[str, Any]:
        """Return what a form about a kept premises begins with; `seen_on` as its reader may know it."""
        names = PremisesDetails.__dataclass_fields__
        return {name: getattr(premises, name) for name in names} | {
            "partner": str(partner_id or ""),
            "shop_kind": premises.shop_kind or "",
            "sells_knives_seen_on": seen_on.isoformat() if seen_on else None,
        }


class NationForm(FlaskForm):
    """A person's word on the nation."""

    nation = fields.choice(
        "Which nation is the shop in?", _NATIONS, missing="Select the nation the shop is in"
    )


class OperatorForm(FlaskForm):
    """A legal person that trades at a premises."""

    legal_name = fields.line(
        "Legal name",
        missing="Enter the name of the company or person who trades here",
        hint="The company, partnership or person, as it stands on a receipt or licence",
    )
    company_number = fields.line(
        "Company number (optional)",
        longest=10,
        hint="A company that is kept already is known by its number",
    )
    chain_name = fields.line("Chain (optional)", hint="When the shop is one of a chain")
    language_preference = RadioField(
        "Language of letters",
        choices=[
            SelectChoice("", "No preference recorded"),
            SelectChoice("en", "English"),
            SelectChoice("cy", "Welsh"),
        ],
        default="",
    )
    registered_office_line_1 = fields.line("Address line 1")
    registered_office_line_2 = fields.line("Address line 2")
    registered_office_line_3 = fields.line("Address line 3")
    registered_office_line_4 = fields.line("Address line 4")
    registered_office_postcode = StringField("Postcode", validators=[a_postcode])
    primary_authority_name = fields.line("Primary Authority partner")
    primary_authority_scope = fields.text("What its advice covers", longest=LONGEST_SCOPE)
    primary_authority_email = fields.line("Email address for the copy")
    primary_authority_line_1 = fields.line("Address line 1")
    primary_authority_line_2 = fields.line("Address line 2")
    primary_authority_line_3 = fields.line("Address line 3")
    primary_authority_line_4 = fields.line("Address line 4")
    primary_authority_postcode = StringField("Postcode", validators=[a_postcode])
    from_date = fields.day("from_date", "First day here", "Enter the first day of this operator")

    def details(self) -> OperatorDetails:
        """Return what was typed. Call it after the form validated."""
        names = OperatorDetails.__dataclass_fields__.keys() - {"legal_name"}
        return OperatorDetails(
            legal_name=self.legal_name.data or "",
            **{name: self[name].data or None for name in names},
        )

    def day(self) -> date | None:
        """Return the first day, None where none was typed."""
        return fields.day_of(self.from_date)

    @staticmethod
    def as_kept(operator: Operator) -> dict[str, Any]:
        """Return what a form about a kept operator begins with."""
        kept = asdict(OperatorDetails.of(operator))
        return kept | {"language_preference": operator.language_preference or ""}


class StatusForm(FlaskForm):
    """A shop that closed or moved."""

    status = fields.choice(
        "What happened?",
        {"closed": "It closed", "moved": "It moved to another address"},
        missing="Select whether it closed or moved",
    )
    since = fields.day("since", "Since when?", "Enter the day since when")

    def day(self) -> date | None:
        """Return the day, None where none was typed."""
        return fields.day_of(self.since)


class DuplicateForm(FlaskForm):
    """A person's word on two entries."""

    answer = fields.choice(
        "Are these the same shop?",
        {
            "same": "Yes, the same shop: keep one entry",
            "different": "No, two shops: add the new one",
        },
        missing="Select whether these are the same shop",
    )

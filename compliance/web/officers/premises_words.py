"""The words for what is known of a shop, with the tone of each tag."""

from __future__ import annotations

#: Code: (words, tone of the tag).
STATUSES = {
    "open": ("Open", "green"),
    "closed": ("Closed", "grey"),
    "moved": ("Moved", "grey"),
}
SELLS = {
    "yes": ("Sells knives", "blue"),
    "no": ("Sells no knives", "grey"),
    "unknown": ("Knives not known", "yellow"),
}
#: What a list can be narrowed to because somebody has still to find it out.
MISSING = {
    "nation": "Nation to confirm",
    "postcode": "No postcode",
    "operator": "No operator recorded",
}
#: How the nation was found.
ORIGINS = {
    "column": "named by an imported list",
    "option": "given when a list was imported",
    "postcode": "its postcode area lies wholly there",
    "person": "confirmed by a person",
    "to_confirm": "a person must confirm it before a visit is assessed",
}

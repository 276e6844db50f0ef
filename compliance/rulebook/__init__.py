"""The law and the questionnaires as data, and the pure engine that reads them.

No Flask, no database and no clock: a visit, its date and a pack go in, an assessment comes out.
"""

from compliance.rulebook.assess import assess
from compliance.rulebook.errors import AnswerError, PackError, RulebookError
from compliance.rulebook.pack import Pack, load_pack, shipped_pack

__all__ = [
    "AnswerError",
    "Pack",
    "PackError",
    "RulebookError",
    "assess",
    "load_pack",
    "shipped_pack",
]

"""Every table, a file per aggregate; import models from here."""

from compliance.store.models.attempts import Attempt
from compliance.store.models.authorities import Authority
from compliance.store.models.base import Base
from compliance.store.models.batches import Batch, BatchLetter, PrintRun
from compliance.store.models.documents import Certificate, Document, DocumentFile
from compliance.store.models.letterheads import LetterheadChange
from compliance.store.models.operations import Operation
from compliance.store.models.operators import Operator, Tenure
from compliance.store.models.people import User, UserSession
from compliance.store.models.photos import Photo, PhotoFile
from compliance.store.models.policies import PolicyVersion
from compliance.store.models.premises import PossibleDuplicate, Premises
from compliance.store.models.proposals import Proposal, ReplayChange
from compliance.store.models.rulebooks import Adoption, AdoptionRequest, Reassessment, Switch
from compliance.store.models.series import NumberSeries, ReservedNumber
from compliance.store.models.steps import Decision, FollowUp, Review, VisitShare
from compliance.store.models.translations import TextConfirmation
from compliance.store.models.visits import Assessment, Rulebook, Visit, VisitVersion

__all__ = [
    "Adoption",
    "AdoptionRequest",
    "Assessment",
    "Attempt",
    "Authority",
    "Base",
    "Batch",
    "BatchLetter",
    "Certificate",
    "Decision",
    "Document",
    "DocumentFile",
    "FollowUp",
    "LetterheadChange",
    "NumberSeries",
    "Operation",
    "Operator",
    "Photo",
    "PhotoFile",
    "PolicyVersion",
    "PossibleDuplicate",
    "Premises",
    "PrintRun",
    "Proposal",
    "Reassessment",
    "ReplayChange",
    "ReservedNumber",
    "Review",
    "Rulebook",
    "Switch",
    "Tenure",
    "TextConfirmation",
    "User",
    "UserSession",
    "Visit",
    "VisitShare",
    "VisitVersion",
]

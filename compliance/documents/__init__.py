"""Letters and certificates: plain frozen data in, PDF bytes out. No Flask, no database, no clock.

`render` makes a document, `kinds` lists what there is.
"""

from compliance.documents.data import DocumentData
from compliance.documents.kinds import kinds
from compliance.documents.refused import DocumentRefused
from compliance.documents.render import Rendered, render

__all__ = ["DocumentData", "DocumentRefused", "Rendered", "kinds", "render"]

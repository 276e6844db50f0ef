"""The one way this room says no: a reason a person can read and act on."""

#: The field that a document of too many pages is refused for.
TOO_MANY_PAGES = "pages"


class DocumentRefused(ValueError):
    """A document that may not, or cannot, be made; the message says why and what to change."""

    def __init__(self, reason: str, field: str = "") -> None:
        """Keep the reason in plain English and, where there is one, the field it is about."""
        super().__init__(reason)
        self.reason = reason
        self.field = field

"""Why something about a conflict cannot be done; the words say what to do instead."""


class ConflictRefused(ValueError):
    """Something is missing or wrong; `field` names it, empty where it concerns the whole."""

    def __init__(self, reason: str, field: str = "") -> None:
        super().__init__(reason)
        self.field = field

"""Why a service refused. Each is said to a person; nothing was changed."""


class Refused(ValueError):
    """Something is missing or wrong; `field` names it, empty where it concerns the whole."""

    def __init__(self, reason: str, field: str = "") -> None:
        super().__init__(reason)
        self.field = field


class ReportRefused(Refused):
    """The report cannot be taken."""


class KeyTaken(ReportRefused):
    """Another body came under this key before; this one is kept for a person to look at."""


class MoveRefused(Refused):
    """The case is not where the move begins, or the person may not make it, or something is missing."""


class Overtaken(Refused):
    """Somebody else changed the case since it was read."""

"""Why a service refused. Each is said to a person; nothing was changed."""

from datetime import datetime


class Refused(ValueError):
    """Something is missing or wrong; `field` names it, empty where it concerns the whole."""

    def __init__(self, reason: str, field: str = "") -> None:
        super().__init__(reason)
        self.field = field


class ReportRefused(Refused):
    """The report cannot be taken."""


class KeyTaken(ReportRefused):
    """Another body or move came under this key before; a body is kept for a person to look at."""


class PhotoRefused(Refused):
    """It is no picture, or one that is too large."""


class PhotoBusy(PhotoRefused):
    """Too many are being read just now; the same is taken a little later."""


class MoveRefused(Refused):
    """The case is not where the move begins, or the person may not make it, or something is missing."""


class CalendarRefused(Refused):
    """The day cannot be set so, or not by this person."""


class Overtaken(Refused):
    """Somebody else changed the case since it was read: `who`, and when (`at`)."""

    def __init__(self, reason: str, who: str, at: datetime) -> None:
        super().__init__(reason)
        self.who = who
        self.at = at


class RuleRefused(Refused):
    """A row of the tables that the city edits cannot stand so."""


class HandOverRefused(Refused):
    """A cell cannot be handed over so."""

"""Why something about a conflict cannot be done; the words say what to do instead."""

from gridmap.incidents.services.errors import Refused


class RunRefused(ValueError):
    """Nothing can be looked for; the words say why."""


class ConflictRefused(Refused):
    """It is not where the act begins, the person may not do it, or something is missing."""


class ConflictOvertaken(ConflictRefused):
    """Somebody else changed the conflict since it was read."""

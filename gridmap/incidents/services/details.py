"""What is said with a move."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from geodata.models import Cell
from gridmap.accounts.models import GuideTeam
from gridmap.incidents.models import Incident, Unit


@dataclass(frozen=True)
class VisitDraft:
    """What the person who reported says of it."""

    way: str
    result: str
    satisfaction: str

    @property
    def is_unhappy(self) -> bool:
        return self.result != "solved" or self.satisfaction == "not"


@dataclass(frozen=True)
class Details:
    """Everything that a move may need; each move looks at its own.

    `key` is drawn by the sender, once for all tries; `version` is that of the case when it was read.
    """

    reason: str = ""
    until: date | None = None
    outcome: str = ""
    text: str = ""
    cell: Cell | None = None
    team: GuideTeam | None = None
    unit: Unit | None = None
    other: Incident | None = None
    visit: VisitDraft | None = None
    no_visit_reason: str = ""
    key: UUID | None = None
    version: int | None = None

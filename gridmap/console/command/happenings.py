"""What happened last, for the foot of a wall: a time, a place, a topic, what was done. No words, no persons."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from geodata.querysets import BEIJING
from gridmap.console.cases.wording import called
from gridmap.console.command.asking import Asked
from gridmap.console.times import day
from gridmap.incidents.models import Incident, MoveRecord
from gridmap.incidents.states import Name
from gridmap.incidents.story import TOLD

SHOWN = 3
# What happens today happens to what is open, or came lately.
LATELY = timedelta(days=14)


@dataclass(frozen=True)
class Happening:
    """One act; `sign` is “over” for an alarm, “today” for work that began, “open” for all else."""

    time: str
    words: str
    sign: str


def read_happenings(asked: Asked) -> list[Happening]:
    """The last three of cases in scope; one statement."""
    if not asked.sees_cases:
        return []
    recent = Q(is_open=True) | Q(registered_at__gte=asked.now - LATELY)
    cases = Incident.objects.visible_to(asked.scope).filter(recent)
    moves = MoveRecord.objects.filter(incident__in=cases, at__lte=asked.now)
    rows = moves.select_related("incident__area", "incident__topic", "incident__lead_team", "area")
    return [_happening(move, asked.now) for move in rows.order_by("-at", "-pk")[:SHOWN]]


def _happening(move: MoveRecord, now: datetime) -> Happening:
    case = move.incident
    subject = _("，").join((called(case.area), called(case.topic)))
    words = _("{case}，{act}").format(case=subject, act=_act(move))
    return Happening(_time(move.at, now), words, SIGNS.get(move.name, "open"))


def _act(move: MoveRecord) -> str:
    match move.name:
        case Name.ESCALATE if move.area:
            return pgettext("story", "提级到%(area)s") % {"area": called(move.area)}
        case Name.DISPATCH if move.incident.lead_team:
            return _("派给{team}").format(team=called(move.incident.lead_team))
        case "register":
            return pgettext("state", "登记")
        case _name if move.name in TOLD:
            return pgettext("story", TOLD[Name(move.name)])
    return str(move.get_name_display())


def _time(at: datetime, now: datetime) -> str:
    local, today = at.astimezone(BEIJING), now.astimezone(BEIJING)
    return f"{local:%H:%M}" if local.date() == today.date() else day(at, now)


SIGNS: dict[str, str] = {
    Name.ESCALATE: "over",
    Name.RETURN: "over",
    Name.REOPEN: "over",
    Name.REWORK: "over",
    Name.DISPATCH: "today",
    Name.START: "today",
    Name.TAKE_UP: "today",
}

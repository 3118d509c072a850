"""What each move changes on a case besides its state. The row is locked; the caller saves it."""

from collections.abc import Callable
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from geodata.querysets import day_of
from gridmap.accounts.models import User
from gridmap.accounts.scope import scope
from gridmap.incidents.levels import ladder_of
from gridmap.incidents.models import HandOver, Incident, StepRecord, Visit
from gridmap.incidents.services.details import Details
from gridmap.incidents.services.errors import MoveRefused
from gridmap.incidents.states import Name, State, Step
from gridmap.incidents.topics import NO_VISIT, OUTCOMES

Effect = Callable[[Incident, Details, User | None, datetime], None]


def accept(incident: Incident, _details: Details, _by: User | None, at: datetime) -> None:
    incident.accepted_at = at


def give_reason(incident: Incident, details: Details, _by: User | None, _at: datetime) -> None:
    incident.state_reason = details.reason


def dispatch(incident: Incident, details: Details, by: User | None, at: datetime) -> None:
    """To the cell and the team, as proposed or as said."""
    _reassign(incident, details, by, at)
    incident.unrouted_reason = ""
    _place(incident, at)


def hand_over(incident: Incident, details: Details, by: User | None, at: datetime) -> None:
    """Another cell, team or unit; what is not said stays. Another cell gets the case itself."""
    before = incident.cell
    _reassign(incident, details, by, at)
    if incident.cell != before:
        _place(incident, at, stays_raised=incident.state == State.ESCALATED)


def _reassign(incident: Incident, details: Details, by: User | None, at: datetime) -> None:
    cell, team = details.cell or incident.cell, details.team or incident.lead_team
    if cell is None:
        raise MoveRefused(_("先选一个网格。"), "cell")
    if team is None:
        raise MoveRefused(_("先选一支牵头队伍。"), "team")
    if (cell, team) != (incident.cell, incident.lead_team):
        HandOver.objects.create(
            incident=incident,
            from_cell=incident.cell,
            to_cell=cell,
            from_team=incident.lead_team,
            to_team=team,
            by=by,
            at=at,
            note=details.reason,
        )
    if cell != incident.cell:
        incident.cell, incident.area, incident.post = cell, cell.community, None
    incident.lead_team = team
    incident.unit = details.unit or incident.unit


def _place(incident: Incident, at: datetime, *, stays_raised: bool = False) -> None:
    """With the cell; where that has nobody, or the case stays raised, with an area over it."""
    level, incident.raised_to = incident.raised_to, None
    ladder = ladder_of(incident, day_of(at))
    if stays_raised and level in ladder.areas:
        incident.raised_to = level
    elif stays_raised or not ladder.is_cell_manned:
        incident.raised_to = ladder.above


def start(incident: Incident, _details: Details, _by: User | None, at: datetime) -> None:
    """A plain request has no steps: whoever takes it in hand has been in contact."""
    if not incident.is_dispute:
        incident.contacted_at = incident.contacted_at or at


def suspend(incident: Incident, details: Details, _by: User | None, at: datetime) -> None:
    if details.until is None or details.until <= day_of(at):
        raise MoveRefused(_("挂账要有一个以后的日期。"), "until")
    incident.suspended_until = details.until
    incident.state_reason = details.reason


def resume(incident: Incident, _details: Details, _by: User | None, at: datetime) -> None:
    """The time that the case was set aside does not count."""
    incident.due_at += at - incident.state_since
    incident.suspended_until = None


def escalate(incident: Incident, details: Details, _by: User | None, at: datetime) -> None:
    incident.raised_to = ladder_of(incident, day_of(at)).above
    incident.state_reason = details.reason
    # Somebody has it now, whatever was missing below.
    incident.unrouted_reason = ""


def pull_down(incident: Incident, _details: Details, _by: User | None, at: datetime) -> None:
    incident.raised_to = ladder_of(incident, day_of(at)).below
    incident.unrouted_reason = ""


def settle_on_site(incident: Incident, details: Details, by: User | None, at: datetime) -> None:
    """Report, settling and confirmation in one act, on the spot."""
    if incident.is_dispute and incident.step != Step.SETTLE:
        StepRecord.objects.create(
            incident=incident,
            round=incident.round,
            step=Step.SETTLE,
            by=by,
            at=at,
            note=details.text,
        )
        incident.step = Step.SETTLE.value
    incident.outcome = "resolved_on_site"
    incident.resolution_text = details.text
    incident.accepted_at = incident.accepted_at or at
    incident.contacted_at = incident.contacted_at or at
    incident.no_visit_reason = "on_site"
    incident.resolved_at = incident.closed_at = at


def handle(incident: Incident, details: Details, _by: User | None, at: datetime) -> None:
    if details.outcome not in OUTCOMES:
        raise MoveRefused(_("先选化解结果。"), "outcome")
    if not details.text.strip():
        raise MoveRefused(_("写一句化解情况。"), "text")
    incident.outcome, incident.resolution_text = details.outcome, details.text
    incident.resolved_at = at


def rework(incident: Incident, details: Details, _by: User | None, _at: datetime) -> None:
    incident.state_reason = details.reason
    incident.outcome, incident.resolved_at = "", None


def visit(incident: Incident, details: Details, by: User | None, at: datetime) -> None:
    if details.visit is None:
        raise MoveRefused(_("先记下来件人怎么说。"), "visit")
    Visit.objects.create(
        incident=incident,
        round=incident.round,
        by=by,
        at=at,
        note=details.text,
        way=details.visit.way,
        result=details.visit.result,
        satisfaction=details.visit.satisfaction,
    )
    incident.is_visited = True
    incident.is_unhappy = details.visit.is_unhappy


def close(incident: Incident, details: Details, _by: User | None, at: datetime) -> None:
    """After a visit, or with the reason why there was none; not content, with an explanation."""
    if not incident.is_visited:
        if details.no_visit_reason not in NO_VISIT:
            raise MoveRefused(_("没有回访就结案，要选一个原因。"), "no_visit_reason")
        incident.no_visit_reason = details.no_visit_reason
    if incident.is_unhappy:
        if not details.reason.strip():
            raise MoveRefused(
                _("来件人说没有解决或不满意：重新办理，或者说明为什么结案。"), "reason"
            )
        incident.explanation = details.reason
    incident.closed_at = at


def reopen(incident: Incident, details: Details, _by: User | None, at: datetime) -> None:
    """A new round: its own steps, clock and visit. What was done before stays on record."""
    incident.state_reason = details.reason
    incident.round += 1
    incident.step, incident.outcome, incident.resolution_text = "", "", ""
    incident.resolved_at = incident.closed_at = incident.contacted_at = None
    incident.is_visited, incident.is_unhappy = False, False
    incident.no_visit_reason, incident.explanation = "", ""
    incident.contact_due_at, incident.due_at = fresh_deadlines(incident, at)


def fresh_deadlines(incident: Incident, at: datetime) -> tuple[datetime, datetime]:
    """First contact and settling, counted from a moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT contact_due_at, due_at FROM case_deadlines(%s, %s, %s)",
            [incident.topic_id, incident.urgency, at],
        )
        row = cursor.fetchone()
    if row is None:
        raise MoveRefused(_("时限表里没有适用的一行，先在时限表里补上。"))
    return row[0], row[1]


def merge(incident: Incident, details: Details, by: User | None, at: datetime) -> None:
    """Into an open case that the person sees."""
    chosen = Incident.objects.exclude(pk=incident.pk).filter(pk=details.other and details.other.pk)
    if by is not None:
        chosen = chosen.visible_to(scope(by, day_of(at)))
    other = chosen.first()
    if other is None:
        raise MoveRefused(_("先选另一个案件。"), "other")
    if not other.is_open:
        raise MoveRefused(_("%(code)s 已经办完，不能并进去。") % {"code": other.code}, "other")
    incident.merged_into = other


def unmerge(incident: Incident, details: Details, by: User | None, at: datetime) -> None:
    incident.merged_into = None
    reopen(incident, details, by, at)


EFFECTS: dict[Name, Effect] = {
    Name.ACCEPT: accept,
    Name.DECLINE: give_reason,
    Name.DISPATCH: dispatch,
    Name.START: start,
    Name.TAKE_UP: start,
    Name.RETURN: give_reason,
    Name.HAND_OVER: hand_over,
    Name.SUSPEND: suspend,
    Name.RESUME: resume,
    Name.ESCALATE: escalate,
    Name.PULL_DOWN: pull_down,
    Name.SETTLE_ON_SITE: settle_on_site,
    Name.HANDLE: handle,
    Name.REWORK: rework,
    Name.VISIT: visit,
    Name.CLOSE: close,
    Name.REOPEN: reopen,
    Name.MERGE: merge,
    Name.UNMERGE: unmerge,
    Name.WITHDRAW: give_reason,
}

"""Many cases change hands at once: with their cell, or chosen one by one."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from uuid import uuid5

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from geodata.models import Cell
from geodata.querysets import day_of
from gridmap.accounts.models import Appointment, Role, User
from gridmap.accounts.scope import scope
from gridmap.accounts.services import AppointmentRefused, appoint, end_appointment
from gridmap.incidents.models import HandOver, Incident, MoveRecord, Notice
from gridmap.incidents.parts import OF_AN_AREA
from gridmap.incidents.services.details import Details
from gridmap.incidents.services.errors import HandOverRefused, MoveRefused
from gridmap.incidents.services.moving import move_incident
from gridmap.incidents.states import Name


@transaction.atomic
def hand_over_cell(
    *,
    cell: Cell,
    from_user: User,
    to_user: User,
    begins_on: date,
    by: User,
    at: datetime,
    note: str = "",
) -> int:
    """Let another grid member answer for a cell from a day on; how many open cases go along.

    Raises
    ------
    HandOverRefused
        Not above the cell; the day is past; who hands over does not hold the cell on it; who takes
        over is disabled or holds it already.
    """
    _demand_above(cell, by, at)
    if begins_on < day_of(at):
        raise HandOverRefused(_("不能从过去的一天起移交。"), "begins_on")
    if to_user == from_user:
        raise HandOverRefused(_("移交要给另一个人。"), "to_user")
    held = Appointment.objects.valid_on(begins_on).filter(
        cell=cell, role=Role.GRID_MEMBER, user=from_user
    )
    appointment = held.first()
    if appointment is None:
        words = _("%(user)s 在 %(day)s 不是这个网格的网格员。")
        raise HandOverRefused(words % {"user": from_user, "day": begins_on}, "from_user")
    end_appointment(appointment=appointment, ends_on=begins_on, by=by.username, at=at)
    try:
        appoint(
            user=to_user,
            role=Role.GRID_MEMBER,
            place=cell,
            begins_on=begins_on,
            by=by.username,
            at=at,
        )
    except AppointmentRefused as error:
        raise HandOverRefused(str(error), "to_user") from error
    return _record_for_all(cell, from_user=from_user, to_user=to_user, by=by, at=at, note=note)


def hand_over_cases(
    *, incidents: Iterable[Incident], details: Details, by: User, at: datetime
) -> list[MoveRecord]:
    """Reassign chosen cases to another cell, team or unit: all of them, or none.

    `details.key` stands for the whole: the same key again changes nothing.

    Raises
    ------
    MoveRefused, Overtaken
        As for the hand-over of one case; the words name it.
    """
    with transaction.atomic():
        return [
            _hand_over(incident, details, by=by, at=at)
            for incident in sorted(incidents, key=lambda incident: incident.pk)
        ]


def _hand_over(incident: Incident, details: Details, *, by: User, at: datetime) -> MoveRecord:
    key = uuid5(details.key, incident.code) if details.key else None
    own = replace(details, key=key, version=None)
    try:
        return move_incident(incident=incident, name=Name.HAND_OVER, by=by, at=at, details=own)
    except MoveRefused as refused:
        words = _("%(code)s：%(reason)s") % {"code": incident.code, "reason": refused}
        raise MoveRefused(words, refused.field) from refused


def _record_for_all(
    cell: Cell, *, from_user: User, to_user: User, by: User, at: datetime, note: str
) -> int:
    """One hand-over for each open case, and a line for both persons."""
    cases = Incident.objects.open().filter(cell=cell)
    ids = list(cases.order_by("pk").select_for_update().values_list("pk", flat=True))
    cases.update(version=F("version") + 1)
    HandOver.objects.bulk_create(
        HandOver(
            incident_id=pk,
            from_cell=cell,
            to_cell=cell,
            from_user=from_user,
            to_user=to_user,
            by=by,
            at=at,
            note=note,
        )
        for pk in ids
    )
    kinds = ((to_user, Notice.Kind.ARRIVED), (from_user, Notice.Kind.MOVED))
    Notice.objects.bulk_create(
        Notice(user=user, incident_id=pk, kind=kind, at=at) for pk in ids for user, kind in kinds
    )
    return len(ids)


def _demand_above(cell: Cell, by: User, at: datetime) -> None:
    """The cell's own leader, or somebody who answers for an area around it."""
    day = day_of(at)
    leads = Appointment.objects.valid_on(day).filter(
        Q(user=by) | Q(stand_in=by, stand_in_from__lte=day, stand_in_to__gt=day),
        cell=cell,
        role=Role.GRID_LEADER,
    )
    own = scope(by, day)
    if cell.community_id in own.areas_of(OF_AN_AREA) or (own.roles and leads.exists()):
        return
    raise HandOverRefused(_("你不能移交这个网格。"), "cell")

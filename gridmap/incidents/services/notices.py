"""Who is told: one line each, in the app."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Q

from geodata.querysets import BEIJING
from gridmap.accounts.models import Appointment, Role
from gridmap.incidents.models import Incident, MoveRecord, Notice
from gridmap.incidents.parts import OF_A_CELL, OF_AN_AREA
from gridmap.incidents.states import Name


def responsible(incident: Incident, on: date) -> set[int]:
    """Ids of those who answer for a case today: territory at its level, and the leading team."""
    place = (
        Q(cell=incident.cell_id, role__in=OF_A_CELL)
        if incident.raised_to_id is None
        else Q(area=incident.raised_to_id, role__in=OF_AN_AREA)
    )
    if incident.unrouted_reason:
        place = Q(role=Role.DISPATCHER)
    held = Appointment.objects.valid_on(on).filter(
        place | Q(guide_team=incident.lead_team_id, guide_team__isnull=False), user__is_active=True
    )
    return {_exercised_by(appointment, on) for appointment in held}


def _exercised_by(appointment: Appointment, on: date) -> int:
    begins, ends = appointment.stand_in_from, appointment.stand_in_to
    if appointment.stand_in_id and begins and ends and begins <= on < ends:
        return int(appointment.stand_in_id)
    return int(appointment.user_id)


def tell(incident: Incident, users: Iterable[int], kind: Notice.Kind, at: datetime) -> None:
    Notice.objects.bulk_create(
        Notice(user_id=user, incident=incident, kind=kind, at=at) for user in sorted(set(users))
    )


def tell_of_move(incident: Incident, record: MoveRecord) -> None:
    """Everybody who has the case now, but whoever made the move."""
    kinds = {
        Name.DISPATCH.value: Notice.Kind.ARRIVED,
        Name.HAND_OVER.value: Notice.Kind.ARRIVED,
        Name.ESCALATE.value: Notice.Kind.ESCALATED,
    }
    users = responsible(incident, record.at.astimezone(BEIJING).date()) - {record.by_id}
    tell(incident, users, kinds.get(record.name, Notice.Kind.MOVED), record.at)

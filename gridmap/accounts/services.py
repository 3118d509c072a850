"""Every change of who may do what. A change counts from the next request on."""

import secrets
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from geodata.models import Area, Cell, LeaderPost
from geodata.versions import bump_access_version
from gridmap.accounts.models import (
    AccountChange,
    ApiToken,
    Appointment,
    GuideTeam,
    Role,
    Session,
    User,
)
from gridmap.accounts.tokens import digest_of

Place = Area | Cell | LeaderPost | GuideTeam

COLUMN_OF_PLACE: dict[type[Place], str] = {
    Area: "area",
    Cell: "cell",
    LeaderPost: "post",
    GuideTeam: "guide_team",
}
# What each role is entrusted with.
PLACES_OF_ROLE: dict[Role, tuple[type[Place], ...]] = {
    Role.GRID_MEMBER: (Cell,),
    Role.GRID_LEADER: (Area, Cell),
    Role.BUILDING_LEADER: (LeaderPost,),
    Role.COMMUNITY_OFFICER: (Area,),
    Role.DISTRICT_COMMANDER: (Area,),
    Role.HOTLINE_OPERATOR: (Area,),
    Role.DISPATCHER: (Area,),
    Role.GUIDE: (GuideTeam,),
    Role.MEDIATOR: (Area,),
    Role.HANDLING_UNIT: (Area, GuideTeam),
    Role.VISITOR: (Area,),
    Role.PLANNER: (Area,),
    Role.CITY_ADMIN: (Area,),
}


class AppointmentRefused(ValueError):
    """The appointment breaks a rule; the text says which."""


@transaction.atomic
def add_user(*, username: str, name: str, phone: str = "", by: str, at: datetime) -> User:
    """A new person, who cannot log in before a password is set.

    Raises
    ------
    ValidationError
        The username is taken or cannot be one, or the name is empty or too long.
    """
    user = User(username=username, name=name, phone=phone)
    user.set_unusable_password()
    user.full_clean()
    user.save()
    AccountChange.objects.create(action=AccountChange.Action.ADD, user=user, made_by=by, made_at=at)
    return user


@transaction.atomic
def appoint(
    *,
    user: User,
    role: Role,
    place: Place,
    begins_on: date,
    ends_on: date | None = None,
    by: str,
    at: datetime,
) -> Appointment:
    """Entrust a place to a person from one day to another (half-open).

    Raises
    ------
    AppointmentRefused
        The role does not go with such a place, the person is disabled or holds it already.
    """
    _lock_active(user)
    if not isinstance(place, PLACES_OF_ROLE[role]):
        raise AppointmentRefused(_("“%(role)s”不能任用到这样的地方。") % {"role": role.label})
    entrusted = {COLUMN_OF_PLACE[type(place)]: place}
    same = Appointment.objects.filter(user=user, role=role, **entrusted)
    if same.overlapping(begins_on, ends_on).exists():
        raise AppointmentRefused(_("%(user)s 这段时间已经有同样的任用。") % {"user": user})
    appointment = Appointment(
        user=user, role=role, begins_on=begins_on, ends_on=ends_on, **entrusted
    )
    _write(appointment, AccountChange.Action.APPOINT, by=by, at=at)
    return appointment


@transaction.atomic
def end_appointment(*, appointment: Appointment, ends_on: date, by: str, at: datetime) -> None:
    """Let an appointment end on a day: that day it no longer counts.

    Raises
    ------
    AppointmentRefused
        The day lies before the first day.
    """
    locked = Appointment.objects.select_for_update().get(pk=appointment.pk)
    if ends_on < locked.begins_on:
        raise AppointmentRefused(_("结束不能早于开始（%(day)s）。") % {"day": locked.begins_on})
    locked.ends_on = ends_on
    _write(locked, AccountChange.Action.END, by=by, at=at)


@transaction.atomic
def set_stand_in(
    *,
    appointment: Appointment,
    stand_in: User,
    begins_on: date,
    ends_on: date,
    by: str,
    at: datetime,
) -> None:
    """Let another person exercise an appointment from one day to another (half-open).

    Raises
    ------
    AppointmentRefused
        The stand-in is the holder or disabled, or the period is empty.
    """
    _lock_active(stand_in)
    locked = Appointment.objects.select_for_update().get(pk=appointment.pk)
    if locked.user_id == stand_in.pk:
        raise AppointmentRefused(_("%(user)s 不能给自己代班。") % {"user": stand_in})
    if ends_on <= begins_on:
        raise AppointmentRefused(_("代班的结束要晚于开始。"))
    locked.stand_in = stand_in
    locked.stand_in_from, locked.stand_in_to = begins_on, ends_on
    _write(locked, AccountChange.Action.STAND_IN, by=by, at=at)


@transaction.atomic
def disable_user(*, user: User, by: str, at: datetime) -> None:
    """Shut a person out: every log-in ends, none begins. Appointments stay on record."""
    locked = User.objects.select_for_update().get(pk=user.pk)
    locked.is_active = False
    locked.save(update_fields=["is_active"])
    _end_sessions(locked)
    AccountChange.objects.create(
        action=AccountChange.Action.DISABLE, user=locked, made_by=by, made_at=at
    )


@transaction.atomic
def change_password(*, user: User, password: str, by: str, at: datetime) -> None:
    """Set a new password; every log-in of this person ends."""
    user.set_password(password)
    user.save(update_fields=["password"])
    _end_sessions(user)
    AccountChange.objects.create(
        action=AccountChange.Action.PASSWORD, user=user, made_by=by, made_at=at
    )


@transaction.atomic
def make_token(
    *, user: User, label: str, expires_at: datetime, by: str, at: datetime
) -> tuple[ApiToken, str]:
    """Let a machine act as a person until a moment; the secret is told here and never again.

    Raises
    ------
    AppointmentRefused
        The person is disabled.
    ValidationError
        The label is empty or too long, or the moment has passed.
    """
    _lock_active(user)
    secret = secrets.token_urlsafe(32)
    token = ApiToken(
        user=user, label=label, digest=digest_of(secret), created_at=at, expires_at=expires_at
    )
    token.full_clean()
    token.save()
    AccountChange.objects.create(
        action=AccountChange.Action.TOKEN, user=user, made_by=by, made_at=at
    )
    return token, secret


@transaction.atomic
def revoke_token(*, token: ApiToken, by: str, at: datetime) -> None:
    """Shut a machine out with its next request; again is the same."""
    locked = ApiToken.objects.select_for_update().get(pk=token.pk)
    if locked.revoked_at is not None:
        return
    locked.revoked_at = at
    locked.save(update_fields=["revoked_at"])
    AccountChange.objects.create(
        action=AccountChange.Action.REVOKE, user=locked.user, made_by=by, made_at=at
    )


def _lock_active(user: User) -> None:
    if not User.objects.select_for_update().get(pk=user.pk).is_active:
        raise AppointmentRefused(_("%(user)s 的账号已停用。") % {"user": user})


def _write(
    appointment: Appointment, action: AccountChange.Action, *, by: str, at: datetime
) -> None:
    appointment.save()
    AccountChange.objects.create(
        action=action,
        user_id=appointment.user_id,
        appointment=appointment,
        made_by=by,
        made_at=at,
    )
    transaction.on_commit(bump_access_version)


def _end_sessions(user: User) -> None:
    Session.objects.filter(user=user).delete()
    transaction.on_commit(bump_access_version)

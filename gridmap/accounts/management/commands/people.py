import sys
from argparse import ArgumentParser
from datetime import date
from getpass import getpass, getuser
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from geodata.models import Area, Cell, LeaderPost
from gridmap.accounts import services
from gridmap.accounts.models import Appointment, GuideTeam, Role, User
from gridmap.accounts.scope import today


class Command(BaseCommand):
    help = "Add people, set passwords, appoint, end, arrange stand-ins, disable."

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        add = acts.add_parser("add", help="a new person, without a password")
        add.add_argument("username")
        add.add_argument("--name", required=True)
        add.add_argument("--phone", default="")
        password = acts.add_parser("password", help="asked for, or the first line of the input")
        password.add_argument("username")
        appoint = acts.add_parser("appoint", help="entrust a place to a person")
        _add_appointment(appoint)
        appoint.add_argument("--from", dest="begins_on", type=date.fromisoformat, default=today())
        appoint.add_argument("--until", dest="ends_on", type=date.fromisoformat)
        end = acts.add_parser("end", help="end an appointment")
        _add_appointment(end)
        end.add_argument("--on", dest="ends_on", type=date.fromisoformat, default=today())
        stand_in = acts.add_parser("stand-in", help="let another person exercise an appointment")
        _add_appointment(stand_in)
        stand_in.add_argument("stand_in", metavar="by")
        stand_in.add_argument("--from", dest="begins_on", type=date.fromisoformat, required=True)
        stand_in.add_argument("--until", dest="ends_on", type=date.fromisoformat, required=True)
        disable = acts.add_parser("disable", help="end every log-in of a person, for good")
        disable.add_argument("username")

    def handle(self, *_args: Any, act: str, username: str, **options: Any) -> None:
        record = {"by": getuser(), "at": timezone.now()}
        try:
            getattr(self, f"_{act.replace('-', '_')}")(username, options, record)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except services.AppointmentRefused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(_("好了。"))

    def _add(self, username: str, options: dict[str, Any], record: dict[str, Any]) -> None:
        services.add_user(username=username, name=options["name"], phone=options["phone"], **record)

    def _password(self, username: str, _options: dict[str, Any], record: dict[str, Any]) -> None:
        user = _user(username)
        password = _ask_password()
        validate_password(password, user)
        services.change_password(user=user, password=password, **record)

    def _appoint(self, username: str, options: dict[str, Any], record: dict[str, Any]) -> None:
        services.appoint(
            user=_user(username),
            role=Role(options["role"]),
            place=_place(options["place"]),
            begins_on=options["begins_on"],
            ends_on=options["ends_on"],
            **record,
        )

    def _end(self, username: str, options: dict[str, Any], record: dict[str, Any]) -> None:
        held = _appointment(username, options)
        services.end_appointment(appointment=held, ends_on=options["ends_on"], **record)

    def _stand_in(self, username: str, options: dict[str, Any], record: dict[str, Any]) -> None:
        services.set_stand_in(
            appointment=_appointment(username, options),
            stand_in=_user(options["stand_in"]),
            begins_on=options["begins_on"],
            ends_on=options["ends_on"],
            **record,
        )

    def _disable(self, username: str, _options: dict[str, Any], record: dict[str, Any]) -> None:
        services.disable_user(user=_user(username), **record)


def _add_appointment(parser: ArgumentParser) -> None:
    parser.add_argument("username")
    parser.add_argument("role", choices=Role.values)
    parser.add_argument(
        "place", help="code of an area or cell, post:NUMBER, or the name of a guide team"
    )


def _user(username: str) -> User:
    user = User.objects.filter(username=username).first()
    if user is None:
        raise CommandError(_("没有账号 %(username)s。") % {"username": username})
    return user


def _place(text: str) -> services.Place:
    kind, _colon, number = text.partition(":")
    place: services.Place | None = (
        LeaderPost.objects.filter(pk=number).first()
        if kind == "post" and number.isdecimal()
        else Area.objects.filter(code=text).first()
        or Cell.objects.filter(code=text).first()
        or GuideTeam.objects.filter(name=text).first()
    )
    if place is None:
        raise CommandError(_("没有这样的地方：%(place)s。") % {"place": text})
    return place


def _appointment(username: str, options: dict[str, Any]) -> Appointment:
    """The appointment that lasts today or begins later."""
    place = _place(options["place"])
    held: Appointment | None = (
        Appointment.objects.overlapping(today(), None)
        .filter(
            user=_user(username),
            role=options["role"],
            **{services.COLUMN_OF_PLACE[type(place)]: place},
        )
        .order_by("begins_on")
        .first()
    )
    if held is None:
        raise CommandError(_("%(username)s 没有这样的任用。") % {"username": username})
    return held


def _ask_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass(_("新密码：") + " ")
    if getpass(_("再输一次：") + " ") != first:
        raise CommandError(_("两次输入不一样。"))
    return first

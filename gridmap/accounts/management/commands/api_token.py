from argparse import ArgumentParser
from datetime import timedelta
from getpass import getuser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from gridmap.accounts import services
from gridmap.accounts.models import ApiToken, User


class Command(BaseCommand):
    help = "Tokens for machines: make one for a person, list them, revoke one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        make = acts.add_parser("make", help="a new token; its secret is printed once")
        make.add_argument("username")
        make.add_argument("--label", required=True, help="which machine, what for")
        make.add_argument("--days", type=int, default=365, help="how long it is good (365)")
        show = acts.add_parser("list", help="all tokens, or those of a person")
        show.add_argument("username", nargs="?")
        revoke = acts.add_parser("revoke", help="end a token")
        revoke.add_argument("number", type=int)

    def handle(self, *_args: Any, act: str, **options: Any) -> None:
        try:
            getattr(self, f"_{act}")(options)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except services.AppointmentRefused as error:
            raise CommandError(str(error)) from error

    def _make(self, options: dict[str, Any]) -> None:
        now = timezone.now()
        if not 1 <= options["days"] <= 3650:
            raise CommandError(_("有效期是 1 到 3650 天。"))
        token, secret = services.make_token(
            user=_user(options["username"]),
            label=options["label"],
            expires_at=now + timedelta(days=options["days"]),
            by=getuser(),
            at=now,
        )
        self.stderr.write(
            _("令牌 %(number)d，用到 %(day)s。只显示这一次：")
            % {"number": token.pk, "day": timezone.localdate(token.expires_at)}
        )
        self.stdout.write(secret)

    def _list(self, options: dict[str, Any]) -> None:
        tokens = ApiToken.objects.select_related("user")
        if options["username"]:
            tokens = tokens.filter(user=_user(options["username"]))
        for token in tokens:
            self.stdout.write("\t".join(_row(token)))

    def _revoke(self, options: dict[str, Any]) -> None:
        token = ApiToken.objects.filter(pk=options["number"]).first()
        if token is None:
            raise CommandError(_("没有令牌 %(number)d。") % {"number": options["number"]})
        services.revoke_token(token=token, by=getuser(), at=timezone.now())
        self.stderr.write(_("好了。"))


def _user(username: str) -> User:
    user = User.objects.filter(username=username).first()
    if user is None:
        raise CommandError(_("没有账号 %(username)s。") % {"username": username})
    return user


def _row(token: ApiToken) -> list[str]:
    """Number, person, use, state, expiry, last use."""
    now = timezone.now()
    if token.revoked_at is not None:
        state = _("已吊销")
    else:
        state = _("有效") if token.expires_at > now else _("已过期")
    used = token.last_used_at
    return [
        str(token.pk),
        token.user.username,
        token.label,
        state,
        f"{timezone.localtime(token.expires_at):%Y-%m-%d}",
        f"{timezone.localtime(used):%Y-%m-%d %H:%M}" if used else "-",
    ]

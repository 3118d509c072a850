"""Demonstration accounts, whose password everybody knows, cannot live in production."""

from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, ProgrammingError
from django.db.models import Q
from django.utils.translation import gettext

from gridmap.accounts.models import User


def demonstration_accounts(**_: Any) -> list[CheckMessage]:
    """The system check: runs with every command that checks, `check --deploy` among them."""
    if not settings.PRODUCTION:
        return []
    try:
        people = User.objects.filter(is_demonstration=True).alias(
            is_closed=Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)
        )
        # Who can log in comes first.
        found = people.order_by("is_closed", "username").values_list("username", flat=True)
        names = list(found[:5])
    except ProgrammingError:
        # Before the first migration there is no table, hence no account.
        return []
    except OperationalError as error:
        return [_cannot_ask(error)]
    return [_found(names)] if names else []


def refuse_demonstration_accounts() -> None:
    """Stop the start of a server where the check finds a fault; `wsgi` runs no system checks.

    Raises
    ------
    ImproperlyConfigured
        Demonstration accounts exist in production, or the database cannot say.
    """
    for fault in demonstration_accounts():
        raise ImproperlyConfigured(f"{fault.id}: {fault.msg} {fault.hint}")


def _found(names: list[str]) -> Error:
    return Error(
        gettext("生产环境里有演示账号（%(names)s），密码人人知道。") % {"names": ", ".join(names)},
        hint=gettext("生产环境用一个没有演示数据的新数据库。"),
        id="accounts.E001",
    )


def _cannot_ask(error: OperationalError) -> Error:
    return Error(
        gettext("数据库没有回答，看不出有没有演示账号：%(error)s")
        % {"error": " ".join(str(error).split())},
        hint=gettext("先启动数据库，检查 DATABASE_URL。"),
        id="accounts.E002",
    )

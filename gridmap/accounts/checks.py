"""What a production server refuses to serve with: demonstration accounts, or a role that nothing binds."""

from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, ProgrammingError, connection
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


def serving_role(**_: Any) -> list[CheckMessage]:
    """The system check: row-level security and the log bind only a role that owns nothing."""
    if not settings.PRODUCTION or settings.DATABASE_ROLE != "app":
        return []
    try:
        with connection.cursor() as cursor:
            cursor.execute(UNBOUND)
            role, is_unbound = cursor.fetchone()
    except OperationalError:
        # Told by the other check.
        return []
    return [_unbound(role)] if is_unbound else []


# Member of the owner is as good as owner: it may take the owner's part.
UNBOUND = """
SELECT current_user, (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user) OR EXISTS (
    SELECT FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
                           AND pg_has_role(current_user, relowner, 'MEMBER'))
"""


def refuse_unsafe_production() -> None:
    """Stop the start of a server where a check finds a fault; `wsgi` runs no system checks.

    Raises
    ------
    ImproperlyConfigured
        Demonstration accounts exist in production, or the database cannot say; or the role
        that serves owns the tables.
    """
    for fault in [*demonstration_accounts(), *serving_role()]:
        raise ImproperlyConfigured(f"{fault.id}: {fault.msg} {fault.hint}")


def _unbound(role: str) -> Error:
    return Error(
        gettext("数据库角色 %(role)s 拥有数据表或是超级用户：行级权限和日志管不住它。")
        % {"role": role},
        hint=gettext(
            "DATABASE_URL 用一个不拥有任何表的角色，OWNER_DATABASE_URL 用拥有表的角色（见 docs/deploy.md）。"
        ),
        id="accounts.E003",
    )


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

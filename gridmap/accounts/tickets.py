"""One statement tells who asks and what they may see."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import HASH_SESSION_KEY
from django.db import connection
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from geodata.querysets import BEIJING
from gridmap.accounts.models import User
from gridmap.accounts.scope import ACTING, HELD, SCOPE_COLUMNS, Scope, scope_from
from gridmap.accounts.sessions import SessionStore


@dataclass(frozen=True)
class Ticket:
    """A live session: its person, what that person may see, and its data."""

    user: User
    scope: Scope
    session: dict[str, Any]


def ticket(session_key: str, at: datetime | None = None) -> Ticket | None:
    """The ticket of a session, or None where it ended, or its person was disabled.

    A session whose authentication hash is not the user's (the password changed) has ended.
    """
    at = at or timezone.now()
    day = at.astimezone(BEIJING).date()
    with connection.cursor() as cursor:
        cursor.execute(TICKET, {"key": session_key, "at": at, "day": day})
        row = cursor.fetchone()
    if row is None:
        return None
    width = len(COLUMNS)
    user = User.from_db(connection.alias, COLUMNS, row[:width])
    data, *places, _acting = row[width:]
    session = SessionStore(session_key).decode(data)
    if not _is_of(user, session):
        return None
    held = scope_from(user.pk, day, places)
    vars(user)["scope"] = held
    return Ticket(user, held, session)


def _is_of(user: User, session: dict[str, Any]) -> bool:
    known = session.get(HASH_SESSION_KEY, "")
    hashes = (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
    return any(constant_time_compare(known, valid) for valid in hashes)


COLUMNS = [field.attname for field in User._meta.concrete_fields]
TICKET = f"""
WITH RECURSIVE asked AS (
    SELECT {", ".join(f"account.{column}" for column in COLUMNS)},
           session.session_data
    FROM accounts_session AS session
    JOIN accounts_user AS account ON account.id = session.user_id
    WHERE session.session_key = %(key)s AND session.expire_date > %(at)s AND account.is_active
), {HELD}
SELECT asked.*, {SCOPE_COLUMNS}, {ACTING} FROM asked
"""  # noqa: S608 - constants of this module

"""One statement tells who asks and what they may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth import HASH_SESSION_KEY
from django.db import connection
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from geodata.querysets import BEIJING
from gridmap.accounts.models import User
from gridmap.accounts.scope import ACTING, HELD, SCOPE_COLUMNS, Scope, scope_from
from gridmap.accounts.sessions import SessionStore
from gridmap.accounts.tokens import digest_of

# So long a request waits for one statement, a lock included, before it is given up with “try again later”.
PATIENCE = "30s"
# How exactly the last use of a token is known.
USE_NOTED_EVERY = timedelta(minutes=1)


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
    row = _row(TICKET, {"key": session_key, "at": at, "day": day})
    if row is None:
        return None
    data, *places, _acting, _patience = row[WIDTH:]
    user = _user(row)
    session = SessionStore(session_key).decode(data)
    if not _is_of(user, session):
        return None
    return Ticket(user, _entrust(user, day, places), session)


def user_of_token(secret: str, at: datetime | None = None) -> User | None:
    """The person of a token, with scope, told to the database like that of a session.

    None where the token is unknown, expired or revoked, or its person disabled.
    """
    at = at or timezone.now()
    day = at.astimezone(BEIJING).date()
    row = _row(TICKET_OF_TOKEN, {"key": digest_of(secret), "at": at, "day": day})
    if row is None:
        return None
    token, last_used_at, *places, _acting, _patience = row[WIDTH:]
    user = _user(row)
    _entrust(user, day, places)
    if last_used_at is None or last_used_at < at - USE_NOTED_EVERY:
        with connection.cursor() as cursor:
            cursor.execute(NOTE_USE, {"token": token, "at": at})
    return user


def _row(sql: str, params: dict[str, Any]) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, {**params, "patience": PATIENCE})
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row


def _user(row: tuple[Any, ...]) -> User:
    user: User = User.from_db(connection.alias, COLUMNS, row[:WIDTH])
    return user


def _entrust(user: User, day: date, places: Iterable[Any]) -> Scope:
    """The scope of a person, known from here on without a question."""
    held = scope_from(user.pk, day, places)
    vars(user)["scope"] = held
    return held


def _is_of(user: User, session: dict[str, Any]) -> bool:
    known = session.get(HASH_SESSION_KEY, "")
    hashes = (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
    return any(constant_time_compare(known, valid) for valid in hashes)


COLUMNS = [field.attname for field in User._meta.concrete_fields]
WIDTH = len(COLUMNS)
ACCOUNT = ", ".join(f"account.{column}" for column in COLUMNS)
TICKET = f"""
WITH RECURSIVE asked AS (
    SELECT {ACCOUNT}, session.session_data
    FROM accounts_session AS session
    JOIN accounts_user AS account ON account.id = session.user_id
    WHERE session.session_key = %(key)s AND session.expire_date > %(at)s AND account.is_active
), {HELD}
SELECT asked.*, {SCOPE_COLUMNS}, {ACTING}, set_config('statement_timeout', %(patience)s, true) FROM asked
"""  # noqa: S608 - constants of this module
TICKET_OF_TOKEN = f"""
WITH RECURSIVE asked AS (
    SELECT {ACCOUNT}, token.id AS token_id, token.last_used_at
    FROM accounts_apitoken AS token
    JOIN accounts_user AS account ON account.id = token.user_id
    WHERE token.digest = %(key)s AND token.expires_at > %(at)s AND token.revoked_at IS NULL
      AND account.is_active
), {HELD}
SELECT asked.*, {SCOPE_COLUMNS}, {ACTING}, set_config('statement_timeout', %(patience)s, true) FROM asked
"""  # noqa: S608 - constants of this module
# Of many requests at once one writes, and none waits for it.
NOTE_USE = """
UPDATE accounts_apitoken SET last_used_at = %(at)s
WHERE id = (SELECT id FROM accounts_apitoken WHERE id = %(token)s FOR UPDATE SKIP LOCKED)
"""

"""Sessions in the database, each with its user."""

from typing import Any, cast

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.db import transaction

from geodata.versions import bump_access_version
from gridmap.accounts.models import Session


class SessionStore(DatabaseSessionStore):
    _session_cache: dict[str, Any]

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    @classmethod
    def read(cls, session_key: str, data: dict[str, Any]) -> "SessionStore":
        """A session whose data came with another statement: it asks the database no more."""
        session = cls(session_key)
        session._session_cache = data
        return session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        session = cast(Session, super().create_model_instance(data))
        session.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        return session

    def delete(self, session_key: str | None = None) -> None:
        """End a session; what was answered from memory until now is asked again."""
        super().delete(session_key)
        transaction.on_commit(bump_access_version)

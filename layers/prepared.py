"""Statements that a connection parses and plans once: for a small tile that is most of the cost.

Prepared statements live in one connection of the server, so a pooler between, which hands
every statement to another connection, must be set to keep a session together.
"""

from collections import OrderedDict
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection
from django.db.backends.utils import CursorWrapper

# Of each connection; a person's own tiles have statements of their own.
KEPT = 200


class Prepared:
    """The statements that one connection knows, by text."""

    def __init__(self) -> None:
        self._names: OrderedDict[str, str] = OrderedDict()
        self._made = 0

    def name_of(self, cursor: CursorWrapper, types: str, text: str) -> str:
        """The name of a statement, prepared if it is new; the one unused longest makes room."""
        name = self._names.get(text)
        if name is not None:
            self._names.move_to_end(text)
            return name
        if len(self._names) >= KEPT:
            cursor.execute(f"DEALLOCATE {self._names.popitem(last=False)[1]}")
        self._made += 1
        name = f"layers_{self._made}"
        cursor.execute(f"PREPARE {name} ({types}) AS {text}")
        self._names[text] = name
        return name


_known: WeakKeyDictionary[Any, Prepared] = WeakKeyDictionary()


def fetch_value(types: str, text: str, values: str) -> Any:
    """The one value of a statement with $1 … of these SQL types; `values` is SQL."""
    with connection.cursor() as cursor:
        known = _known.setdefault(connection.connection, Prepared())
        name = known.name_of(cursor, types, text)
        cursor.execute(f"EXECUTE {name} ({values})")
        return cursor.fetchone()[0]

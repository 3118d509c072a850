"""Verifying the log: the chain from its start, every entry, and the rows as they are now.

All sums are done here once more: nothing is asked of functions in the database that whoever changed
the log may have changed too. Whoever can rewrite the whole chain is found only against a head that
was noted elsewhere (`Note`).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from gridmap.incidents import log_sql as sql
from gridmap.incidents.log_faults import Fault

SEALS_AT_ONCE = 10_000
ENTRIES_AT_ONCE = 20_000
# Of one kind; the others are counted.
LISTED = 1_000
APP = "incidents"
# A counter, what concerns its reader alone, what is derived from the cases, and the log itself.
NOT_LOGGED = frozenset(
    {"casenumber", "notice", "savedview", "countchange", "countsquare", "countleaf"}
    | {"logentry", "logseal", "loghead"}
)

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Note:
    """The end of the chain at some time, kept where nobody who can change the log can change it."""

    position: int
    hash: str

    def __str__(self) -> str:
        return f"{self.position}:{self.hash}"


@dataclass(frozen=True)
class Taken:
    """Rows that a migration took over as they stood."""

    entry: int
    table: str
    count: int


@dataclass
class Verdict:
    """What was looked at and what is wrong."""

    seals: int = 0
    entries: int = 0
    rows: int = 0
    tables: int = 0
    head: Note | None = None
    taken: list[Taken] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    # Faults beyond those listed.
    more: int = 0

    @property
    def ok(self) -> bool:
        return not self.faults

    def add(self, found: list[Fault], total: int | None = None) -> None:
        """Faults of one kind of looking; of `total` where there are more than were asked for."""
        self.faults += found[:LISTED]
        self.more += (len(found) if total is None else total) - len(found[:LISTED])


def verify(note: Note | None = None, tell: Tell = lambda _stage, _done, _total: None) -> Verdict:
    """Look at everything in one view of the database.

    Parameters
    ----------
    note
        A head noted before: the chain must still lead through it.
    tell
        Called with a stage (`chain`, `entries`, `rows`), what is done and what there is to do.
    """
    verdict = Verdict()
    with _one_view() as cursor:
        _verify_chain(cursor, verdict, tell)
        _verify_head(cursor, verdict, note)
        _verify_entries(cursor, verdict, tell)
        _verify_rows(cursor, verdict, tell)
    return verdict


def head() -> Note | None:
    """The end of the chain; None where the row that ends it is gone."""
    with connection.cursor() as cursor:
        return _head(cursor)


def logged_tables() -> list[str]:
    """The tables that the log must cover."""
    own = apps.get_app_config(APP).get_models(include_auto_created=True)
    tables = {m._meta.db_table for m in own if m._meta.model_name not in NOT_LOGGED}
    # An app above says of its models which are acts of people.
    above = (m for m in apps.get_models() if getattr(m, "is_logged", False))
    return sorted(tables | {m._meta.db_table for m in above})


@contextmanager
def _one_view() -> Iterator[CursorWrapper]:
    """Everything as at one moment, while others go on writing; within a transaction, as it sees it."""
    is_first = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if is_first:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute(sql.SETTINGS)
        cursor.execute(sql.DOUBTS)
        yield cursor
        cursor.execute("DROP TABLE log_doubt")


def _verify_chain(cursor: CursorWrapper, verdict: Verdict, tell: Tell) -> None:
    cursor.execute("SELECT count(*) FROM incidents_logseal")
    (total,) = cursor.fetchone()
    # The end of the stretch before: nothing there yet, and what the chain begins with.
    end: tuple[int, Any] = (0, None)
    is_first = True
    while True:
        cursor.execute(
            sql.CHAIN,
            {"after": None if is_first else end[0], "hash": end[1], "limit": SEALS_AT_ONCE},
        )
        count, position, hash_, found = cursor.fetchone()
        if not count:
            return
        verdict.seals += count
        verdict.add([Fault(**fault) for fault in found or ()])
        end, is_first = (position, hash_), False
        tell("chain", verdict.seals, total)


def _verify_head(cursor: CursorWrapper, verdict: Verdict, note: Note | None) -> None:
    cursor.execute("SELECT position, encode(hash, 'hex') FROM incidents_loghead")
    heads = [Note(*row) for row in cursor.fetchall()]
    cursor.execute(sql.LAST_SEAL)
    last = Note(*cursor.fetchone())
    verdict.head = heads[0] if len(heads) == 1 else None
    if heads != [last]:
        verdict.add([Fault("head", position=last.position)])
    if note is None:
        return
    cursor.execute(sql.SEAL_AT, {"position": note.position})
    if cursor.fetchone() != (note.hash,):
        verdict.add([Fault("note", position=note.position, last=last.position)])


def _head(cursor: CursorWrapper) -> Note | None:
    cursor.execute("SELECT position, encode(hash, 'hex') FROM incidents_loghead")
    heads = cursor.fetchall()
    return Note(*heads[0]) if len(heads) == 1 else None


def _verify_entries(cursor: CursorWrapper, verdict: Verdict, tell: Tell) -> None:
    cursor.execute("SELECT count(*) FROM incidents_logentry")
    (total,) = cursor.fetchone()
    after = None
    while True:
        cursor.execute(sql.ENTRIES, {"after": after, "limit": ENTRIES_AT_ONCE})
        count, after, found, taken = cursor.fetchone()
        if not count:
            return
        verdict.entries += count
        verdict.add([Fault(**fault) for fault in found or ()])
        verdict.taken += [Taken(**each) for each in taken or ()]
        tell("entries", verdict.entries, total)


def _verify_rows(cursor: CursorWrapper, verdict: Verdict, tell: Tell) -> None:
    logged = logged_tables()
    cursor.execute(sql.UNKNOWN_TABLES, {"known": logged})
    verdict.add([Fault("unknown_table", entry=entry, table=name) for entry, name in cursor])
    cursor.execute(sql.UNWATCHED, {"tables": logged})
    verdict.add([Fault("unwatched", table=name) for (name,) in cursor])
    for number, table in enumerate(logged, 1):
        _verify_table(cursor, verdict, table)
        tell("rows", number, len(logged))


def _verify_table(cursor: CursorWrapper, verdict: Verdict, table: str) -> None:
    """Rows that are not what the log says, now or at the time of an entry."""
    cursor.execute(sql.COLUMNS, {"table": table})
    key, columns = cursor.fetchone()
    cursor.execute(sql.history(table, key, columns), {"table": table, "limit": LISTED})
    _add_rows(cursor, verdict, table)
    cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608 - a table of ours
    verdict.rows += cursor.fetchone()[0]
    verdict.tables += 1
    cursor.execute(sql.COUNT_DOUBTS)
    doubts, doubts_of_width = cursor.fetchone()
    if not doubts:
        return
    if doubts_of_width and len(columns) > 1:
        cursor.execute(sql.forgive_new_columns(table, key, columns))
    cursor.execute(sql.DOUBTED, {"limit": LISTED})
    _add_rows(cursor, verdict, table)
    cursor.execute("TRUNCATE log_doubt")


def _add_rows(cursor: CursorWrapper, verdict: Verdict, table: str) -> None:
    found = cursor.fetchall()
    faults = [
        Fault(kind, table=table, key=key, entry=entry, last=last)
        for kind, key, entry, last, _total in found
    ]
    verdict.add(faults, found[0][-1] if found else 0)

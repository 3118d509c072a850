"""What a superuser might do to the log, or past it: one thing at random, and what must be said of it."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from gridmap.incidents.log import head, logged_tables, verify
from gridmap.incidents.log_faults import Fault
from tests.incidents.log_history import execute, silenced


@dataclass(frozen=True)
class Target:
    """Where the fault must be found: a link, an entry, or a row of a table."""

    position: int | None = None
    entry: int | None = None
    table: str = ""
    key: str = ""

    def is_named_by(self, fault: Fault) -> bool:
        if self.table:
            return (fault.table, fault.key) == (self.table, self.key)
        if self.entry is not None:
            first, last = fault.entry, fault.last if fault.position else fault.entry
            return first is not None and last is not None and first <= self.entry <= last
        # Of a link that is gone its successor tells.
        return fault.position in {self.position, (self.position or 0) + 1}


def tamper(draw: random.Random) -> tuple[str, Target]:
    """Do one thing, of a sort and at a place that are drawn."""
    with silenced():
        while True:
            deed = draw.choice(DEEDS)
            try:
                with transaction.atomic():
                    target = deed(draw)
            except IntegrityError:  # a key or a constraint stands in the way
                continue
            if target is not None:
                return deed.__name__, target


def undetected(count: int, seed: int) -> list[str]:
    """Of so many deeds, each alone and undone again, those that nobody would have noticed."""
    draw = random.Random(seed)
    note = head()
    missed = []
    for number in range(count):
        with transaction.atomic():
            name, target = tamper(draw)
            verdict = verify(note)
            if not any(target.is_named_by(fault) for fault in verdict.faults):
                missed.append(f"{number}: {name} {target} {[str(f) for f in verdict.faults]}")
            transaction.set_rollback(True)
    return missed


# Entries.

VALUES = {
    "xact": "xact + 1",
    "table": "CASE \"table\" WHEN 'incidents_party' THEN 'incidents_visit' ELSE 'incidents_party' END",
    "action": "CASE action WHEN 'UPDATE' THEN 'INSERT' ELSE 'UPDATE' END",
    "at": "at - interval '1 microsecond'",
    "actor": "coalesce(actor, 0) + 1",
    "role": "role || 'x'",
    "count": "count + 1",
    "width": "width + 1",
    "rows": "CASE WHEN rows IS NULL THEN '[]' ELSE rows || '[{}]' END",
    "keys": "array_replace(keys, keys[1], '999999999')",
    "marks": "array_replace(marks, marks[1], sha256('x'))",
    "before": "CASE WHEN before IS NULL THEN marks ELSE NULL END",
    "digest": "sha256(digest)",
}


def edit_an_entry(draw: random.Random) -> Target:
    entry = _entry(draw)
    column = draw.choice(sorted(VALUES))
    execute(f'UPDATE incidents_logentry SET "{column}" = {VALUES[column]} WHERE id = %s', [entry])
    return Target(entry=entry)


def edit_a_word(draw: random.Random) -> Target | None:
    """One value in the words of a row, as somebody would who wants the story to be another."""
    entry = _entry(draw)
    changed = execute(
        "UPDATE incidents_logentry SET rows = jsonb_set(rows, '{0,id}', '999999') "
        "WHERE id = %s AND rows->0 ? 'id' RETURNING id",
        [entry],
    )
    return Target(entry=entry) if changed else None


def edit_an_entry_and_its_digest(draw: random.Random) -> Target:
    """Somebody who knows how the digest is made."""
    entry = _entry(draw)
    execute(
        "UPDATE incidents_logentry SET marks = array_replace(marks, marks[1], sha256('x')) WHERE id = %s",
        [entry],
    )
    execute(
        "UPDATE incidents_logentry SET digest = incidents_log_digest(rows, keys, marks, before)"
        " WHERE id = %s",
        [entry],
    )
    return Target(entry=entry)


def delete_an_entry(draw: random.Random) -> Target:
    entry = _entry(draw)
    execute("DELETE FROM incidents_logentry WHERE id = %s", [entry])
    return Target(entry=entry)


def swap_two_entries(draw: random.Random) -> Target:
    first, second = draw.sample(_all("id", "incidents_logentry"), 2)
    execute(
        "UPDATE incidents_logentry SET id = CASE id WHEN %(a)s THEN -1 ELSE %(a)s END"
        " WHERE id IN (%(a)s, %(b)s) AND id <> %(b)s",
        {"a": first, "b": second},
    )
    execute("UPDATE incidents_logentry SET id = %s WHERE id = %s", [first, second])
    execute("UPDATE incidents_logentry SET id = %s WHERE id = -1", [second])
    return Target(entry=first)


def insert_an_entry(draw: random.Random) -> Target:
    """A copy of another, with or without the transaction of that one."""
    (entry,) = execute(
        'INSERT INTO incidents_logentry (xact, "table", action, at, actor, role, count, width, rows,'
        ' keys, marks, before, digest) SELECT xact + %s, "table", action, at, actor, role, count,'
        " width, rows, keys, marks, before, digest FROM incidents_logentry WHERE id = %s RETURNING id",
        [draw.choice([0, 1]), _entry(draw)],
    )[0]
    return Target(entry=entry)


# Links.


def edit_a_link(draw: random.Random) -> Target:
    position = _position(draw)
    change = draw.choice(
        [
            "hash = sha256(hash)",
            "xact = xact + 1",
            "first_entry = first_entry - 1",
            "last_entry = last_entry + 1",
        ]
    )
    execute(f"UPDATE incidents_logseal SET {change} WHERE position = %s", [position])
    return Target(position=position)


def delete_a_link(draw: random.Random) -> Target:
    position = _position(draw)
    execute("DELETE FROM incidents_logseal WHERE position = %s", [position])
    return Target(position=position)


def swap_two_links(draw: random.Random) -> Target:
    first, second = draw.sample(_all("position", "incidents_logseal"), 2)
    for old, new in ((first, -1), (second, first), (-1, second)):
        execute("UPDATE incidents_logseal SET position = %s WHERE position = %s", [new, old])
    return Target(position=first)


def insert_a_link(_draw: random.Random) -> Target:
    """A well made one, at the end, over nothing."""
    (position,) = execute(
        "INSERT INTO incidents_logseal SELECT position + 1, 1, 0, 0, sha256(hash) FROM incidents_loghead"
        " RETURNING position"
    )[0]
    return Target(position=position)


def change_the_head(draw: random.Random) -> Target:
    last = max(_all("position", "incidents_logseal"))
    execute(
        draw.choice(
            [
                "UPDATE incidents_loghead SET hash = sha256(hash)",
                "UPDATE incidents_loghead SET position = position + 1",
                "DELETE FROM incidents_loghead",
                "INSERT INTO incidents_loghead (position, hash) VALUES (0, 'x')",
            ]
        )
    )
    return Target(position=last)


def cut_off_the_end(draw: random.Random) -> Target:
    """The last links with all that is under them, and the head where it was then."""
    note = head()
    assert note is not None
    kept = note.position - draw.randint(1, 5)
    execute(
        "DELETE FROM incidents_logentry USING incidents_logseal AS seal WHERE seal.position > %s"
        " AND seal.xact = incidents_logentry.xact AND id BETWEEN first_entry AND last_entry",
        [kept],
    )
    execute("DELETE FROM incidents_logseal WHERE position > %s", [kept])
    execute(
        "UPDATE incidents_loghead SET (position, hash) ="
        " (SELECT position, hash FROM incidents_logseal ORDER BY position DESC LIMIT 1)"
    )
    return Target(position=note.position)


# Rows, past the log.


def edit_a_row(draw: random.Random) -> Target | None:
    table, key, row = _row(draw)
    columns = execute(
        "SELECT attname::text, format_type(atttypid, atttypmod) FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''"
        " AND attname <> %s",
        [table, key],
    )
    column, kind = draw.choice(columns)
    change = next((sql for words, sql in CHANGES.items() if kind.startswith(words)), None)
    if change is None:
        return None
    execute(
        f'UPDATE "{table}" SET "{column}" = {change.format(c=column)} WHERE "{key}"::text = %s',
        [row],
    )
    return Target(table=table, key=row)


CHANGES = {
    "timestamp": "coalesce(\"{c}\", now()) + interval '1 microsecond'",
    "date": 'coalesce("{c}", current_date) + 1',
    "bigint": 'coalesce("{c}", 0) + 1',
    "integer": 'coalesce("{c}", 0) + 1',
    "smallint": 'coalesce("{c}", 0) + 1',
    "boolean": 'coalesce(NOT "{c}", true)',
    "double": 'coalesce("{c}", 0) + 0.001',
    "numeric": 'coalesce("{c}", 0) + 1',
    "text": "\"{c}\" || ' '",
    "character varying(": "CASE \"{c}\" WHEN '' THEN '1' ELSE '' END",
    "bytea": 'sha256("{c}")',
    # The least that a coordinate can differ by.
    "geometry": "ST_Translate(coalesce(\"{c}\", 'SRID=4490;POINT(98.2 39.7)'), 1.5e-14, 0)",
}


def delete_a_row(draw: random.Random) -> Target:
    table, key, row = _row(draw)
    execute(f'DELETE FROM "{table}" WHERE "{key}"::text = %s', [row])
    return Target(table=table, key=row)


def insert_a_row(draw: random.Random) -> Target:
    table = draw.choice(["incidents_steprecord", "incidents_visit", "incidents_unit"])
    values = {
        "incidents_steprecord": "(incident_id, round, step, at, note) VALUES (1, 9, 'settle', now(), '')",
        "incidents_visit": "(incident_id, round, way, result, satisfaction, at, note)"
        " VALUES (1, 9, 'phone', 'solved', 'satisfied', now(), '')",
        "incidents_unit": "(name, name_en, phone) VALUES ('x', '', '')",
    }
    (row,) = execute(f"INSERT INTO {table} {values[table]} RETURNING id::text")[0]
    return Target(table=table, key=row)


def swap_two_rows(draw: random.Random) -> Target:
    """Who said what: two notes of two people."""
    table = draw.choice(["incidents_moverecord", "incidents_steprecord", "incidents_party"])
    first, second = draw.sample(_all("id", table), 2)
    for old, new in ((first, -1), (second, first), (-1, second)):
        execute(f"UPDATE {table} SET id = %s WHERE id = %s", [new, old])
    return Target(table=table, key=str(first))


Deed = Callable[[random.Random], Target | None]
DEEDS: list[Deed] = [
    edit_an_entry,
    edit_a_word,
    edit_an_entry_and_its_digest,
    delete_an_entry,
    swap_two_entries,
    insert_an_entry,
    edit_a_link,
    delete_a_link,
    swap_two_links,
    insert_a_link,
    change_the_head,
    cut_off_the_end,
    edit_a_row,
    delete_a_row,
    insert_a_row,
    swap_two_rows,
]


def write_anew() -> None:
    """Make every digest and link anew: what somebody can do who has the whole database."""
    execute(
        "UPDATE incidents_logentry SET digest = incidents_log_digest(rows, keys, marks, before)"
    )
    execute(
        """
        DO $$
        DECLARE
            seal incidents_logseal;
            link bytea := sha256('GridMap');
        BEGIN
            FOR seal IN SELECT * FROM incidents_logseal ORDER BY position LOOP
                SELECT sha256(link || convert_to(string_agg(ROW(
                    id, xact, "table", action, (extract(epoch FROM at) * 1000000)::bigint, actor, role,
                    count, width, encode(digest, 'hex'))::text, E'\\n' ORDER BY id), 'UTF8'))
                INTO link FROM incidents_logentry
                WHERE xact = seal.xact AND id BETWEEN seal.first_entry AND seal.last_entry;
                UPDATE incidents_logseal SET hash = link WHERE position = seal.position;
            END LOOP;
            UPDATE incidents_loghead SET hash = link;
        END $$
        """
    )


def _all(column: str, table: str) -> list[Any]:
    return [value for (value,) in execute(f'SELECT "{column}" FROM {table} ORDER BY 1')]


def _entry(draw: random.Random) -> int:
    return int(draw.choice(_all("id", "incidents_logentry")))


def _position(draw: random.Random) -> int:
    return int(draw.choice(_all("position", "incidents_logseal")))


def _row(draw: random.Random) -> tuple[str, str, str]:
    """Table, name of its key, and the key of a row."""
    while True:
        table = draw.choice(logged_tables())
        key = "day" if table == "incidents_calendarday" else "id"
        rows = _all(key, table)
        if rows:
            return table, key, str(draw.choice(rows))

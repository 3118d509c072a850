"""Writers at once, each with a connection of its own as the application, and somebody who verifies."""

import random
from concurrent.futures import ThreadPoolExecutor

from django.db import connection, transaction

from gridmap.incidents.log import Verdict, verify
from gridmap.incidents.models import Unit
from tests.incidents.log_history import execute

SHARED = "大家都改的单位"
BULK = 40


class GivenUp(Exception):
    """A transaction that ends in nothing."""


def write_at_once(writers: int, rows: int) -> list[Verdict]:
    """So many rows by each; what was seen of the log meanwhile, and at the end."""
    Unit.objects.get_or_create(name=SHARED)
    seen = []
    with ThreadPoolExecutor(writers) as pool:
        at_work = [pool.submit(_write, number, rows) for number in range(writers)]
        while not all(writer.done() for writer in at_work):
            seen.append(verify())
        for writer in at_work:
            writer.result()
    return [*seen, verify()]


def _write(number: int, rows: int) -> None:
    draw = random.Random(number)
    written = 0
    try:
        execute("SET ROLE gridmap_app")
        while written < rows:
            names = [f"{number}-{written + n}" for n in range(min(BULK, rows - written))]
            written += draw.choice(WAYS)(names)
    finally:
        connection.close()


def _one_by_one(names: list[str]) -> int:
    for name in names:
        Unit.objects.create(name=name)
    return len(names)


def _in_bulk(names: list[str]) -> int:
    Unit.objects.bulk_create(Unit(name=name) for name in names)
    return len(names)


def _one_and_the_shared_row(names: list[str]) -> int:
    """Everybody waits for the same row, with a row of their own in hand."""
    with transaction.atomic():
        Unit.objects.create(name=names[0])
        Unit.objects.filter(name=SHARED).update(phone=names[0])
    return 1


def _with_a_savepoint_undone(names: list[str]) -> int:
    with transaction.atomic():
        Unit.objects.create(name=names[0])
        point = transaction.savepoint()
        Unit.objects.create(name=f"{names[0]}-undone")
        transaction.savepoint_rollback(point)
        Unit.objects.filter(name=names[0]).update(name_en=names[0])
    return 1


def _undone(names: list[str]) -> int:
    try:
        with transaction.atomic():
            Unit.objects.create(name=names[0])
            raise GivenUp
    except GivenUp:
        return 0


def _sealed_midway(names: list[str]) -> int:
    with transaction.atomic():
        Unit.objects.create(name=names[0])
        execute("SET CONSTRAINTS ALL IMMEDIATE")
        for name in names[1:]:
            Unit.objects.create(name=name)
    return len(names)


WAYS = [
    _one_by_one,
    _in_bulk,
    _one_and_the_shared_row,
    _with_a_savepoint_undone,
    _undone,
    _sealed_midway,
]

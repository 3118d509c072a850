"""Many who write at once, somebody who folds, and somebody who looks; each with a connection of its own."""

import random
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from threading import Event
from typing import TypeVar

from django.db import connection, transaction

from gridmap.incidents.counting.folding import fold_counts
from tests.incidents.counting.hands import Hand
from tests.incidents.counting.stage import Stage

WRITERS = 8
T = TypeVar("T")


class Undone(Exception):
    """What a writer does is not to be."""


def race(stage: Stage, acts: int) -> list[str]:
    """Each of the writers does so many acts; the questions that somebody was answered wrongly meanwhile."""
    over = Event()
    with ThreadPoolExecutor(WRITERS + 2) as pool:
        writers = [pool.submit(closing, lambda n=n: _write(stage, n, acts)) for n in range(WRITERS)]
        folder = pool.submit(closing, lambda: _fold(over))
        reader = pool.submit(closing, lambda: _look(stage, over))
        wait(writers)
        over.set()
        _raise([*writers, folder])
        return reader.result()


def closing(work: Callable[[], T]) -> T:
    try:
        return work()
    finally:
        connection.close()


def _write(stage: Stage, number: int, acts: int) -> None:
    hand = Hand(stage.hand.first, random.Random(number))
    for _ in range(acts):
        with suppress(Undone), transaction.atomic():
            for _ in range(hand.draw.choice((1, 1, 3))):
                hand.act()
            if hand.draw.random() < 0.2:
                raise Undone


def _fold(over: Event) -> None:
    while not over.is_set():
        fold_counts()


def _look(stage: Stage, over: Event) -> list[str]:
    """Counts that are kept beside those of the cases, both as at one moment."""
    found = []
    while not over.is_set():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            found += stage.differences(3)
    return found


def _raise(futures: list[Future[None]]) -> None:
    for future in futures:
        future.result()

"""Fifty clients post each of 200 reports (KEYS) at one moment, over HTTP to the real stack.

Compared are the bytes of all answers to one report; of the statuses one is 201, 49 are 200.
"""

import http.client
import os
import random
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from tests.incidents.parallel import (
    CLIENTS,
    DROP_UNIQUE_KEY,
    Post,
    assert_told_the_same,
    post_at_once,
)
from tests.torture.intakes import make_reporters
from tests.torture.senders import TRY_S, post, report_text
from tests.torture.stacks import Stack, stack
from tests.torture.starts import private_var

KEYS, CONTROL_KEYS = int(os.environ.get("KEYS", "200")), 10
SEED = int(os.environ.get("SEED", "620201"))
COUNTED = """
SELECT count(*) AS reports, count(DISTINCT key) AS keys, count(DISTINCT incident_id) AS told_of,
    (SELECT count(*) FROM incidents_incident) AS cases
FROM incidents_report
"""
DOUBLED = "SELECT key FROM incidents_report GROUP BY key HAVING count(*) > 1"


def client_of(one: Stack, keys: int) -> Callable[[], AbstractContextManager[Post]]:
    """One connection that is kept, as a browser keeps it; reports from anywhere in the four cells."""
    draw = random.Random(SEED)
    token = make_reporters(one)[0].token
    bodies = [
        report_text(str(uuid.uuid4()), draw.uniform(0.1, 7.9), draw.uniform(0.1, 1.9)).encode()
        for _ in range(keys)
    ]

    @contextmanager
    def client() -> Iterator[Post]:
        connection = http.client.HTTPConnection("127.0.0.1", one.port, timeout=TRY_S)
        try:
            yield lambda number: post(connection, token, bodies[number], "application/json")
        finally:
            connection.close()

    one.workers()
    return client


def test_the_same_report_sent_at_once_is_one_case_and_one_answer() -> None:
    with private_var() as var, stack(var) as one:
        client = client_of(one, KEYS)
        began = time.monotonic()
        replies = post_at_once(KEYS, client)
        print(f"\n{CLIENTS} clients × {KEYS} keys in {time.monotonic() - began:.0f} s")
        assert len(replies) == KEYS
        for of_one in replies:
            assert len(of_one) == CLIENTS
            assert_told_the_same(of_one)
        assert one.rows(COUNTED) == [[KEYS] * 4]


def test_without_the_unique_key_the_same_report_becomes_several() -> None:
    """The control, over the same road."""
    with private_var() as var, stack(var) as one:
        one.execute(DROP_UNIQUE_KEY)
        replies = post_at_once(CONTROL_KEYS, client_of(one, CONTROL_KEYS))
        doubled = one.count(DOUBLED)
        print(f"\nwithout the unique key: {doubled} of {CONTROL_KEYS} keys there more than once")
        assert doubled > 0
        assert any(len({body for _status, body in of_one}) > 1 for of_one in replies)

"""Many overdue cases, and processes that let the clock strike on them and are killed outright."""

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.core.management import call_command
from django.db import connection

from gridmap.accounts.models import Role
from gridmap.host.project import ROOT
from gridmap.incidents.clock_rules import LEVEL_MINUTES
from gridmap.incidents.models import ClockEvent, Incident, MoveRecord, Notice
from gridmap.incidents.services import due
from tests.incidents.makers import NOW, make_incident, make_rule
from tests.makers import appoint, make_small_city, make_team, make_user

# Thursday noon; overdue since Wednesday, Tuesday or Monday.
AT = NOW + timedelta(days=2, hours=2, minutes=40)
LEVELS = 3
PATIENCE_S = 3600.0


def make_overdue(escalations: int) -> int:
    """Cases in cell a that must climb one, two or three levels by `AT`, that many levels in all.

    They are copies of one, at work and without a first contact; returns their number.
    """
    city = make_small_city()
    make_rule(make_team("housing"))
    for name, role, place in (
        ("ma", Role.GRID_MEMBER, city.cells["a"]),
        ("li", Role.COMMUNITY_OFFICER, city.areas["p"]),
        ("chen", Role.DISTRICT_COMMANDER, city.areas["x"]),
        ("he", Role.CITY_ADMIN, city.areas["city"]),
    ):
        appoint(make_user(name, password=None), role, place)
    model = make_incident(make_user("sun", password=None))
    number = -(-escalations // (1 + 2 + 3)) * LEVELS
    names = [
        field.column
        for field in Incident._meta.local_concrete_fields
        if not field.generated and field.column not in COPIED
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO incidents_incident ({', '.join([*COPIED, *names])})"
            f" SELECT {', '.join([*COPIED.values(), *names])}"
            " FROM incidents_incident AS model CROSS JOIN generate_series(1, %(number)s) AS n"
            " WHERE model.id = %(model)s",
            {"number": number, "model": model.pk, "at": AT, "levels": LEVELS},
        )
    # The model itself has nothing due.
    Incident.objects.filter(pk=model.pk).update(due_at=AT + timedelta(days=90), contacted_at=AT)
    call_command("grant_app")
    return number


# What differs from the model; imported, so that they may begin in the middle.
COPIED = {
    "id": "nextval('incidents_incident_id_seq')",
    "code": "'KILL-' || lpad(n::text, 6, '0')",
    "state": "'dispatched'",
    "is_imported": "true",
    "contact_due_at": "%(at)s - interval '4 days'",
    "due_at": "%(at)s - (n %% %(levels)s + 1) * interval '1 day' - n * interval '1 second'",
}


@dataclass
class Worker:
    """A process that strikes again and again until it is killed."""

    process: subprocess.Popen[str]

    def wait_until_it_strikes(self) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n", "the worker did not come up"

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


def start_worker(database: str, begin: float = 0) -> Worker:
    command = [sys.executable, "-m", "tests.torture.striking", database, AT.isoformat(), str(begin)]
    return Worker(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True))


@contextmanager
def two_workers(database: str, begin: float = 0) -> Iterator[list[Worker]]:
    workers = [start_worker(database, begin) for _ in range(2)]
    try:
        yield workers
    finally:
        for worker in workers:
            worker.kill()


def strike_under_kills(database: str, kills: int, number: int, draw: random.Random) -> list[int]:
    """Two workers at once, and at `kills` random points of `number` escalations one of them is killed.

    How many escalations were there at each kill.
    """
    progress = []
    points = sorted([0, *draw.choices(range(number), k=kills - 1)])
    with two_workers(database) as workers:
        for point in points:
            victim = draw.randrange(2)
            workers[victim].wait_until_it_strikes()
            wait_until(lambda point=point: escalated() >= point)
            time.sleep(draw.uniform(0, 0.3))
            workers[victim].kill()
            progress.append(escalated())
            workers[victim] = start_worker(database)
        wait_for_the_end()
    return progress


def escalated() -> int:
    return MoveRecord.objects.filter(name="escalate").count()


def wait_for_the_end() -> None:
    """Alarms come before escalations in every strike; the last of these is the end."""
    wait_until(lambda: not due.escalations(AT))


def wait_until(condition: Callable[[], bool]) -> None:
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < PATIENCE_S, "the clock does not get on"
        time.sleep(0.1)


def levels_of(incident: Incident) -> int:
    return int((AT - incident.due_at) / timedelta(minutes=LEVEL_MINUTES))


def doubled() -> int:
    """Events that are there twice or more."""
    events = ClockEvent.objects.values_list("incident", "kind", "due_at")
    return sum(count - 1 for count in Counter(events).values())


def assert_each_fired_once(number: int) -> int:
    """Event, move, level and notices of each case are exactly what it was due; how many escalations."""
    cases = list(Incident.objects.filter(is_imported=True).select_related("raised_to"))
    assert len(cases) == number
    assert doubled() == 0
    expected = {case.pk: levels_of(case) for case in cases}
    for model, condition in (
        (ClockEvent, {"kind": "escalation"}),
        (MoveRecord, {"name": "escalate", "by": None}),
    ):
        found = Counter(model.objects.filter(**condition).values_list("incident", flat=True))
        assert found == expected
    for kind in ("contact", "overdue"):
        fired = ClockEvent.objects.filter(kind=kind).values_list("incident", flat=True)
        assert Counter(fired) == dict.fromkeys(expected, 1)
        told = Notice.objects.filter(kind=kind).values_list("incident", "user__username")
        assert Counter(told) == {(case, "ma"): 1 for case in expected}
    climbed = ("li", "chen", "he")
    told = Notice.objects.filter(kind="escalated").values_list("incident", "user__username")
    assert Counter(told) == {
        (case, name): 1 for case, levels in expected.items() for name in climbed[:levels]
    }
    names = {1: "area-p", 2: "area-x", 3: "area-city"}
    assert all(case.raised_to.name == names[expected[case.pk]] for case in cases)
    return sum(expected.values())

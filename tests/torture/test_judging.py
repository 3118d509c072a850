"""The judge of the kills is judged: of each fault that is planted he finds that one, and no other."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pytest

from tests.incidents.parallel import DROP_UNIQUE_KEY
from tests.torture.intakes import NOTHING_WRONG, make_reporters, torment
from tests.torture.judging import Faults, judge
from tests.torture.senders import (
    PATIENCE_S,
    Client,
    Crowd,
    Reporter,
    Shift,
    at_work,
    draw_errand,
    picture,
)
from tests.torture.stacks import Stack, stack
from tests.torture.starts import private_var

KILLS, SEED = 3, 620201
# No trigger and no foreign key stands in the way.
UNSEEN = "SET session_replication_role = replica; "


@dataclass
class Scene:
    """A stack after a few kills, its crowd, the keys nothing has been done to, and what was found last."""

    one: Stack
    crowd: Crowd
    reporters: list[Reporter]
    plain: list[str]
    pictured: list[str]
    last: Faults

    def files(self, key: str) -> Iterator[tuple[Path, Path]]:
        for digest in self.crowd.acknowledged()[key]["photos"]:
            folder = self.one.project.var / "photos" / digest[:2]
            yield folder / f"{digest}.jpg", folder / f"{digest}-small.jpg"

    def damage(self, sql: str, key: str) -> None:
        code = self.crowd.acknowledged()[key]["code"]
        case = f"(SELECT id FROM incidents_incident WHERE code = '{code}')"
        report = f"(SELECT id FROM incidents_report WHERE key = '{key}')"
        self.one.execute(UNSEEN + sql.format(case=case, report=report, key=key))


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with private_var() as var, stack(var) as one:
        reporters = make_reporters(one)
        with at_work(one, reporters, SEED) as crowd:
            torment(one, crowd, KILLS, random.Random(SEED))
            wait_for(lambda: len(with_photos(crowd, 0)) >= 20 and len(with_photos(crowd, 1)) >= 5)
        plain, pictured = (with_photos(crowd, number) for number in (0, 1))
        yield Scene(one, crowd, reporters, plain, pictured, judge(one, crowd).faults)


def with_photos(crowd: Crowd, number: int) -> list[str]:
    sent = crowd.sent()
    return [key for key in crowd.acknowledged() if len(sent[key].colours) == number]


def wait_for(has_come: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not has_come():
        assert time.monotonic() < until
        time.sleep(0.1)


@contextmanager
def grown(scene: Scene, **by: int) -> Iterator[None]:
    """What is done inside is found, and nothing else with it."""
    before = asdict(scene.last)
    yield
    scene.last = judge(scene.one, scene.crowd).faults
    found = {
        name: number - before[name]
        for name, number in asdict(scene.last).items()
        if number != before[name]
    }
    assert found == by


def test_a_run_without_fault_is_found_without_fault(scene: Scene) -> None:
    assert scene.last == NOTHING_WRONG


ENTRY = (
    "DELETE FROM incidents_logentry WHERE \"table\" = 'incidents_{0}' AND keys @> ARRAY["
    "(SELECT id::text FROM incidents_{0} WHERE {1})]"
)
IN_TABLES = [
    ("DELETE FROM incidents_party WHERE incident_id = {case}", {"lost": 1}),
    ("DELETE FROM incidents_report WHERE key = '{key}'", {"lost": 1, "without_record": 1}),
    (
        "UPDATE incidents_report SET key = gen_random_uuid() WHERE key = '{key}'",
        {"lost": 1, "unsent": 1},
    ),
    ("DELETE FROM incidents_moverecord WHERE incident_id = {case}", {"without_record": 1}),
    (
        "INSERT INTO incidents_party (incident_id, role, is_organisation, name, phone, address)"
        " SELECT {case}, 'other', false, 'x', '', ''",
        {"doubled": 1, "without_log": 1},
    ),
    (ENTRY.format("incident", "id = {case}"), {"without_log": 1}),
    (ENTRY.format("report", "id = {report}"), {"without_log": 1}),
    (ENTRY.format("party", "incident_id = {case}"), {"without_log": 1}),
    (ENTRY.format("moverecord", "incident_id = {case}"), {"without_log": 1}),
    (
        "DELETE FROM incidents_logseal WHERE xact = (SELECT xact FROM incidents_logentry"
        " WHERE \"table\" = 'incidents_report' AND keys @> ARRAY[{report}::text])",
        # Case, assisting team, report, party, move.
        {"without_log": 5},
    ),
    (
        "UPDATE incidents_incident SET unrouted_reason = 'no_rule' WHERE id = {case}",
        {"without_owner": 1},
    ),
    ("UPDATE incidents_incident SET lead_team_id = NULL WHERE id = {case}", {"without_owner": 1}),
    (
        "UPDATE incidents_incident SET cell_id = (SELECT max(id) FROM geodata_cell AS other"
        " WHERE other.id <> incidents_incident.cell_id) WHERE id = {case}",
        {"without_owner": 1},
    ),
]


@pytest.mark.parametrize(("sql", "by"), IN_TABLES)
def test_what_is_missing_in_a_table(scene: Scene, sql: str, by: dict[str, int]) -> None:
    with grown(scene, **by):
        scene.damage(sql, scene.plain.pop())


def remove(path: Path, small: Path) -> None:
    path.unlink()


def remove_small(path: Path, small: Path) -> None:
    small.unlink()


def show_something_else(path: Path, small: Path) -> None:
    path.write_bytes(picture((255, 255, 255)))


@pytest.mark.parametrize(
    ("deed", "by"),
    [
        (remove, {"photos_lost": 1, "rows_without_file": 1}),
        (remove_small, {"photos_lost": 1}),
        (show_something_else, {"photos_lost": 1}),
    ],
)
def test_a_file_that_is_gone_or_another(
    scene: Scene, deed: Callable[[Path, Path], None], by: dict[str, int]
) -> None:
    with grown(scene, **by):
        for path, small in scene.files(scene.pictured.pop()):
            deed(path, small)


@pytest.mark.parametrize(
    ("sql", "by"),
    [
        ("DELETE FROM incidents_photo WHERE report_id = {report}", {"photos_lost": 1}),
        (ENTRY.format("photo", "report_id = {report}"), {"without_log": 1}),
    ],
)
def test_a_photo_without_its_row_or_log(scene: Scene, sql: str, by: dict[str, int]) -> None:
    with grown(scene, **by):
        scene.damage(sql, scene.pictured.pop())


def test_a_stray_file(scene: Scene) -> None:
    with grown(scene, files_without_row=1):
        (scene.one.project.var / "photos" / "stray.jpg").write_bytes(b"nobody's")


def test_replies_that_differ(scene: Scene) -> None:
    key = scene.plain.pop()
    with grown(scene, unequal_replies=1):
        scene.crowd.replies()[key].append(b'{"code": "another"}')


def test_a_client_that_is_refused(scene: Scene) -> None:
    stranger = replace(scene.reporters[0], token="nobody")
    client = Client(scene.one.port, stranger, Shift(patience_s=0))
    client.send(draw_errand(random.Random(SEED)))
    assert len(client.refused) == 1
    assert client.waiting == []
    with grown(scene, refused=1):
        scene.crowd.clients[0].refused += client.refused


def test_two_cases_of_one_key(scene: Scene) -> None:
    """The unique key is gone after it."""
    scene.one.execute(DROP_UNIQUE_KEY)
    sent, key = scene.crowd.sent(), scene.plain.pop()
    # At another place it would have the wrong owner as well.
    other = next(each for each in scene.plain if sent[each].cell == sent[key].cell)
    with grown(scene, doubled=1, lost=1):
        scene.damage(f"UPDATE incidents_report SET key = '{other}' WHERE key = '{key}'", key)


def test_clients_that_hang(scene: Scene) -> None:
    """The last: the server holds still, and is waited for beyond all patience."""
    assert scene.one.web is not None
    processes = [scene.one.web.pid, *scene.one.workers()]
    for pid in processes:
        os.kill(pid, signal.SIGSTOP)
    try:
        with grown(scene, hung=6, unanswered=12):
            with at_work(scene.one, scene.reporters, SEED + 6, patience_s=0, end_s=1) as crowd:
                wait_for(lambda: all(len(client.waiting) == 2 for client in crowd.clients))
            scene.crowd.clients += crowd.clients
            scene.crowd.hung += crowd.hung
    finally:
        for pid in processes:
            os.kill(pid, signal.SIGCONT)

"""The real stack (gunicorn, PostGIS) under clients that retry, while its processes are killed."""

import http.client
import io
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PIL import Image

from gridmap.host import cluster as clusters
from gridmap.host.children import Child, children_of
from gridmap.host.project import ROOT, Project, Surroundings
from gridmap.host.variables import application_environment, as_owner
from tests.makers import SIDE, SOUTH, WEST
from tests.torture.starts import free_port

PATIENCE_S = 90.0
WITH_PHOTO = 0.3


@dataclass
class Stack:
    """One private cluster and one gunicorn over it; either may be killed and comes again."""

    project: Project
    cluster: clusters.Cluster
    env: dict[str, str]
    port: int
    held: ExitStack = field(default_factory=ExitStack)
    database: Child | None = None
    web: subprocess.Popen[bytes] | None = None

    def start_database(self) -> None:
        self.database = self.held.enter_context(clusters.running(self.cluster))

    def start_web(self) -> None:
        command = [sys.executable, "-m", "gunicorn", "-c", "python:gridmap.host.gunicorn_settings"]
        log = (self.project.var / "gunicorn.log").open("ab")
        self.web = subprocess.Popen(command, cwd=ROOT, env=self.env, stdout=log, stderr=log)

    def kill_database(self) -> None:
        assert self.database is not None
        os.kill(self.database.process.pid, signal.SIGKILL)
        self.database.process.wait()
        self.start_database()

    def kill_worker(self, draw: random.Random) -> None:
        assert self.web is not None
        workers = children_of(self.web.pid)
        if workers:
            os.kill(draw.choice(workers), signal.SIGKILL)

    def run(self, *command: str, owner: bool = False) -> str:
        env = as_owner(self.env) if owner else self.env
        done = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def rows(self, sql: str) -> list[list[Any]]:
        listed = f"SELECT coalesce(json_agg(row_to_json(r)), '[]') FROM ({sql}) AS r"
        found: list[dict[str, Any]] = json.loads(self.cluster.psql("gridmap", listed))
        return [list(row.values()) for row in found]


@contextmanager
def stack(var: Path) -> Iterator[Stack]:
    """Up with an empty city of six reporters; down at the end."""
    project = Project(ROOT, var)
    port = free_port()
    surroundings = Surroundings("development", "127.0.0.1", port, "")
    cluster = clusters.find_cluster(project)
    env = application_environment(project, surroundings, cluster)
    one = Stack(project, cluster, env, port)
    with one.held:
        one.start_database()
        one.run("manage.py", "migrate", "--no-input", owner=True)
        one.run("manage.py", "grant_app", owner=True)
        one.start_web()
        try:
            yield one
        finally:
            assert one.web is not None
            one.web.terminate()
            one.web.wait()


@dataclass
class Client:
    """A phone that sends each report, from two tabs at once, until somebody takes it."""

    port: int
    token: str
    seed: int
    stop: threading.Event
    acknowledged: dict[str, dict[str, Any]] = field(default_factory=dict)

    def work(self) -> None:
        draw = random.Random(self.seed)
        while not self.stop.is_set():
            key = str(uuid.UUID(int=draw.getrandbits(128), version=4))
            body, kind = self._body(key, draw)
            tabs = [threading.Thread(target=self._send, args=(key, body, kind)) for _ in range(2)]
            for tab in tabs:
                tab.start()
            for tab in tabs:
                tab.join()

    def _body(self, key: str, draw: random.Random) -> tuple[bytes, str]:
        report = {
            "key": key,
            "source": "patrol",
            "topic": "water_supply",
            "occurred_at": datetime(2026, 7, 14, 1, 20, tzinfo=UTC).isoformat(),
            "words": "停水",
            "place": {
                "lon": WEST + SIDE * draw.uniform(0.1, 1.9),
                "lat": SOUTH + SIDE * draw.uniform(0.1, 1.9),
                "datum": "cgcs2000",
                "accuracy_m": 8,
            },
        }
        if draw.random() >= WITH_PHOTO:
            return json.dumps(report).encode(), "application/json"
        return multipart(json.dumps(report), picture(draw))

    def _send(self, key: str, body: bytes, kind: str) -> None:
        """Again and again until it is acknowledged; when all is over it may be given up."""
        until = None
        while until is None or time.monotonic() < until:
            answer = self._try(body, kind)
            if answer is not None:
                self.acknowledged[key] = answer
                return
            if self.stop.is_set() and until is None:
                until = time.monotonic() + 5
            time.sleep(0.1)

    def _try(self, body: bytes, kind: str) -> dict[str, Any] | None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": kind}
        try:
            connection.request("POST", "/api/reports/", body, headers)
            response = connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()
        assert response.status in (200, 201, 500, 502, 503), (response.status, text[:500])
        return json.loads(text) if response.status in (200, 201) else None


def picture(draw: random.Random) -> bytes:
    file = io.BytesIO()
    colour = tuple(draw.randrange(256) for _ in range(3))
    Image.new("RGB", (64, 48), colour).save(file, "JPEG")
    return file.getvalue()


def multipart(report: str, photo: bytes) -> tuple[bytes, str]:
    edge = "edge-of-a-part"
    head = f'--{edge}\r\nContent-Disposition: form-data; name="report"\r\n\r\n{report}\r\n'
    file = (
        f'--{edge}\r\nContent-Disposition: form-data; name="photos"; filename="p.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    )
    body = head.encode() + file.encode() + photo + f"\r\n--{edge}--\r\n".encode()
    return body, f"multipart/form-data; boundary={edge}"


@contextmanager
def clients(one: Stack, tokens: list[str], seed: int) -> Iterator[list[Client]]:
    """At work inside, at rest after; what they were promised is theirs to say."""
    stop = threading.Event()
    crowd = [Client(one.port, token, seed + n, stop) for n, token in enumerate(tokens)]
    threads = [threading.Thread(target=client.work) for client in crowd]
    for thread in threads:
        thread.start()
    try:
        yield crowd
    finally:
        stop.set()
        for thread in threads:
            thread.join(PATIENCE_S)


def torment(one: Stack, kills: int, draw: random.Random, *, only_database: bool = False) -> None:
    """Kill workers and the database in turns of chance, at moments of chance."""
    for _ in range(kills):
        time.sleep(draw.uniform(0.2, 1.2))
        if only_database or draw.random() < 0.5:
            one.kill_database()
        else:
            one.kill_worker(draw)


@dataclass(frozen=True)
class Verdict:
    """What became of what was acknowledged."""

    acknowledged: int
    lost: int
    doubled: int
    without_record: int
    without_log: int
    without_owner: int
    files_without_row: int
    rows_without_file: int


def judge(one: Stack, crowd: list[Client]) -> Verdict:
    promised = {key: answer for client in crowd for key, answer in client.acknowledged.items()}
    found: dict[str, list[str]] = {}
    for key, code in one.rows(
        "SELECT report.key::text, incident.code FROM incidents_report AS report"
        " JOIN incidents_incident AS incident ON incident.id = report.incident_id"
    ):
        found.setdefault(key, []).append(code)
    sweep = json.loads(one.run("-m", "tests.torture.intake_city", "sweep").splitlines()[-1])
    digests = {digest for (digest,) in one.rows("SELECT DISTINCT digest FROM incidents_photo")}
    left = {
        path.name.split(".")[0].split("-")[0] for path in (one.project.var / "photos").glob("??/*")
    }
    return Verdict(
        acknowledged=len(promised),
        lost=sum(answer["code"] not in found.get(key, []) for key, answer in promised.items()),
        doubled=sum(len(codes) > 1 for codes in found.values()),
        without_record=count(one, WITHOUT_RECORD),
        without_log=count(one, WITHOUT_LOG),
        without_owner=count(one, WITHOUT_OWNER),
        files_without_row=len(left - digests),
        rows_without_file=sweep["missing"],
    )


NOTHING_WRONG = Verdict(0, 0, 0, 0, 0, 0, 0, 0)


def tormented(one: Stack, kills: int, seed: int, *, only_database: bool = False) -> Verdict:
    """What is left after so many kills under six clients, who end when they are answered."""
    with clients(one, tokens_of(one), seed) as crowd:
        torment(one, kills, random.Random(seed), only_database=only_database)
    verdict = judge(one, crowd)
    print(f"\n{kills} kills: {verdict}")
    return verdict


def demand_nothing_lost(one: Stack, kills: int, seed: int) -> None:
    """Every report that was acknowledged is there once, with owner, log and photos, and nothing else."""
    verdict = tormented(one, kills, seed)
    assert verdict.acknowledged >= kills // 2
    assert replace(verdict, acknowledged=0) == NOTHING_WRONG
    one.run("manage.py", "verify_log", owner=True)


def count(one: Stack, sql: str) -> int:
    ((number,),) = one.rows(f"SELECT count(*) FROM ({sql}) AS found")
    return int(number)


WITHOUT_RECORD = """
SELECT FROM incidents_incident AS incident WHERE NOT EXISTS (
    SELECT FROM incidents_moverecord AS move WHERE move.incident_id = incident.id AND move.name = 'register')
"""
WITHOUT_LOG = """
SELECT FROM incidents_incident AS incident WHERE NOT EXISTS (
    SELECT FROM incidents_logentry AS entry
    JOIN incidents_logseal AS seal ON seal.xact = entry.xact
    WHERE entry."table" = 'incidents_incident' AND entry.rows @> jsonb_build_array(jsonb_build_object('id', incident.id)))
"""
WITHOUT_OWNER = """
SELECT FROM incidents_incident AS incident WHERE unrouted_reason = '' AND (lead_team_id IS NULL OR NOT EXISTS (
    SELECT FROM accounts_appointment AS held WHERE held.cell_id = incident.cell_id))
"""


def tokens_of(one: Stack) -> list[str]:
    return one.run("-m", "tests.torture.intake_city", "make", owner=True).split()

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
import shapely
from django.core.handlers.wsgi import WSGIHandler
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from geodata.boundaries import split
from gridmap.accounts import services
from gridmap.accounts.models import Role, User
from gridmap.accounts.scope import today
from gridmap.wsgi import user_of_session
from layers import early
from layers.early import EarlyTiles
from tests.layers import mvt
from tests.layers.makers import address
from tests.makers import SmallCity, appoint, make_small_city, make_user, point

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def is_early(self) -> bool:
        return self.status != 418


def behind(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """What stands for Django: tells that it was asked."""
    start_response("418 Asked", [])
    return [b""]


def make_worker(application: Any = behind) -> EarlyTiles:
    return EarlyTiles(application, user_of_session)


def ask(worker: EarlyTiles, path: str, client: Client | None = None, **headers: str) -> Answer:
    environ: dict[str, Any] = {"PATH_INFO": path}
    setup_testing_defaults(environ)
    if client is not None:
        environ["HTTP_COOKIE"] = f"csrftoken=x; sessionid={client.session.session_key}; theme=dark"
    environ.update(headers)
    told: list[Any] = []
    body = b"".join(worker(environ, lambda *answer: told.extend(answer)))  # type: ignore[arg-type, return-value]
    status, fields = told[:2]
    return Answer(int(status[:3]), dict(fields), body)


@pytest.fixture(autouse=True)
def _own_epoch(settings: Any, tmp_path: Path) -> None:
    settings.EPOCH_FILE = tmp_path / "epoch"


@pytest.fixture
def city() -> SmallCity:
    return make_small_city()


@pytest.fixture
def member(city: SmallCity) -> User:
    user = make_user("member")
    appoint(user, Role.GRID_MEMBER, city.cells["a"])
    return user


@pytest.fixture
def inside(member: User) -> Client:
    client = Client()
    client.force_login(member)
    return client


@pytest.fixture
def workers() -> tuple[EarlyTiles, EarlyTiles]:
    return make_worker(), make_worker()


def test_a_tile_is_answered_without_django_and_then_without_the_database(
    inside: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    worker = make_worker()
    key = inside.session.session_key
    # Who asks; the statement, planned once for this connection; the tile.
    with django_assert_num_queries(3):
        environ = {"HTTP_COOKIE": f"sessionid={key}"}
        first = ask(worker, address("cells"), **environ)
    with django_assert_num_queries(0):
        second = ask(worker, address("cells"), **environ)
    assert first == second
    assert first.status == 200
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert first.headers["Vary"] == "Cookie, Accept-Encoding"
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    assert int(first.headers["Content-Length"]) == len(first.body)
    assert [f.properties["name"] for f in mvt.read(first.body)["cells"]] == ["cell-a"]


def test_a_known_tag_is_answered_with_304(inside: Client) -> None:
    worker = make_worker()
    tag = ask(worker, address("cells"), inside).headers["ETag"]
    answer = ask(worker, address("cells"), inside, HTTP_IF_NONE_MATCH=f'"other", {tag}')
    assert (answer.status, answer.body, answer.headers["ETag"]) == (304, b"", tag)
    assert ask(worker, address("cells"), inside, HTTP_IF_NONE_MATCH='"other"').status == 200


def test_the_tag_of_another_worker_is_as_good(
    inside: Client, workers: tuple[EarlyTiles, EarlyTiles]
) -> None:
    tag = ask(workers[0], address("cells"), inside).headers["ETag"]
    assert ask(workers[1], address("cells"), inside, HTTP_IF_NONE_MATCH=tag).status == 304


def test_gzip_is_for_who_reads_it(inside: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(early, "WORTH_GZIP", 10)
    worker = make_worker()
    plain = ask(worker, address("cells"), inside)
    small = ask(worker, address("cells"), inside, HTTP_ACCEPT_ENCODING="br, gzip")
    assert "Content-Encoding" not in plain.headers
    assert small.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(small.body) == plain.body


def test_paper_is_drawn_once_for_all_and_the_registry_for_each(
    city: SmallCity, inside: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    colleague = make_user("colleague")
    appoint(colleague, Role.GRID_MEMBER, city.cells["b"])
    other = Client()
    other.force_login(colleague)
    worker = make_worker()
    paper = ask(worker, address("cell_lines"), inside)
    registry = ask(worker, address("cells"), inside)
    key = other.session.session_key
    with django_assert_num_queries(1):
        again = ask(worker, address("cell_lines"), HTTP_COOKIE=f"sessionid={key}")
    assert again == paper
    theirs = ask(worker, address("cells"), other)
    assert theirs.headers["ETag"] != registry.headers["ETag"]
    assert [f.properties["name"] for f in mvt.read(theirs.body)["cells"]] == ["cell-b"]


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("/map/tiles/nothing/14/1/1.mvt", {}),
        ("/map/tiles/cells/3/8/0.mvt", {}),
        ("/map/tiles/cells/3/1/1.mvt", {"REQUEST_METHOD": "POST"}),
        ("/map/tiles/cells/3/1/1.mvt", {"REQUEST_METHOD": "HEAD"}),
        ("/map/tiles/cells/3/1/1.mvt", {"HTTP_COOKIE": "sessionid=unknown"}),
        ("/map/tiles/cells/3/1/1.mvt", {"HTTP_COOKIE": "othersessionid=x; sessionid="}),
        ("/map/tiles/cells/3/1/1.mvt/", {}),
        ("/map/geojson/cells/", {}),
        ("/", {}),
    ],
)
def test_everything_else_falls_through(inside: Client, path: str, change: dict[str, str]) -> None:
    assert not ask(make_worker(), path, inside, **change).is_early


def test_who_is_not_signed_in_falls_through() -> None:
    assert not ask(make_worker(), address("cells")).is_early


def test_who_is_entrusted_with_nothing_falls_through(city: SmallCity) -> None:
    client = Client()
    client.force_login(make_user("nobody"))
    assert not ask(make_worker(), address("ground"), client).is_early


def test_plain_http_falls_through_where_django_would_redirect(
    inside: Client, settings: Any
) -> None:
    settings.SECURE_SSL_REDIRECT = True
    worker = make_worker()
    assert not ask(worker, address("cells"), inside).is_early
    assert ask(worker, address("cells"), inside, HTTP_X_FORWARDED_PROTO="https").is_early


@pytest.mark.django_db(transaction=True)
def test_django_stands_behind_with_its_pages(inside: Client) -> None:
    worker = make_worker(WSGIHandler())
    assert ask(worker, address("cells")).status == 302
    assert ask(worker, address("nothing"), inside).status == 404
    assert ask(worker, address("cells"), inside, REQUEST_METHOD="HEAD").status == 200


def test_a_database_that_does_not_answer_falls_through(
    inside: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(session_key: str) -> Any:
        raise OperationalError("the server closed the connection")

    assert not ask(EarlyTiles(behind, gone), address("cells"), inside).is_early


def log_out(inside: Client, city: SmallCity, member: User) -> None:
    inside.post("/logout/")


def disable(inside: Client, city: SmallCity, member: User) -> None:
    services.disable_user(user=member, by="admin", at=timezone.now())


def end_appointment(inside: Client, city: SmallCity, member: User) -> None:
    appointment = member.appointments.get()
    services.end_appointment(
        appointment=appointment, ends_on=today(), by="admin", at=timezone.now()
    )


def change_password(inside: Client, city: SmallCity, member: User) -> None:
    services.change_password(user=member, password="another-2026", by="member", at=timezone.now())


@pytest.mark.parametrize("act", [log_out, disable, end_appointment, change_password])
def test_what_ends_a_right_counts_from_the_next_request_on_every_worker(
    act: Callable[[Client, SmallCity, User], None],
    city: SmallCity,
    member: User,
    inside: Client,
    workers: tuple[EarlyTiles, EarlyTiles],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    cookie = {"HTTP_COOKIE": f"sessionid={inside.session.session_key}"}
    tags = [ask(worker, address("cells"), **cookie).headers["ETag"] for worker in workers]
    with django_capture_on_commit_callbacks(execute=True):
        act(inside, city, member)
    for worker, tag in zip(workers, tags, strict=True):
        assert not ask(worker, address("cells"), **cookie).is_early
        assert not ask(worker, address("cells"), **cookie, HTTP_IF_NONE_MATCH=tag).is_early


def test_a_transfer_counts_from_the_next_request_on_every_worker(
    city: SmallCity,
    member: User,
    inside: Client,
    workers: tuple[EarlyTiles, EarlyTiles],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    before = [ask(worker, address("cells"), inside).headers["ETag"] for worker in workers]
    with django_capture_on_commit_callbacks(execute=True):
        end_appointment(inside, city, member)
        services.appoint(
            user=member,
            role=Role.GRID_MEMBER,
            place=city.cells["b"],
            begins_on=today() - timedelta(days=1),
            by="admin",
            at=timezone.now(),
        )
    for worker, tag in zip(workers, before, strict=True):
        answer = ask(worker, address("cells"), inside, HTTP_IF_NONE_MATCH=tag)
        assert [f.properties["name"] for f in mvt.read(answer.body)["cells"]] == ["cell-b"]


def lines(answer: Answer) -> list[Any]:
    (feature,) = mvt.read(answer.body)["cell_lines"]
    return feature.parts


def test_a_change_of_places_is_drawn_from_the_next_request_on_every_worker(
    city: SmallCity,
    inside: Client,
    workers: tuple[EarlyTiles, EarlyTiles],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    path = address("cell_lines", 5.2, 1, zoom=15)
    line = shapely.LineString([point(5.2, -1).coords, point(5.2, 3).coords])
    before = [ask(worker, path, inside) for worker in workers]
    with django_capture_on_commit_callbacks(execute=True):
        split(city.cells["c"].code, line, by="admin", at=timezone.now())
    for worker, answer in zip(workers, before, strict=True):
        after = ask(worker, path, inside, HTTP_IF_NONE_MATCH=answer.headers["ETag"])
        assert after.status == 200
        assert len(lines(after)) > len(lines(answer))


def test_what_a_killed_worker_did_not_tell_is_seen_once_another_takes_its_place(
    city: SmallCity,
    member: User,
    inside: Client,
    workers: tuple[EarlyTiles, EarlyTiles],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # No pass runs out meanwhile.
    monkeypatch.setattr(early, "PASS_SECONDS", 60.0)
    cookie = {"HTTP_COOKIE": f"sessionid={inside.session.session_key}"}
    path = address("cell_lines", 5.2, 1, zoom=15)
    line = shapely.LineString([point(5.2, -1).coords, point(5.2, 3).coords])
    before = [ask(worker, path, **cookie) for worker in workers]
    # The test never commits, so nobody is told: as if the worker had been killed before.
    split(city.cells["c"].code, line, by="admin", at=timezone.now())
    assert [ask(worker, path, **cookie) for worker in workers] == before
    make_worker().begin()
    after = [ask(worker, path, **cookie) for worker in workers]
    assert len(lines(after[0])) > len(lines(before[0]))
    assert after[0] == after[1]
    services.disable_user(user=member, by="admin", at=timezone.now())
    assert ask(workers[0], path, **cookie).is_early
    make_worker().begin()
    assert not any(ask(worker, path, **cookie).is_early for worker in workers)


def test_a_change_by_raw_sql_is_seen_when_the_pass_has_run_out(
    city: SmallCity, inside: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = make_worker()
    assert ask(worker, address("cells"), inside).is_early
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_appointment")
    assert ask(worker, address("cells"), inside).is_early
    clock = early.time.monotonic() + early.PASS_SECONDS
    monkeypatch.setattr(early.time, "monotonic", lambda: clock)
    assert not ask(worker, address("cells"), inside).is_early


def test_caches_are_bounded(inside: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(early, "CACHE_BYTES", 5_000)
    worker = make_worker()
    for x in range(20):
        assert ask(worker, f"/map/tiles/cells/14/{x}/5.mvt", inside).status == 200
    assert worker._answers.weight <= 5_000

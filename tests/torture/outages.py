"""The database goes away under the running server and comes back: what everybody is told meanwhile."""

import http.client
import json
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from django.urls import NoReverseMatch, get_resolver, reverse

from gridmap.host.children import end_child
from tests.test_matrix import routes
from tests.torture.senders import Reporter
from tests.torture.stacks import Stack

# As many as the server answers at once: each of its threads has a connection to lose.
AT_ONCE = 8
# While nothing is away; on a busy machine a first page takes its time.
PATIENCE_S = 60.0
AWAY = 503
WORDS = {"zh-hans": "数据库暂时没有回答", "en": "The database does not answer"}
NEVER_THERE = ("/cases/JYG-20200101-00001/", "/conflicts/JYG-R9999/", "/nowhere/")
TILE = "/map/tiles/cells/12/3166/1549.mvt"


@dataclass(frozen=True)
class Road:
    """One way to ask; `kind` is who asks: a `page` in the address bar, a `script` of a page, a `program`."""

    path: str
    kind: str = "page"
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What came back; no status where nothing did in time."""

    status: int | None
    retry_after: str | None
    text: str
    seconds: float


def roads(cookie: str, reporter: Reporter) -> list[Road]:
    """Every address without a part to fill in, some with; as a person, a script and a program."""
    browser = {"Cookie": f"sessionid={cookie}; csrftoken={'x' * 32}", "X-CSRFToken": "x" * 32}
    page = browser | {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    in_english = page | {"Cookie": f"{page['Cookie']}; django_language=en"}
    program = {"Authorization": f"Bearer {reporter.token}"}
    paths = [*plain_paths(), *NEVER_THERE]
    pages = [path for path in paths if not path.startswith("/api/") and path != "/healthz/"]
    return [
        *[Road(path, "page", "GET", page) for path in pages],
        *[Road(path, "script", "GET", browser | {"Accept": "*/*"}) for path in (*pages, TILE)],
        *[Road(path, "program", "GET", program) for path in paths if path.startswith("/api/")],
        Road("/", "script", "GET", page | {"HX-Request": "true"}),
        Road("/", "page-en", "GET", in_english),
        Road("/theme/", "page", "POST", page),
        Road("/api/reports/", "program", "POST", program),
        Road("/healthz/", "watchman"),
    ]


def plain_paths() -> list[str]:
    found = []
    for name in routes(get_resolver().url_patterns):
        try:
            found.append(reverse(name))
        except NoReverseMatch:
            continue
    return found


def ask(port: int, road: Road, patience_s: float) -> Answer:
    began = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=patience_s)
    try:
        connection.request(road.method, road.path, headers=road.headers)
        got = connection.getresponse()
        status, text = got.status, got.read().decode(errors="replace")
        return Answer(status, got.headers["Retry-After"], text, time.monotonic() - began)
    except (OSError, http.client.HTTPException) as error:
        return Answer(None, None, repr(error), time.monotonic() - began)
    finally:
        connection.close()


def ask_all(
    port: int, asked: Iterable[Road], patience_s: float = PATIENCE_S, at_once: int = AT_ONCE
) -> list[Answer]:
    with ThreadPoolExecutor(at_once) as hands:
        return list(hands.map(lambda road: ask(port, road, patience_s), asked))


def fault_of(road: Road, answer: Answer) -> str:
    """What is wrong with an answer while the database is away; empty where nothing is."""
    if answer.status != AWAY:
        return f"status {answer.status}: {answer.text[:80]}"
    if not (answer.retry_after or "").isdecimal():
        return f"come again {answer.retry_after!r}"
    if "Traceback" in answer.text or "psycopg" in answer.text:
        return "shows its inside"
    return "" if is_said_to(road.kind, answer.text) else f"{road.kind} is told {answer.text[:80]!r}"


def is_said_to(kind: str, text: str) -> bool:
    """Whether the text is of the shape, and in the language, of who asked."""
    if kind in ("program", "watchman"):
        return "unavailable" in json.loads(text).values()
    is_page = text.lstrip().startswith("<!doctype html>")
    language = "en" if kind == "page-en" else "zh-hans"
    return WORDS[language] in text and is_page == (kind != "script")


def stop_database(one: Stack) -> None:
    """As an administrator does it: who is connected is thrown out."""
    assert one.database is not None
    assert end_child(one.database)


def demand_manners(one: Stack, asked: list[Road], patience_s: float) -> float:
    """While the database is away everybody is told so within `patience_s`; once it is back the next request is
    answered as before. How long the slowest waited while it was away."""
    before = [answer.status for answer in ask_all(one.port, asked)]
    assert not {None, 500, AWAY} & set(before), list(zip(asked, before, strict=True))
    stop_database(one)
    # What is answered early may be known for another second.
    time.sleep(1)
    told = ask_all(one.port, asked, patience_s)
    assert faults(asked, told) == []
    one.start_database()
    assert [answer.status for answer in ask_all(one.port, asked)] == before
    return max(answer.seconds for answer in told)


def faults(asked: Iterable[Road], told: Iterable[Answer]) -> list[tuple[str, str]]:
    found = [(road.path, fault_of(road, answer)) for road, answer in zip(asked, told, strict=True)]
    return [(path, fault) for path, fault in found if fault]

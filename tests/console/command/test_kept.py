"""What is kept for a minute: figures for all who see the same, made once, and gone with rights and places."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Event

import pytest
from django.test import Client

from geodata.versions import bump_data_version
from gridmap.accounts.models import Role
from gridmap.console.command import kept as keeping
from gridmap.console.command.kept import MOST_BYTES, kept, weigh
from layers.caches import LeastRecent
from tests.console.command.cast import Cast
from tests.console.command.conftest import NOW
from tests.makers import appoint, make_user
from tests.statements import AssertStatements

ADDRESS = "/command/situation/"


AT = re.compile(r'data-at="([^"]*)"')


@pytest.fixture
def clock(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds after noon."""
    after = [0.0]
    monkeypatch.setattr("django.utils.timezone.now", lambda: cast.now + timedelta(seconds=after[0]))
    return after


def figure(client: Client, name: str = "在办", address: str = ADDRESS) -> int:
    found = re.search(
        rf"<dt>{name}</dt><dd>(?:<a[^>]*>)?(\d+)", client.get(address).content.decode()
    )
    assert found, name
    return int(found[1])


@pytest.mark.django_db
def test_figures_are_read_once_a_minute_for_all_who_see_the_same(
    cast: Cast, clock: list[float], assert_statements: AssertStatements
) -> None:
    other = make_user("wu")
    appoint(other, Role.DISTRICT_COMMANDER, cast.city.areas["x"])
    cast.people["wu"] = other
    chen, wu, admin = (cast.browser(name) for name in ("chen", "wu", "admin"))
    before = figure(chen)
    cast.case("a")
    with assert_statements(2):  # who, and what may be chosen
        assert figure(wu) == before
    # Other cases, or another scope, are figures of their own; the length of a step is not.
    assert figure(chen, address=f"{ADDRESS}?topic=water_supply") == before
    assert figure(chen, address=f"{ADDRESS}?step=day") == before
    assert figure(admin) == before + 1 + 4
    clock[0] = 59.9
    assert figure(chen) == before
    clock[0] = 60
    assert figure(chen) == before + 1


@pytest.mark.django_db
def test_figures_say_of_when_they_are(cast: Cast, clock: list[float]) -> None:
    chen, times = cast.browser("chen"), []
    for after, address in ((20, ADDRESS), (50, ADDRESS), (59, "/command/"), (61, "/command/?wall")):
        clock[0] = after
        times += AT.findall(chen.get(address).content.decode())
    assert times == [f"2026-07-16T12:0{minute}:00+08:00" for minute in (0, 0, 0, 1)]


@pytest.mark.django_db
def test_time_does_not_go_back_when_another_process_answers(
    cast: Cast, clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each keeps its own; the second began later."""
    chen, times = cast.browser("chen"), []
    processes = [LeastRecent[str, keeping.Kept](MOST_BYTES, weigh) for _ in range(2)]
    for after, process in ((10, 0), (50, 1), (65, 0), (70, 1), (115, 1), (119, 0), (121, 1)):
        clock[0] = after
        monkeypatch.setattr(keeping, "ANSWERS", processes[process])
        (at,) = AT.findall(chen.get(ADDRESS).content.decode())
        times.append(at[14:16])
    assert times == ["00", "00", "01", "01", "01", "01", "02"]


@pytest.mark.django_db
def test_a_change_of_rights_or_places_shows_at_once(cast: Cast, clock: list[float]) -> None:
    chen = cast.browser("chen")
    before = figure(chen)
    cast.case("a")
    assert figure(chen) == before
    bump_data_version()
    assert figure(chen) == before + 1
    appoint(cast.people["chen"], Role.DISTRICT_COMMANDER, cast.city.areas["r"])
    assert figure(chen) == before + 1 + 4
    cast.people["chen"].appointments.all().delete()
    assert chen.get(ADDRESS).status_code == 404


def test_who_asks_while_an_answer_is_made_waits_for_it() -> None:
    begun, go_on = Event(), Event()
    made: list[int] = []

    def make(_minute: datetime) -> int:
        made.append(len(made))
        begun.set()
        assert go_on.wait(10)
        return made[-1]

    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(kept, "slow", NOW, make)
        assert begun.wait(10)
        others = [pool.submit(kept, "slow", NOW, make) for _ in range(2)]
        go_on.set()
        assert [one.result(10) for one in (first, *others)] == [0, 0, 0]
    assert made == [0]


def test_what_failed_is_not_kept() -> None:
    def fail(_minute: datetime) -> int:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        kept("failing", NOW, fail)
    assert kept("failing", NOW, lambda _minute: 7) == 7

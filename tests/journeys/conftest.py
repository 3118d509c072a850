"""Stories in a real browser against the demonstration city, served as in service."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, expect, sync_playwright
from pytest_django import DjangoDbBlocker

from gridmap.incidents.services.calendar import load_calendar
from tests.conftest import connected_to, drop_database, forget_cases, run_beside
from tests.journeys.desk_cases import fill_desk
from tests.journeys.server import ROOT, serving
from tests.journeys.visits import Cookies, Visitor, Windows, opening

CHROMIUM = "/usr/bin/chromium"
# A story must not fail because the machine is busy.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def desk_database(demo_city_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The name of a copy of the demonstration city in which there are cases.

    Made before the first server, because a database that is in use cannot be copied.
    """
    name = f"{demo_city_database}_desk"
    with django_db_blocker.unblock():
        drop_database(name)
        run_beside(f'CREATE DATABASE "{name}" TEMPLATE "{demo_city_database}"')
        with connected_to(name):
            forget_cases()
            load_calendar(at=timezone.now())
            fill_desk(timezone.now())
        yield name
        drop_database(name)


@pytest.fixture(scope="session")
def address(
    demo_cases_database: str, desk_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    with serving(demo_cases_database, tmp_path_factory.mktemp("var")) as served:
        yield served


@pytest.fixture(scope="package")
def desk_address(desk_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(desk_database, tmp_path_factory.mktemp("desk")) as served:
        yield served


@pytest.fixture(scope="package")
def desk_cookies() -> Cookies:
    return {}


@pytest.fixture(scope="package")
def browser(address: str) -> Iterator[Browser]:
    # Made after the server and gone with the last story: while Playwright's loop runs in this
    # thread, Django refuses to use the database in it.
    # Root may not use Chromium's sandbox, and tests on a bare machine run as root.
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def cookies() -> Cookies:
    """Sessions of people who have signed in, by user name."""
    return {}


@pytest.fixture(scope="package")
def windows(browser: Browser) -> Windows:
    return Windows(browser)


@pytest.fixture
def window(windows: Windows, address: str, cookies: Cookies) -> Iterator[Visitor]:
    with opening(windows, address, cookies) as opened:
        yield opened


@pytest.fixture
def desk_window(windows: Windows, desk_address: str, desk_cookies: Cookies) -> Iterator[Visitor]:
    """Windows on the city in which there is work at the desk."""
    with opening(windows, desk_address, desk_cookies) as opened:
        yield opened


@pytest.fixture(scope="session")
def axe() -> str:
    return (settings.VAR_DIR / "browser" / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def pictures() -> Path | None:
    """Where pictures go; nowhere unless asked for with GRIDMAP_PICTURES=1."""
    return ROOT / "docs" / "pictures" if os.environ.get("GRIDMAP_PICTURES") else None


@pytest.fixture(scope="session")
def gallery(pictures: Path | None) -> Path | None:
    """Where pictures go that no page of docs/ shows: the run's own folder, where they are asked for."""
    if pictures is None:
        return None
    folder = Path(settings.VAR_DIR) / "pictures"
    folder.mkdir(exist_ok=True)
    return folder

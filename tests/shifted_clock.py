"""The suite at another time: `--at 2028-02-29T23:59:59+08:00` lets every test begin at that moment.

The clock of this process runs on from there; those of the database and of other programs are their own.
"""

from datetime import UTC, datetime

import pytest
import time_machine


def moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise pytest.UsageError(f"--at {text}: say in which time zone, like +08:00")
    # In UTC: for another zone the library would change that of the process as well.
    return at.astimezone(UTC)


class ShiftedClock:
    """From the first import of a test to the end; afresh for each test.

    What a test needs is made with a clock that stands still: it may last for all tests, and for the
    next one it must not come from the next day. Where that travels to a moment of its own, the test stays there.
    """

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.session = time_machine.travel(at)
        self.clock = self.session.start()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self) -> None:
        self.clock.move_to(self.at, tick=False)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_call(self) -> None:
        self.clock.move_to(self.at, tick=True)

    def pytest_unconfigure(self) -> None:
        self.session.stop()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--at", metavar="MOMENT", type=moment, help="the moment at which tests begin")


def pytest_configure(config: pytest.Config) -> None:
    at = config.getoption("at")
    if at is not None:
        config.pluginmanager.register(ShiftedClock(at), "shifted-clock")

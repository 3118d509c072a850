"""Every test begins with nothing kept of households, on a Thursday morning."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from geodata.versions import bump_data_version
from tests.console.command.cast import Cast

# Noon in Beijing.
NOW = datetime(2026, 7, 16, 4, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _other_version() -> None:
    bump_data_version()


@pytest.fixture
def _noon(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    return iter(())


@pytest.fixture
def cast(db: None, _noon: None) -> Cast:
    return Cast(NOW)

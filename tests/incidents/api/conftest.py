from pathlib import Path
from typing import Any

import pytest

from tests.incidents.api.asking import Machine
from tests.incidents.test_moving import Cast


@pytest.fixture(autouse=True)
def _own_photos(settings: Any, tmp_path: Path) -> None:
    settings.PHOTO_DIR = tmp_path / "photos"


@pytest.fixture
def cast(db: None) -> Cast:
    return Cast()


@pytest.fixture
def member(cast: Cast) -> Machine:
    """A machine of the grid member of cell a."""
    return Machine(cast.member)


@pytest.fixture
def neighbour(cast: Cast) -> Machine:
    """A machine of the grid member of the cell beside."""
    return Machine(cast.neighbour)

"""Eight writers with a folder beside them: the counts are right at every moment, and in the end."""

import pytest
from django.core.management import call_command

from gridmap.incidents.counting.folding import fold_counts
from gridmap.incidents.models import Incident
from tests.incidents.counting.hands import execute
from tests.incidents.counting.races import race
from tests.incidents.counting.stage import Stage

ACTS = 12


@pytest.fixture
def stage(own_database: str) -> Stage:
    """Committed, so that others see it."""
    return Stage()


def test_they_are_right_while_eight_write_and_one_folds(stage: Stage) -> None:
    assert race(stage, ACTS) == []
    assert stage.differences(20) == []
    fold_counts()
    assert stage.differences(20) == []
    assert Incident.objects.count() > 100


def test_without_the_trigger_they_are_wrong(stage: Stage) -> None:
    """The control."""
    execute("ALTER TABLE incidents_incident DISABLE TRIGGER count_update")
    race(stage, ACTS)
    assert stage.differences(20) != []
    call_command("rebuild_counts")
    assert stage.differences(20) == []

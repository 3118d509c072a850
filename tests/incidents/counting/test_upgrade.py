"""A city that counted in another way goes on, and back."""

import pytest
from django.core.management import call_command

from gridmap.incidents.counting.folding import fold_counts
from gridmap.incidents.models import CountChange, CountSquare
from tests.incidents.counting.hands import execute
from tests.incidents.counting.stage import Stage


@pytest.mark.parametrize("before", ["0012", "0013"])
def test_a_running_city_is_counted_anew_by_the_next_minute(own_database: str, before: str) -> None:
    stage = Stage()
    stage.hand.add()
    fold_counts()
    migrate(before)
    for _ in range(6):
        stage.hand.act()
    assert execute("SELECT count(*) FROM incidents_countchange")[0][0] > 0
    migrate("0015")
    assert CountChange.objects.filter(bin__isnull=False).exists()
    assert stage.differences(10) == []
    fold_counts()
    assert CountSquare.objects.exists()
    assert stage.differences(20) == []


def migrate(name: str) -> None:
    call_command("migrate", "incidents", name, verbosity=0)

"""A city that counted by cell only goes on with tiles, and back."""

from django.core.management import call_command

from gridmap.incidents.counting.folding import fold_counts
from gridmap.incidents.models import CountChange, CountSquare
from tests.incidents.counting.hands import execute
from tests.incidents.counting.stage import Stage


def test_a_running_city_is_counted_anew_by_the_next_minute(own_database: str) -> None:
    stage = Stage()
    stage.hand.add()
    fold_counts()
    migrate("0012")
    for _ in range(6):
        stage.hand.act()
    assert execute("SELECT count(*) FROM incidents_countchange")[0][0] > 0
    migrate("0013")
    assert CountChange.objects.filter(bin__isnull=False).exists()
    assert stage.differences(10) == []
    fold_counts()
    assert CountSquare.objects.exists()
    assert stage.differences(20) == []


def migrate(name: str) -> None:
    call_command("migrate", "incidents", name, verbosity=0)

"""On every road by which a case can be seen, everybody sees what brute force says."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
import time_machine
from django.conf import settings
from django.db import transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from geodata.models import Area, Building, Cell, LeaderPost
from geodata.versions import bump_data_version
from gridmap.accounts.scope import Scope
from gridmap.console.cases import photo_views
from gridmap.incidents.models import Incident
from gridmap.incidents.querysets import IncidentQuerySet
from layers.early import Pass
from tests.incidents import conditional
from tests.incidents.makers import NOW
from tests.incidents.random_offices import SEED, RandomOffices
from tests.incidents.roads_to_many import ROADS, Asked, Road, differences
from tests.incidents.roads_of_places import ROADS_OF_PLACES
from tests.incidents.roads_to_one import ROADS_TO_ONE

ALL_ROADS = ROADS | ROADS_TO_ONE | ROADS_OF_PLACES
PEOPLE = 40


@pytest.fixture(scope="module")
def made_offices(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[RandomOffices]:
    """Made once for all tests here, and undone."""
    with (
        django_db_blocker.unblock(),
        override_settings(PHOTO_DIR=tmp_path_factory.mktemp("photos")),
        time_machine.travel(NOW, tick=False),
        transaction.atomic(),
    ):
        offices = RandomOffices(NOW)
        offices.photograph()
        offices.tell(offices.sample(PEOPLE))
        bump_data_version()
        yield offices
        transaction.set_rollback(True)


@pytest.fixture
def offices(made_offices: RandomOffices) -> Iterator[RandomOffices]:
    with transaction.atomic():
        yield made_offices
        transaction.set_rollback(True)


def asking(offices: RandomOffices) -> list[Asked]:
    """A sample of people; half ask for a case that they see, half for one that they do not."""
    draw, rows = Random(SEED), offices.rows()
    people = []
    for number, sight in enumerate(offices.sights(offices.sample(PEOPLE))):
        seen = sight.codes()
        wanted = [case for case in rows if (case.code in seen) == bool(number % 2)]
        people.append(Asked(offices, sight, [draw.choice(wanted or rows)], draw))
    return people


def test_everybody_sees_on_every_road_what_brute_force_says(offices: RandomOffices) -> None:
    import time
    t=time.perf_counter()
    people = asking(offices)
    print("made", time.perf_counter()-t)
    found = [fault for asked in people for fault in differences(ALL_ROADS, asked)]
    print("asked", time.perf_counter()-t)
    assert found == []

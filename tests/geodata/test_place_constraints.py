"""What the database itself refuses, whoever writes."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from geodata.models import CellVersion, LeaderPost
from tests.makers import LONG_AGO, make_change, make_small_city, square

pytestmark = pytest.mark.django_db

POINTS = {
    "NaN east": "POINT(NaN 39.7)",
    "NaN north": "POINT(98.3 NaN)",
    "infinity": "POINT(98.3 Infinity)",
    "EMPTY": "POINT EMPTY",
    "swapped axes": "POINT(39.7 98.3)",
    "null island": "POINT(0 0)",
    "another city": "POINT(116.4 39.9)",
}


@pytest.mark.parametrize("wkt", POINTS.values(), ids=POINTS.keys())
def test_a_point_that_is_no_place_in_the_city_is_refused(wkt):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO geodata_landmark (kind, name, name_en, geom) "
            "VALUES ('fort', '', '', ST_GeomFromText(%s, 4490))",
            [wkt],
        )


AREAS = {
    "bow-tie": "MULTIPOLYGON(((98 39.7,98.1 39.8,98.1 39.7,98 39.8,98 39.7)))",
    "EMPTY": "MULTIPOLYGON EMPTY",
    "NaN": "MULTIPOLYGON(((98 39.7,98.1 39.7,98.1 NaN,98 39.7)))",
    "swapped axes": "MULTIPOLYGON(((39.7 98,39.8 98,39.8 98.1,39.7 98)))",
    "across the envelope": "MULTIPOLYGON(((96 39.7,98.1 39.7,98.1 39.8,96 39.7)))",
}


@pytest.mark.parametrize("wkt", AREAS.values(), ids=AREAS.keys())
def test_an_area_that_is_no_area_of_the_city_is_refused(wkt):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO geodata_ground (kind, geom) VALUES ('park', ST_GeomFromText(%s, 4490))",
            [wkt],
        )


def test_a_cell_has_one_version_at_a_time():
    city = make_small_city()
    with pytest.raises(IntegrityError, match="one_version_at_a_time"):
        CellVersion.objects.create(
            cell=city.cells["a"],
            geom=square(0, 0),
            valid_from=LONG_AGO + timedelta(days=1),
            opened_by=make_change(),
        )


def test_a_version_ends_after_it_begins():
    city = make_small_city()
    with pytest.raises(IntegrityError, match="ends_after_it_begins"):
        CellVersion.objects.filter(cell=city.cells["a"]).update(valid_to=LONG_AGO)


def check_deferred() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_post_outside_its_cell_is_refused():
    city = make_small_city()
    check_deferred()
    with pytest.raises(IntegrityError, match="not inside its cell"), transaction.atomic():
        LeaderPost.objects.filter(pk=city.posts["a1"].pk).update(geom=square(5, 0))


def test_a_redraw_that_leaves_a_post_outside_is_refused():
    city = make_small_city()
    check_deferred()
    with pytest.raises(IntegrityError, match="not inside its cell"), transaction.atomic():
        CellVersion.objects.filter(cell=city.cells["b"]).update(geom=square(3, 0))

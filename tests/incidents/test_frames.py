"""Cases come as arrays, row for row what the tables say, and nothing of a person."""

from datetime import UTC, datetime

import numpy as np
import pytest

from geodata.copying import NullField, read_columns
from gridmap.incidents.frames import NONE, read_cases
from gridmap.incidents.models import Incident
from tests.incidents.makers import make_incident
from tests.makers import make_small_city, make_user

pytestmark = pytest.mark.django_db


def test_each_case_is_what_its_row_says() -> None:
    make_small_city()
    by = make_user("ma")
    made = [
        make_incident(by, **place) for place in ({}, {"column": 2.5}, {"lon": None, "lat": None})
    ]
    settled = datetime(2026, 7, 20, 1, 2, 3, 456_789, tzinfo=UTC)
    Incident.objects.filter(pk=made[1].pk).update(resolved_at=settled)
    found = read_cases(Incident.objects.all())
    rows = list(Incident.objects.order_by("pk"))
    assert len(found) == 3
    for name, wanted in (
        ("id", [row.pk for row in rows]),
        ("topic", [row.topic_id for row in rows]),
        ("area", [row.area_id for row in rows]),
        ("cell", [row.cell_id or NONE for row in rows]),
        ("building", [row.building_id or NONE for row in rows]),
        ("round", [1, 1, 1]),
        ("is_open", [True] * 3),
    ):
        assert getattr(found, name).tolist() == wanted, name
    assert found.lon[:2].tolist() == [row.geom.x for row in rows[:2]]
    assert found.lat[:2].tolist() == [row.geom.y for row in rows[:2]]
    assert np.isnan([found.lon[2], found.lat[2]]).all()
    occurred = [row.occurred_at.replace(tzinfo=None) for row in rows]
    assert found.occurred_at.tolist() == occurred
    assert found.settled_at[1].item() == settled.replace(tzinfo=None)
    assert np.isnat(found.settled_at[[0, 2]]).all()


def test_no_case_is_no_row() -> None:
    make_small_city()
    for nothing in (Incident.objects.filter(pk=-1), Incident.objects.none()):
        found = read_cases(nothing)
        assert len(found) == 0
        assert found.occurred_at.dtype == np.dtype("datetime64[us]")
        assert found.id.dtype == np.int64


def test_a_null_is_refused_and_no_other_number_is_made_of_it() -> None:
    columns = {"a": "integer", "b": "bigint"}
    with pytest.raises(NullField):
        read_columns("SELECT 1, NULL::bigint", [], columns)
    with pytest.raises(NullField):
        read_columns("SELECT 1, 2::integer", [], columns)
    # Two rows whose lengths make up for each other.
    with pytest.raises(NullField):
        read_columns("SELECT * FROM (VALUES (1::integer, NULL), (2, 3::bigint)) AS t", [], columns)
    found = read_columns("SELECT 1, -5::bigint WHERE %s", [True], columns)
    assert {name: values.tolist() for name, values in found.items()} == {"a": [1], "b": [-5]}

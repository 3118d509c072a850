from dataclasses import replace
from typing import Any

import pytest

from geodata.models import BoundaryVersion, Cell
from gridmap import map_sources
from layers.checks import check_map_sources
from layers.sources import MapSource

good = map_sources.cells
same_name = replace(good)
bad_name = replace(good, name="My cells")
bad_field = replace(good, fields={"secret": "cell__leader__phone"})
no_geometry = replace(good, model=Cell, fields={}, stored="name")
no_column = replace(good, drawn="geom_4326")
no_source = "cells"


class Unindexed:
    """A model's face with a drawn geometry that nobody indexed."""

    class _meta:  # noqa: N801
        indexes: list[Any] = []
        get_field = staticmethod(BoundaryVersion._meta.get_field)

    _default_manager = map_sources.CellVersion.objects


unindexed: MapSource = replace(good, model=Unindexed)


def ids(settings: Any, *names: str) -> list[str | None]:
    settings.MAP_SOURCES = [f"{__name__}.{name}" for name in names]
    found = check_map_sources()
    assert all(fault.hint for fault in found)
    return [fault.id for fault in found]


def test_the_sources_of_the_project_are_in_order() -> None:
    assert check_map_sources() == []


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["good"], []),
        (["missing"], ["layers.E001"]),
        (["no_source"], ["layers.E002"]),
        (["bad_name"], ["layers.E003"]),
        (["good", "same_name"], ["layers.E004"]),
        (["bad_field"], ["layers.E005"]),
        (["no_geometry"], ["layers.E006", "layers.E006"]),
        (["no_column"], ["layers.E006"]),
        (["unindexed"], ["layers.E007"]),
        (["missing", "no_source"], ["layers.E001", "layers.E002"]),
    ],
)
def test_a_fault_is_named_with_what_to_do(
    settings: Any, names: list[str], expected: list[str]
) -> None:
    assert ids(settings, *names) == expected


def test_a_module_that_is_not_there_is_named(settings: Any) -> None:
    settings.MAP_SOURCES = ["gridmap.nowhere.cells"]
    (fault,) = check_map_sources()
    assert "gridmap.nowhere" in fault.msg

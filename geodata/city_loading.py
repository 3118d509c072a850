"""A whole city, as frames, into the registry."""

from datetime import datetime
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from django.db import models, transaction

from geodata.boundaries import load
from geodata.boundaries.writing import as_multipolygon, as_stored
from geodata.demo_city import DemoCity
from geodata.models import Ground, Landmark, Street
from geodata.registering import register_buildings, register_posts

BOUNDARY_COLUMNS = ["kind", "code", "name", "name_en", "parent_code", "geometry"]


@transaction.atomic
def load_city_frames(city: DemoCity, *, by: str, at: datetime) -> None:
    """Write areas, cells, buildings, posts, streets, landmarks and ground.

    Raises
    ------
    BoundaryRefused
        The city does not tile, or a place lies outside it.
    """
    cells = city.cells.rename(columns={"community_code": "parent_code"})
    boundaries = pd.concat(
        [city.areas[BOUNDARY_COLUMNS], cells[BOUNDARY_COLUMNS]], ignore_index=True
    )
    load(boundaries, by=by, at=at)
    register_buildings(city.buildings.assign(code=""))
    register_posts(city.posts)
    _paint(Ground, city.ground, ["kind"], as_multipolygon)
    _paint(Street, city.streets, ["grade", "name", "name_en"], _as_multiline)
    _paint(Landmark, city.landmarks, ["kind", "name", "name_en"], as_stored)


def _paint(
    model: type[models.Model], frame: gpd.GeoDataFrame, fields: list[str], form: Any
) -> None:
    rows = frame[fields].to_dict("records")
    model._default_manager.bulk_create(
        [model(**row, geom=form(shape)) for row, shape in zip(rows, frame.geometry, strict=True)],
        batch_size=1000,
    )


def _as_multiline(geometry: Any) -> Any:
    return as_stored(shapely.multilinestrings(shapely.get_parts(geometry)))

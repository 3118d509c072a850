"""Places, which everybody may know."""

import geopandas as gpd
from django.utils import timezone

from geodata import frames
from geodata.models import Building, LeaderPost, Street
from gridmap.notebook.asking import Day


def areas(on: Day = None) -> gpd.GeoDataFrame:
    """Areas in force on a day (now), EPSG:4490: kind, code, name, name_en, parent_code."""
    return frames.areas(on or timezone.now())


def cells(on: Day = None) -> gpd.GeoDataFrame:
    """Cells in force on a day (now), EPSG:4490; `parent_code` is the community."""
    return frames.cells(on or timezone.now())


def buildings() -> gpd.GeoDataFrame:
    """Buildings, EPSG:4490: code, name, use, floors, households."""
    return frames.from_queryset(
        Building.objects.all(), ["code", "name", "estate", "number", "use", "floors", "households"]
    )


def posts() -> gpd.GeoDataFrame:
    """Leader posts as places, EPSG:4490; who holds them is not a planner's business."""
    return frames.from_queryset(LeaderPost.objects.all(), ["kind", "name", "cell__code"])


def streets() -> gpd.GeoDataFrame:
    """Streets and railways, EPSG:4490."""
    return frames.from_queryset(Street.objects.all(), ["grade", "name", "name_en"])

"""Whether a shape can be a boundary at all, before it meets its neighbours."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from django.conf import settings
from django.utils.translation import gettext as _

from geodata.boundaries.checks import BoundaryRefused

POLYGONS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
PLACE_IN_REASON = re.compile(r"\[(\S+) (\S+)\]")


def refuse_misshapen(codes: Sequence[str], shapes: Sequence[Any]) -> None:
    """Refuse what is no polygon, empty, not finite, not valid, or not in the city.

    Raises
    ------
    BoundaryRefused
        With the reason and the place of each.
    """
    faults = [
        fault for code, shape in zip(codes, shapes, strict=True) if (fault := _fault(code, shape))
    ]
    if faults:
        raise BoundaryRefused(_("{count} 个形状不能作边界").format(count=len(faults)), faults)


def _fault(code: str, shape: Any) -> dict[str, Any] | None:
    xy = shapely.get_coordinates(shape)
    finite = xy[np.isfinite(xy).all(axis=1)]
    place = finite.mean(axis=0) if len(finite) else np.zeros(2)
    if shapely.get_type_id(shape) not in POLYGONS or not len(xy):
        reason = _("不是面，或是空的")
    elif len(finite) < len(xy):
        reason = _("坐标里有不是数字的值")
    elif not shapely.is_valid(shape):
        reason = _("边界自己相交，或没有围成面")
        located = PLACE_IN_REASON.search(shapely.is_valid_reason(shape))
        place = np.array(located.groups(), float) if located else place
    elif not shapely.box(*settings.CITY.envelope).covers(shape):
        reason = _("不在{city}的范围内").format(city=settings.CITY.name)
    else:
        return None
    return {
        "kind": "invalid",
        "reason": reason,
        "cells": [code],
        "lon": float(place[0]),
        "lat": float(place[1]),
        "area_m2": None,
    }

"""Numbers out of an address; what cannot be is told by field."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _


class BadField(ValueError):
    """A value that cannot be; the text says what is expected."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Box:
    """A rectangle in degrees."""

    west: float
    south: float
    east: float
    north: float


def read_point(values: Mapping[str, str]) -> tuple[float, float]:
    """`lon` and `lat` in degrees.

    Raises
    ------
    BadField
        Missing, no number, not finite or out of range.
    """
    return _degrees("lon", values.get("lon", ""), 180), _degrees("lat", values.get("lat", ""), 90)


def read_box(values: Mapping[str, str]) -> Box | None:
    """`bbox`, or None where it is not given.

    Raises
    ------
    BadField
        As `parse_box`.
    """
    return parse_box(values["bbox"], "bbox") if "bbox" in values else None


def parse_box(text: str, field: str) -> Box:
    """`west,south,east,north` in degrees.

    Raises
    ------
    BadField
        Not four numbers in range, or west not below east, or south not below north.
    """
    parts = text.split(",")
    if len(parts) != 4:
        raise BadField(field, _("要四个数：西,南,东,北"))
    west, south, east, north = (
        _degrees(field, part, limit) for part, limit in zip(parts, (180, 90) * 2, strict=True)
    )
    if west >= east or south >= north:
        raise BadField(field, _("西要小于东，南要小于北"))
    return Box(west, south, east, north)


def read_limit(values: Mapping[str, str], default: int, most: int) -> int:
    """`limit`, at least 1.

    Raises
    ------
    BadField
        No whole number, or more than `most`.
    """
    text = values.get("limit", str(default))
    # Other digits than these are numbers to Python too.
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most):
        raise BadField("limit", _("要 1 到 {most} 的整数").format(most=most))
    return int(text)


def _degrees(field: str, text: str, limit: int) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not abs(value) <= limit:
        raise BadField(field, _("要 −{limit} 到 {limit} 的度数").format(limit=limit))
    return value

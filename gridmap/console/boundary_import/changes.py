"""What the registry says of a change, sorted as the preview lists it."""

from collections.abc import Iterator, Mapping
from typing import Any


def changes_of(result: Mapping[str, Any]) -> dict[str, Any]:
    """The result of a load (`geodata.boundaries.Change.as_dict`) in the parts of the page."""
    opened = {place["code"]: place for place in result["opened"]}
    closed = {place["code"]: place for place in result["closed"]}
    return {
        "opened": len(opened),
        "closed": len(closed),
        "kept": result["kept"],
        "new": [_area(None, place) for code, place in opened.items() if code not in closed],
        "changed": [_area(closed[code], opened[code]) for code in opened if code in closed],
        "ended": [_area(place, None) for code, place in closed.items() if code not in opened],
        "buildings": list(result["buildings_moved"]),
        "posts": list(result["posts_moved"]),
        "cut": [
            {
                "name": cut["reason"],
                "cell": cut["cells"][0],
                "lon": cut["lon"],
                "lat": cut["lat"],
            }
            for cut in result["buildings_cut"]
        ],
    }


def _area(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> dict[str, Any]:
    place = after or before or {}
    return {
        "code": place["code"],
        "before_m2": before["area_m2"] if before else None,
        "after_m2": after["area_m2"] if after else None,
        "lon": place["lon"],
        "lat": place["lat"],
    }


def codes_in(change: Mapping[str, Any]) -> Iterator[str]:
    """Every code that the parts name."""
    for part in ("new", "changed", "ended"):
        yield from (item["code"] for item in change[part])
    for part in ("buildings", "posts"):
        yield from (item[key] for item in change[part] for key in ("before", "after"))
    yield from (item["cell"] for item in change["cut"])

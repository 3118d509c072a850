"""The registry's own refusals as faults of the page."""

from collections.abc import Iterable
from typing import Any

import shapely.geometry
from django.utils.translation import gettext as _

from geodata.coverage_faults import LISTS
from geodata.findings import FaultDict


def of_registry(refused: Iterable[FaultDict]) -> list[FaultDict]:
    """The registry's own refusals as faults of the page."""
    return [
        {
            "kind": fault["kind"] if fault["kind"] in PAGE_KINDS else "place",
            "reason": _registry_reason(fault),
            "lon": fault["lon"],
            "lat": fault["lat"],
            "area_m2": fault["area_m2"],
            "cells": list(fault["cells"]),
            "rows": [fault["row"]] if "row" in fault else list(fault.get("rows", [])),
            "geometry": _geometry(fault.get("shape")),
        }
        for fault in refused
    ]


PAGE_KINDS = frozenset([*LISTS.values(), "row"])


def _registry_reason(fault: FaultDict) -> str:
    if fault["kind"] == "stray_post":
        return _("责任区“{name}”不在一个网格之内").format(name=fault["reason"])
    if fault["kind"] == "cut_building":
        return _("边界切开了“{name}”").format(name=fault["reason"])
    return str(fault["reason"])


def _geometry(shape: dict[str, Any] | None) -> Any:
    return None if shape is None else shapely.geometry.shape(shape)

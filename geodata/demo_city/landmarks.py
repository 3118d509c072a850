"""Points that people know by name; their places are made up."""

from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from geodata.demo_city import plan
from geodata.demo_city.cells import UrbanCell
from geodata.demo_city.countryside import RIVER, TOLL_STATION, RuralCell
from geodata.demo_city.divisions import ZIXUAN

ALONG_JINGTIE_WEST = plan.turn(-620.0, plan.AVENUE_T[6])


def make_landmarks(cells: list[UrbanCell], rural: list[RuralCell]) -> list[dict[str, Any]]:
    """Return rows with kind, name, name_en and a point in metres."""
    rows = [
        _row("toll_station", "G30 嘉峪关收费站", "G30 Jiayuguan Toll Station", TOLL_STATION),
        _row("market", "镜铁西路马路市场", "Jingtie West Road Street Market", ALONG_JINGTIE_WEST),
        _row("square", "雄关广场", "Xiongguan Square", plan.corner(4, 3)),
        _row("river", "讨赖河", "Taolai River", RIVER[5]),
    ]
    rows += [
        _row(cell.use, cell.name, cell.name_en, _inside(cell.polygon))
        for cell in cells
        if cell.kind == "dedicated"
    ]
    rows += [
        _row(_rural_kind(cell), cell.name, cell.name_en, _inside(cell.polygon))
        for cell in rural
        if cell.kind == "dedicated"
    ]
    return rows + [
        _row("estate", cell.name, cell.name_en, _inside(cell.polygon))
        for cell in cells
        if cell.code in {ZIXUAN + "002", ZIXUAN + "003"}
    ]


def _rural_kind(cell: RuralCell) -> str:
    return {"嘉峪关关城": "fort", "嘉峪关机场": "airport"}.get(cell.name, cell.use)


def _inside(polygon: BaseGeometry) -> Any:
    return shapely.get_coordinates(polygon.point_on_surface())[0]


def _row(kind: str, name: str, english: str, place: Any) -> dict[str, Any]:
    return {"kind": kind, "name": name, "name_en": english, "geometry": shapely.Point(place)}

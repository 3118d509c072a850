"""Lines through the open country: motorway, railways, roads to the villages; metres."""

import numpy as np
import shapely

from geodata.demo_city import plan
from geodata.demo_city.countryside import (
    HIGH_SPEED,
    MOTORWAY,
    RAILWAY,
    VILLAGE_PLACES,
    WORKS_LINE,
    outline,
)
from geodata.demo_city.ground import smoothed
from geodata.demo_city.patches import Points
from geodata.demo_city.streets import StreetLine

TOLL_STATION = (120.0, 3960.0)


def country_roads() -> list[StreetLine]:
    """Return motorway, ramps, railways and country roads, cut at the city's outline."""
    lines = [*_trunks(), *_ramps(), *_roads()]
    return [
        StreetLine(line.grade, line.name, line.name_en, line.line.intersection(outline()))
        for line in lines
    ]


def _trunks() -> list[StreetLine]:
    return [
        StreetLine("motorway", "G30 连霍高速", "G30 Lianhuo Expressway", curve(MOTORWAY)),
        StreetLine("railway", "兰新铁路", "Lanxin Railway", curve(RAILWAY)),
        StreetLine("railway", "兰新高铁", "Lanxin High-speed Railway", curve(HIGH_SPEED)),
        StreetLine("railway", "酒钢专用线", "Jiugang Works Line", curve(WORKS_LINE)),
    ]


def curve(points: Points) -> shapely.LineString:
    """Return a smooth line through points."""
    return shapely.linestrings(smoothed(points, 8))


def _ramps() -> list[StreetLine]:
    """The interchange: four ramps from the toll station to the motorway."""
    x, y = TOLL_STATION
    courses = [
        [(x, y - 40), (x - 60, y + 90), (x - 330, y + 40), (x - 900, y - 70)],
        [(x, y - 40), (x + 110, y + 130), (x + 420, y + 215), (x + 1000, y + 345)],
        [(x, y - 40), (x - 10, y + 190), (x - 70, y + 350), (x - 330, y + 260), (x - 1000, y - 20)],
        [(x, y - 40), (x + 40, y + 240), (x + 190, y + 440), (x + 520, y + 390), (x + 1150, y + 400)],
    ]
    return [
        StreetLine("motorway", "", "", curve(np.array(course, dtype=float))) for course in courses
    ]


def _place(village: str) -> tuple[float, float]:
    return VILLAGE_PLACES[village][:2]


def _gate(column: int, row: int) -> tuple[float, float]:
    x, y = plan.corner(column, row)
    return float(x), float(y)


def _roads() -> list[StreetLine]:
    """Main roads leave the town at the ends of its avenues and link the villages."""
    courses: list[tuple[str, str, str, list[tuple[float, float]]]] = [
        ("main", "新华北路", "Xinhua North Road", [_gate(4, 0), TOLL_STATION]),
        ("arterial", "野麻湾路", "Yemawan Road", [
            TOLL_STATION, (300, 4600), (1400, 6300), _place("长城村"), (4300, 11500),
            _place("野麻湾村"),
        ]),
        ("main", "机场路", "Airport Road", [
            _gate(7, 0), (3300, 5300), (2700, 8000), (2600, 10300), (2050, 11150),
        ]),
        ("arterial", "新城路", "Xincheng Road", [
            (3300, 5300), (5300, 7100), _place("横沟村"), _place("新城村"), _place("中沟村"),
        ]),
        ("arterial", "观蒲路", "Guanpu Road", [
            _gate(7, 1), (6500, 4900), _place("观蒲村"), _place("泥沟村"),
        ]),
        ("main", "迎宾东路", "Yingbin East Road", [
            _gate(7, 4), (4400, 1300), _place("安远沟村"), (7600, 2800), (12000, 4300),
        ]),
        ("main", "雄关大道", "Xiongguan Avenue", [
            _gate(0, 3), (-5600, 250), _place("嘉峪关村"), (-9500, 900), (-14500, 700),
            _place("段山口村"), (-24000, -1500), (-31000, -2500),
        ]),
        ("arterial", "关城路", "Fort Road", [
            _gate(0, 2), (-5200, 1300), (-5500, 1700), (-5650, 3000), (-6700, 5200),
            _place("黄草营村"),
        ]),
        ("arterial", "新华南路", "Xinhua South Road", [
            _gate(4, 8), (500, -4300), _place("塔湾村"), (1900, -7600), _place("河口村"),
            _place("文殊村"),
        ]),
        ("arterial", "石桥路", "Shiqiao Road", [
            _place("塔湾村"), (2400, -5600), _place("石桥村"), (6300, -5200), _place("冯家沟村"),
        ]),
        ("arterial", "团结路", "Tuanjie Road", [_place("塔湾村"), (-1500, -6300), _place("团结村")]),
    ]
    return [
        StreetLine(grade, name, english, curve(np.array(course, dtype=float)))
        for grade, name, english, course in courses
    ]

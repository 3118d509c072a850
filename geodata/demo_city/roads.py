"""Lines through the open country: motorway, railways, roads to the villages; metres."""

import numpy as np

from geodata.demo_city import plan
from geodata.demo_city.countryside import (
    HIGH_SPEED,
    MOTORWAY,
    RAILWAY,
    TOLL_STATION,
    VILLAGE_PLACES,
    WORKS_LINE,
    outline,
)
from geodata.demo_city.curves import curve
from geodata.demo_city.streets import StreetLine


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


def _ramps() -> list[StreetLine]:
    """The interchange: a trumpet north of the toll station."""
    crossing = np.array([-412.0, 4267.0])
    east = np.array([0.977, 0.213])
    north = np.array([-0.213, 0.977])
    toll = (np.array(TOLL_STATION) - crossing) @ np.array([east, north]).T
    courses = [
        [toll, (40, -260), (170, -150), (420, -70), (800, -18), (1100, 0)],
        [toll, (-40, -260), (-170, -150), (-420, -70), (-800, -18), (-1100, 0)],
        [toll, (10, -200), (10, 0), (10, 120), (-120, 160), (-420, 80), (-800, 18), (-1100, 0)],
        [(1100, 0), (800, 18), (420, 70), (230, 190), (100, 260), (-10, 220), (-40, 120), (10, 0)],
    ]
    return [
        StreetLine("motorway", "", "", curve(crossing + np.array(course) @ np.array([east, north])))
        for course in courses
    ]


def _place(village: str) -> tuple[float, float]:
    return VILLAGE_PLACES[village][:2]


def _gate(column: int, row: int) -> tuple[float, float]:
    x, y = plan.corner(column, row)
    return float(x), float(y)


# Main roads leave the town at the ends of its avenues and link the villages.
COURSES: list[tuple[str, str, str, list[tuple[float, float]]]] = [
    ("main", "新华北路", "Xinhua North Road", [_gate(4, 0), TOLL_STATION]),
    (
        "arterial",
        "野麻湾路",
        "Yemawan Road",
        [
            TOLL_STATION,
            (-440, 4550),
            (900, 6300),
            _place("长城村"),
            (4300, 11500),
            _place("野麻湾村"),
        ],
    ),
    (
        "main",
        "机场路",
        "Airport Road",
        [
            _gate(7, 0),
            (3300, 5300),
            (2700, 8000),
            (2600, 10300),
            (2050, 11150),
        ],
    ),
    (
        "arterial",
        "新城路",
        "Xincheng Road",
        [
            (3300, 5300),
            (5300, 7100),
            _place("横沟村"),
            _place("新城村"),
            _place("中沟村"),
        ],
    ),
    (
        "arterial",
        "观蒲路",
        "Guanpu Road",
        [
            _gate(7, 1),
            (6500, 4900),
            _place("观蒲村"),
            _place("泥沟村"),
        ],
    ),
    (
        "main",
        "迎宾东路",
        "Yingbin East Road",
        [
            _gate(7, 4),
            (4400, 1300),
            _place("安远沟村"),
            (7600, 2800),
            (12000, 4300),
        ],
    ),
    (
        "main",
        "雄关大道",
        "Xiongguan Avenue",
        [
            _gate(0, 3),
            (-5600, 250),
            _place("嘉峪关村"),
            (-9500, 900),
            (-14500, 700),
            _place("段山口村"),
            (-24000, -1500),
            (-31000, -2500),
        ],
    ),
    (
        "arterial",
        "关城路",
        "Guancheng Road",
        [
            _gate(0, 2),
            (-5200, 1300),
            (-5500, 1700),
            (-5650, 3000),
            (-6700, 5200),
            _place("黄草营村"),
        ],
    ),
    (
        "main",
        "新华南路",
        "Xinhua South Road",
        [
            _gate(4, 8),
            (500, -4300),
            _place("塔湾村"),
            (1900, -7600),
            _place("河口村"),
            _place("文殊村"),
        ],
    ),
    (
        "arterial",
        "石桥路",
        "Shiqiao Road",
        [
            _place("塔湾村"),
            (2400, -5600),
            _place("石桥村"),
            (6300, -5200),
            _place("冯家沟村"),
        ],
    ),
    (
        "arterial",
        "团结路",
        "Tuanjie Road",
        [_place("塔湾村"), (-1500, -6300), _place("团结村")],
    ),
]


def _roads() -> list[StreetLine]:
    return [
        StreetLine(grade, name, english, curve(np.array(course)))
        for grade, name, english, course in COURSES
    ]

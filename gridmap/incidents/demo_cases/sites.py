"""What is planted in the demonstration: conflicts that keep coming back, and what only looks like one. Pure.

The table is for tests of a later detection; it is not in the database, and it knows of no detector.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from gridmap.incidents.demo_cases.clock import Ints, Numbers, Times, seconds
from gridmap.incidents.demo_cases.town import NoSuchPlace, Town

YEARS = 5
PERIOD_D = 1826
# What is younger is not closed yet.
CALM_D = 14
# Metres along the street on either side of the market's middle.
MARKET_M = 200
EARTH_M = 111_200


@dataclass(frozen=True)
class Place:
    """One of: an estate (some of its buildings), a landmark, a stretch of street, a cell."""

    estate: str = ""
    numbers: tuple[str, ...] = ()
    landmark: str = ""
    street: str = ""
    cell: str = ""


@dataclass(frozen=True)
class Site:
    """One planted place.

    Attributes
    ----------
    kind
        `conflict` comes back; the rest are decoys: `burst` once and never again, `one_voice` a single
        caller, `desk` an office that takes down reports at its own address, `busy` much of everything.
    topic
        Empty for all.
    count
        Closed cases; 0 where the place only draws more of what happens anyway.
    spells
        In how many spells the cases come; 0 for a steady stream.
    months, hours, weekend
        When: months from and to; hours from and to with the share in them; weight of a weekend day.
    span
        First and last part of the five years, 0 to 1.
    callers
        How many households the calls come from; 0 for as many as there are.
    """

    key: str
    label: str
    kind: str
    topic: str
    place: Place
    count: int
    matters: tuple[str, ...] = ()
    spells: int = 0
    months: tuple[int, int] = (1, 12)
    hours: tuple[int, int, float] = (8, 20, 0.8)
    weekend: float = 1.0
    span: tuple[float, float] = (0.0, 1.0)
    spell_days: int = 30
    callers: int = 0


NIGHT = (22, 3, 0.8)
SITES: tuple[Site, ...] = (
    Site("toll", "G30 收费站 · 交通噪音 · 夏季夜间", "conflict", "noise_road",
         Place(landmark="G30 嘉峪关收费站"), 48, ("货车",), months=(5, 9), hours=NIGHT, callers=33),
    Site("market", "镜铁西路 · 马路市场 · 早晨和周末", "conflict", "street_market",
         Place(street="镜铁西路", landmark="镜铁西路马路市场"), 54, months=(3, 11),
         hours=(6, 10, 0.75), weekend=2.8),
    Site("zixuan", "紫轩花苑 · 供排水 · 办结后复现", "conflict", "water_supply",
         Place(estate="紫轩花苑"), 49, ("水压低", "返水", "漏水"), spells=7, span=(0.03, 0.9)),
    Site("lanxin", "兰新商业街区 · 邻里噪音 · 周末夜间", "conflict", "noise_neighbour",
         Place(estate="兰新商业街区", numbers=("3", "4")), 34, ("商铺",), months=(4, 10),
         hours=(21, 2, 0.8), weekend=3.0),
    Site("school", "市实验小学门口 · 停车 · 上下学", "conflict", "parking",
         Place(landmark="市实验小学"), 28, ("消防通道", "剐蹭"), months=(3, 12),
         hours=(7, 18, 0.95), weekend=0.05),
    Site("tieshan", "铁山雅居 · 供暖 · 每个冬天", "conflict", "heating",
         Place(estate="铁山雅居"), 42, ("不热", "漏水停暖"), months=(10, 4)),
    Site("hongda", "宏达建材厂 · 欠薪 · 年底", "conflict", "wages",
         Place(estate="宏达建材厂"), 24, ("工程款", "企业用工"), months=(11, 2)),
    Site("hekou", "河口村二组 · 土地权属 · 春耕", "conflict", "land",
         Place(cell="620201102205002"), 22, ("地界", "流转"), months=(3, 6)),
    Site("gebi", "戈壁小区 12 号楼 · 物业 · 近十个月", "conflict", "property_mgmt",
         Place(estate="戈壁小区", numbers=("12",)), 17, ("电梯", "维修"), span=(0.83, 1.0)),
    Site("longhu", "龙湖小区 1、2 号楼 · 交通噪音 · 三年后没有了", "conflict", "noise_road",
         Place(estate="龙湖小区", numbers=("1", "2")), 20, ("喇叭减速带",), hours=NIGHT, span=(0.0, 0.6)),
    Site("shengli", "胜利小区 5 号楼 · 邻里 · 楼上漏水", "conflict", "neighbour",
         Place(estate="胜利小区", numbers=("5",)), 16, ("漏水赔偿",)),
    Site("yongle", "永乐小区 · 停车", "conflict", "parking",
         Place(estate="永乐小区"), 34, ("抢车位", "收费"), hours=(18, 23, 0.7)),
    Site("main", "景泰公寓 · 主管爆裂那一周", "burst", "water_supply",
         Place(estate="景泰公寓"), 24, ("漏水", "水压低"), spells=1, spell_days=6, span=(0.2, 0.8)),
    Site("gym", "新华商业街区 6 号楼 · 健身房关门", "burst", "consumer",
         Place(estate="新华商业街区", numbers=("6",)), 26, ("预付卡",), spells=1, spell_days=21,
         span=(0.2, 0.8)),
    Site("strike", "建林商业街区 2 号楼 · 一次讨薪", "burst", "wages",
         Place(estate="建林商业街区", numbers=("2",)), 22, ("工程款",), spells=1, spell_days=12,
         span=(0.2, 0.8)),
    Site("cold", "盛世小区 · 一次停暖", "burst", "heating",
         Place(estate="盛世小区"), 22, ("不热", "漏水停暖"), spells=1, spell_days=9, months=(11, 3),
         span=(0.2, 0.8)),
    Site("caller-noise", "友谊小区 3 号楼 · 一个人反复打", "one_voice", "noise_neighbour",
         Place(estate="友谊小区", numbers=("3",)), 24, ("脚步拖拽",), callers=1),
    Site("caller-property", "迎宾小区 8 号楼 · 一个人反复打", "one_voice", "property_mgmt",
         Place(estate="迎宾小区", numbers=("8",)), 22, ("物业费", "保洁垃圾"), span=(0.3, 1.0), callers=1),
    Site("desk-xinhua", "新华商业街区 1 号楼 · 按自己的地址登记", "desk", "",
         Place(estate="新华商业街区", numbers=("1",)), 240),
    Site("desk-station", "嘉峪关站 · 按自己的地址登记", "desk", "", Place(landmark="嘉峪关站"), 190),
    Site("busy-dehui", "德惠小区 · 样样都多", "busy", "", Place(cell="620201001013001"), 0),
    Site("busy-jianshe", "建设小区 · 样样都多", "busy", "", Place(cell="620201002006001"), 0),
)  # fmt: skip
BUSY_FACTOR = 2.5


def truth(seed: int) -> tuple[Site, ...]:
    """What is planted with a seed: the table, with the time of each burst narrowed to its days."""
    return tuple(
        replace(site, span=_burst_span(site, seed, n)) if site.kind == "burst" else site
        for n, site in enumerate(SITES)
    )


def _burst_span(site: Site, seed: int, number: int) -> tuple[float, float]:
    first, last = site.span
    begins = float(np.random.default_rng([seed, number]).uniform(first, last))
    return begins, begins + site.spell_days / PERIOD_D


def spots_of(place: Place, town: Town) -> Ints:
    """The numbers of the spots that a place stands for.

    Raises
    ------
    NoSuchPlace
        The city has none.
    """
    spots, buildings = town.spots, town.buildings
    if place.street:
        found = _along(place, town)
    elif place.landmark:
        found = _landmark(place, town)
    elif place.cell:
        found = np.flatnonzero(spots.cell == np.flatnonzero(town.cells.codes == place.cell)[:1])
    else:
        chosen = (buildings.estate == place.estate) & (
            np.isin(buildings.number, place.numbers) | (not place.numbers)
        )
        found = np.flatnonzero(chosen)
    if not len(found):
        raise NoSuchPlace(place.estate or place.landmark or place.cell)
    return found.astype(np.int64)


def _landmark(place: Place, town: Town) -> Ints:
    spots = town.spots
    return np.flatnonzero((spots.kind == "landmark") & (spots.name == place.landmark))[:1]


def _along(place: Place, town: Town) -> Ints:
    """The house numbers of a street near a landmark; none where there is no such landmark."""
    spots, middle = town.spots, _landmark(place, town)
    if not len(middle):
        return middle
    east = (spots.lon - spots.lon[middle]) * EARTH_M * np.cos(np.radians(spots.lat[middle]))
    north = (spots.lat - spots.lat[middle]) * EARTH_M
    here = (spots.name == place.street) & (np.hypot(east, north) < MARKET_M)
    return np.flatnonzero(here)


def draw_site_times(
    rng: np.random.Generator, site: Site, first: np.datetime64, last: np.datetime64
) -> Times:
    """When the cases of a site come between two days."""
    length = int((last - first).astype(int))
    days = np.arange(first, last)[int(site.span[0] * length) : int(site.span[1] * length)]
    if site.spells and site.kind != "burst":
        days = _in_spells(rng, site, days)
    weights = _month_weights(site, days) * np.where(_is_weekend(days), site.weekend, 1.0)
    if not weights.sum():
        # A burst of the cold season whose days fell into summer: half a year later.
        days = days + np.timedelta64(182, "D")
        weights = np.ones(len(days))
    chosen = rng.choice(len(days), site.count, p=weights / weights.sum())
    begun: Times = days[chosen].astype("datetime64[s]")
    return begun + seconds(_seconds_of_day(rng, site))


def _in_spells(
    rng: np.random.Generator, site: Site, days: npt.NDArray[np.datetime64]
) -> npt.NDArray[np.datetime64]:
    """The days of so many spells, at about even distances."""
    every = len(days) / site.spells
    starts = np.arange(site.spells) * every + rng.uniform(0, every / 4, site.spells)
    return days[(starts[:, None].astype(int) + np.arange(site.spell_days)).ravel()]


def _month_weights(site: Site, days: npt.NDArray[np.datetime64]) -> Numbers:
    first, last = site.months
    month = days.astype("datetime64[M]").astype(int) % 12
    return ((month - (first - 1)) % 12 <= (last - first) % 12).astype(float)


def _is_weekend(days: npt.NDArray[np.datetime64]) -> npt.NDArray[np.bool_]:
    return np.asarray((days.astype("datetime64[D]").astype(int) + 3) % 7 > 4)


def _seconds_of_day(rng: np.random.Generator, site: Site) -> Ints:
    """Most within the hours of the site, the rest of the waking day."""
    first, last, share = site.hours
    inside = rng.permutation(site.count) < share * site.count
    hour = np.where(
        inside,
        first + rng.integers(0, (last - first) % 24, site.count),
        rng.integers(8, 22, site.count),
    )
    return np.asarray(hour % 24 * 3600 + rng.integers(0, 3600, site.count))

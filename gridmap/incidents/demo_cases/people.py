"""The parties of the cases: invented names, numbers that nobody can have. Pure."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gridmap.accounts.demo_names import GIVEN, SURNAMES, impossible_phone
from gridmap.incidents.demo_cases.clock import Ints
from gridmap.incidents.demo_cases.households import MEMBERS, first_households, flats_of
from gridmap.incidents.demo_cases.matters import matters
from gridmap.incidents.demo_cases.plan import PARTIES, Fate, Plan
from gridmap.incidents.demo_cases.town import Flags, Texts, Town

# Of a hundred plain requests and ended cases so many leave a name.
NAMED_SHARE = 0.62
# A third party, a fourth: of disputes with two sides.
ADDED_SHARE = 0.13
# Below this number telephones belong to those in office.
FIRST_PHONE = 10_000
PHONES = 850_000
# Whom disputes are with, where it is an organisation. {estate}, {village} and {address} are of the place.
ORGANISATIONS: dict[str, tuple[str, ...]] = {
    "property": ("{estate}物业服务有限公司",),
    "water": ("市供水公司",),
    "heat": ("市供热公司",),
    "toll": ("高速公路管理所",),
    "traffic": ("市交警支队",),
    "railway": ("铁路工务段",),
    "contractor": (
        "雄关建筑工程公司",
        "祁连建筑劳务公司",
        "丝路路桥公司",
        "长城装饰公司",
        "金塔安装队",
    ),
    "employer": ("讨赖机械厂", "雄关物流公司", "绿洲包装厂", "戈壁建材厂"),
    "farm": ("戈壁农业公司", "绿洲种业公司", "祁连种植合作社"),
    "shop": ("{address}商铺",),
    "group": ("夕阳红舞蹈队", "晨光健身队"),
    "hospital": ("院方",),
    "school": ("校方",),
    "village_office": ("{village}村民委员会",),
}
ESTATE_ENDS = (
    "小区",
    "家园",
    "花园",
    "花苑",
    "佳苑",
    "新村",
    "雅居",
    "嘉园",
    "公寓",
    "名邸",
    "馨苑",
    "商业街区",
)


@dataclass(frozen=True)
class Parties:
    """One row for each party; `case` is the row of its case in the plan."""

    case: Ints
    role: Texts
    is_organisation: Flags
    name: Texts
    phone: Texts
    address: Texts

    def __len__(self) -> int:
        return len(self.case)

    def take(self, rows: Flags | npt.NDArray[np.int64]) -> "Parties":
        return Parties(**{name: column[rows] for name, column in vars(self).items()})


def invite_parties(plan: Plan, town: Town, matter: Ints, rng: np.random.Generator) -> Parties:
    """Reporters, respondents and others of all cases; in the mediated ones exactly `PARTIES`."""
    who = np.array([m.who for m in matters()], dtype=object)[matter]
    is_named, is_opposed, others = _numbers(plan, who, rng)
    reporter = np.flatnonzero(is_named)
    opposed = np.flatnonzero(is_opposed)
    other = np.repeat(np.arange(len(who)), others)
    return _ordered(
        [
            _persons(reporter, "reporter", plan.events.caller[reporter], town),
            _respondents(opposed, who[opposed], plan, town, rng),
            _persons(other, "other", _around(plan.events.caller[other], town, rng), town),
        ]
    )


def _numbers(plan: Plan, who: Texts, rng: np.random.Generator) -> tuple[Flags, Flags, Ints]:
    """Who of the case is named: the reporter, the other side, and how many others."""
    mediated = plan.is_mediated | (plan.is_dispute & (plan.fate == Fate.OPEN))
    is_named = mediated | (rng.random(len(who)) < NAMED_SHARE)
    is_opposed = mediated & (who != "none")
    others = mediated * (rng.random(len(who)) < ADDED_SHARE).astype(np.int64)
    named = sum(int(part[plan.is_mediated].sum()) for part in (is_named, is_opposed, others))
    missing = PARTIES - named
    could = np.flatnonzero(plan.is_mediated & (others == (missing < 0)))
    others[rng.choice(could, abs(missing), replace=False)] += np.sign(missing)
    return is_named, is_opposed, others


def _persons(case: Ints, role: str, callers: Ints, town: Town) -> Parties:
    flats, buildings = flats_of(callers, town.buildings), town.buildings
    house = town.spots.address[flats.building]
    is_flat = buildings.units[flats.building] > 0
    flat = [
        f" {unit} 单元 {room} 室" if has else ""
        for unit, room, has in zip(flats.unit, flats.room, is_flat, strict=True)
    ]
    return Parties(
        case=case,
        role=_all(role, len(case)),
        is_organisation=np.zeros(len(case), bool),
        name=names_of(callers),
        phone=_phones(callers),
        address=house + np.array(flat, dtype=object),
    )


def _respondents(
    case: Ints, who: Texts, plan: Plan, town: Town, rng: np.random.Generator
) -> Parties:
    """An organisation by what the case is about, else somebody of the house, the family, the city."""
    callers = plan.events.caller[case]
    same_home = callers - callers % MEMBERS + (callers + 1) % MEMBERS
    anybody = rng.integers(0, first_households(town.buildings)[-1] * MEMBERS, len(case))
    others = np.select(
        [who == "family", np.isin(who, ["upstairs", "resident", "villager"])],
        [same_home, _around(callers, town, rng)],
        anybody,
    )
    persons = _persons(case, "respondent", others, town)
    is_organisation = np.isin(who, list(ORGANISATIONS))
    spot = plan.events.spot[case]
    estate, address = town.spots.name[spot], town.spots.address[spot]
    named = [
        _organisation(one, place, there, draw) if one in ORGANISATIONS else name
        for one, place, there, name, draw in zip(
            who, estate, address, persons.name, rng.random(len(case)), strict=True
        )
    ]
    return Parties(
        case=case,
        role=persons.role,
        is_organisation=is_organisation,
        name=np.array(named, dtype=object),
        phone=persons.phone,
        address=np.where(is_organisation, "", persons.address),
    )


def _organisation(who: str, place: str, address: str, draw: float) -> str:
    names = ORGANISATIONS[who]
    stem = place
    for end in ESTATE_ENDS:
        stem = stem.removesuffix(end)
    words = {"estate": stem or place, "address": address, "village": place.split("村")[0] + "村"}
    return names[int(draw * len(names))].format(**words)


def _around(callers: npt.NDArray[np.int64], town: Town, rng: np.random.Generator) -> Ints:
    """Another household of the same building."""
    building = flats_of(callers, town.buildings).building
    first = first_households(town.buildings)[building]
    number = np.maximum(town.buildings.households[building], 1)
    own = callers // MEMBERS - first
    step = 1 + (rng.random(len(callers)) * np.maximum(number - 1, 0)).astype(np.int64)
    return np.asarray((first + (own + step) % number) * MEMBERS)


def names_of(callers: npt.NDArray[np.int64]) -> Texts:
    """The same person has the same name in every case; a family shares its surname."""
    household = callers // MEMBERS
    surname = _mixed(household, 1) % len(SURNAMES)
    first, second = (_mixed(callers, n) % len(GIVEN) for n in (2, 3))
    is_short = _mixed(callers, 4) % 10 < 3
    return np.array(
        [
            SURNAMES[a] + GIVEN[b] + ("" if short or b == c else GIVEN[c])
            for a, b, c, short in zip(surname, first, second, is_short, strict=True)
        ],
        dtype=object,
    )


def _phones(callers: npt.NDArray[np.int64]) -> Texts:
    numbers = FIRST_PHONE + _mixed(callers, 5) % PHONES
    return np.array([impossible_phone(int(number)) for number in numbers], dtype=object)


def _mixed(values: npt.NDArray[np.int64], salt: int) -> Ints:
    """Numbers without order from numbers in order (splitmix64), never negative."""
    with np.errstate(over="ignore"):
        mixed = values.astype(np.uint64) * np.uint64(8) + np.uint64(salt)
        mixed = (mixed + np.uint64(0x9E3779B97F4A7C15)) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0x94D049BB133111EB)
    return ((mixed ^ (mixed >> np.uint64(32))) >> np.uint64(2)).astype(np.int64)


def _all(value: str, number: int) -> Texts:
    return np.full(number, value, dtype=object)


def _ordered(parts: list[Parties]) -> Parties:
    """Case after case."""
    joined = Parties(
        **{name: np.concatenate([vars(part)[name] for part in parts]) for name in vars(parts[0])}
    )
    return joined.take(np.argsort(joined.case, kind="stable"))

"""The tables of the demonstration: units, who gets what, how long it may take. All assumed.

No rule covers disputes over land in the town, nor what is `other` outside one sub-district: so
the queue of what nobody was made responsible for is never empty.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from geodata.models import Area
from gridmap.accounts.demo_names import impossible_phone
from gridmap.accounts.demo_people import SINCE
from gridmap.accounts.models import GuideTeam
from gridmap.incidents.demo_cases.course import URGENCY_CODES, Limits
from gridmap.incidents.demo_cases.events import CODES
from gridmap.incidents.demo_cases.town import NoSuchPlace, Town
from gridmap.incidents.models import RoutingRule, TimeLimit, Topic, Unit

Row = TypeVar("Row")
DAY_MIN = 1440
FIRST_UNIT_PHONE = 900_000
# Made up like everything here; an office of this name may or may not exist.
UNITS = {
    "市供水公司": "Water Company",
    "市供热公司": "Heating Company",
    "市政工程处": "Municipal Works",
    "高速公路管理所": "Motorway Office",
    "市交警支队": "Traffic Police",
    "市城市管理执法队": "City Management Enforcement",
    "市劳动保障监察队": "Labour Inspection",
    "市市场监管执法队": "Market Supervision Enforcement",
    "市法律援助中心": "Legal Aid Centre",
    "郊区自然资源所": "Suburb Land Office",
}


@dataclass(frozen=True)
class Rule:
    """Topic, leading team, unit and assisting teams; the area by its code, empty for the whole city."""

    topic: str
    lead: str
    unit: str = ""
    assisting: tuple[str, ...] = ()
    area: str = ""
    urgency: str = ""


WEST, SUBURB, MOTORWAY_VILLAGE = "620201001000", "620201099000", "620201100202"
RULES: tuple[Rule, ...] = (
    Rule("water_supply", "住建物业", "市供水公司"),
    Rule("water_supply", "住建物业", "市供水公司", ("平安综治",), urgency="emergency"),
    Rule("heating", "住建物业", "市供热公司"),
    Rule("property_mgmt", "住建物业", "", ("党建",)),
    Rule("repair", "住建物业", "市政工程处"),
    Rule("noise_neighbour", "平安综治"),
    Rule("parking", "平安综治", "市交警支队", ("住建物业",)),
    Rule("noise_road", "平安综治", "市交警支队", ("城市管理",)),
    Rule("noise_road", "平安综治", "高速公路管理所", ("城市管理",), MOTORWAY_VILLAGE),
    Rule("street_market", "城市管理", "市城市管理执法队", ("市场监管",)),
    Rule("consumer", "市场监管", "市市场监管执法队"),
    Rule("wages", "人社民政", "市劳动保障监察队", ("司法法律",)),
    Rule("wages", "平安综治", "市劳动保障监察队", ("人社民政", "司法法律"), urgency="emergency"),
    Rule("family", "人社民政", "", ("司法法律",)),
    Rule("neighbour", "司法法律"),
    Rule("lending", "司法法律", "市法律援助中心"),
    Rule("tort", "司法法律", "", ("平安综治",)),
    Rule("land", "司法法律", "郊区自然资源所", (), SUBURB),
    Rule("other", "党建", "", ("平安综治",), WEST),
)
# Topic: days to settle an ordinary case; the first contact within one. Urgent cases have the city's own limits.
SETTLE_DAYS = {
    "water_supply": 5,
    "heating": 4,
    "property_mgmt": 15,
    "noise_neighbour": 10,
    "noise_road": 10,
    "street_market": 6,
    "parking": 10,
    "consumer": 12,
    "wages": 15,
    "family": 15,
    "neighbour": 15,
    "lending": 20,
    "tort": 20,
    "land": 30,
    "other": 15,
    "repair": 4,
}


def write_tables() -> None:
    """Units, rules and limits; in force since there are people.

    Raises
    ------
    NoSuchPlace
        The city has no such area or team.
    """
    Unit.objects.bulk_create(
        Unit(name=name, name_en=english, phone=impossible_phone(FIRST_UNIT_PHONE + n))
        for n, (name, english) in enumerate(UNITS.items())
    )
    topics = {topic.code: topic for topic in Topic.objects.all()}
    _write_rules(topics)
    TimeLimit.objects.bulk_create(
        [
            TimeLimit(
                topic=topics[code],
                urgency="normal",
                contact_minutes=DAY_MIN,
                settle_minutes=days * DAY_MIN,
                valid_from=SINCE,
            )
            for code, days in SETTLE_DAYS.items()
        ],
        ignore_conflicts=True,
    )


def _write_rules(topics: dict[str, Topic]) -> None:
    teams = {team.name: team for team in GuideTeam.objects.all()}
    units = {unit.name: unit for unit in Unit.objects.all()}
    areas = {area.code: area for area in Area.objects.all()}
    written = RoutingRule.objects.bulk_create(
        RoutingRule(
            topic=topics[rule.topic],
            area=_known(areas, rule.area) if rule.area else None,
            urgency=rule.urgency,
            lead_team=_known(teams, rule.lead),
            unit=units.get(rule.unit),
            valid_from=SINCE,
        )
        for rule in RULES
    )
    assisting = RoutingRule.assisting_teams.through
    assisting.objects.bulk_create(
        assisting(routingrule=row, guideteam=_known(teams, name))
        for row, rule in zip(written, RULES, strict=True)
        for name in rule.assisting
    )


def _known(rows: dict[str, Row], name: str) -> Row:
    if name not in rows:
        raise NoSuchPlace(name)
    return rows[name]


def read_limits(on: date) -> Limits:
    """The limits of every topic and urgency on a day, by the order of the database's own function."""
    limits = Limits.empty()
    rows = list(TimeLimit.objects.valid_on(on).select_related("topic").order_by("pk"))
    for n, code in enumerate(CODES):
        for m, urgency in enumerate(URGENCY_CODES):
            row = _limit_for(rows, code, urgency)
            limits.contact[n, m], limits.settle[n, m] = row.contact_minutes, row.settle_minutes
            limits.is_working[n, m] = row.is_working_time
    return limits


def _limit_for(rows: Sequence[TimeLimit], code: str, urgency: str) -> TimeLimit:
    fits = [
        row
        for row in rows
        if (row.topic is None or row.topic.code == code) and row.urgency in ("", urgency)
    ]
    return min(fits, key=lambda row: (row.topic is None, row.urgency == "", row.pk))


def rule_numbers(town: Town) -> npt.NDArray[np.int64]:
    """For topic, urgency and community the rule that routes it, as its place in `RULES`; -1 for none."""
    found = np.full((len(CODES), len(URGENCY_CODES), len(town.communities.ids)), -1)
    for n, code in enumerate(CODES):
        for m, urgency in enumerate(URGENCY_CODES):
            for place in range(found.shape[2]):
                found[n, m, place] = _rule_for(code, urgency, place, town)
    return found


def _rule_for(code: str, urgency: str, place: int, town: Town) -> int:
    """The nearest area first, then the one that names the urgency; every rule here names its topic."""
    communities = town.communities
    heights = {communities.codes[place]: 0, communities.districts[place]: 1, "": 2}
    fits = [
        (heights[rule.area], rule.urgency == "", n)
        for n, rule in enumerate(RULES)
        if rule.topic == code and rule.area in heights and rule.urgency in ("", urgency)
    ]
    return min(fits)[2] if fits else -1

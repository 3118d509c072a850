"""An opened case in words: who said what, who has it, what its cell is like."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gridmap.console.desk.opened import Opened
from gridmap.console.desk.wording import Name, average_words, chinese, named
from gridmap.console.times import moment, span
from gridmap.incidents.models import Incident
from gridmap.incidents.topics import SOURCES, UNROUTED

# More people than so many are told by their number.
MOST_PEOPLE = 2


@dataclass(frozen=True)
class Line:
    """One report: where it came from and when, and the words of who reported."""

    lead: str
    words: Name


@dataclass(frozen=True)
class Card:
    """One owner: what it is to the case, its name, a note; `wants` where there is none."""

    label: str
    names: list[Name]
    note: list[list[Name]]
    wants: str = ""
    phone: str = ""


@dataclass(frozen=True)
class CellCard:
    """The cell of an opened case, beside its outline on the map."""

    title: list[Name]
    open_words: str
    people: list[Name]
    leaders: str
    year: str


@dataclass(frozen=True)
class Told:
    """Everything that an opened row says."""

    lines: list[Line]
    more_reports: int
    reason: Name | None
    cards: list[Card]
    cell: CellCard | None
    near: list[Mapping[str, str]]


def tell(opened: Opened, now: datetime) -> Told:
    case = opened.incident
    return Told(
        lines=[_line(report, now) for report in opened.reports],
        more_reports=opened.report_count - len(opened.reports),
        reason=chinese(case.state_reason) if case.state_reason else None,
        cards=[_territory(opened), _function(opened), _unit(opened)],
        cell=_cell_card(opened) if case.cell else None,
        near=[_near(other, now) for other in opened.near],
    )


def _line(report: Mapping[str, Any], now: datetime) -> Line:
    at = datetime.fromtimestamp(float(report["at"]), UTC)
    lead = _("{source}来件，{when}：").format(
        source=_(SOURCES[report["source"]]), when=moment(at, now)
    )
    words = report["words"]
    return Line(lead, chinese(_("“{words}”").format(words=words) if words else ""))


def cell_name(case: Incident) -> list[Name]:
    """紫轩社区 003 网格."""
    if case.cell is None:
        return []
    number = _("{number} 网格").format(number=case.cell.code[-3:])
    return [named(case.cell.community), Name(number)]


def _people(opened: Opened) -> list[Name]:
    names = [chinese(person["name"]) for person in opened.people]
    if len(names) <= MOST_PEOPLE:
        return names
    return [Name(ngettext("{n} 人", "{n} 人", len(names)).format(n=len(names)))]


def _territory(opened: Opened) -> Card:
    case = opened.incident
    label = _("属地")
    if case.raised_to:
        note = [[Name(_("已提到")), named(case.raised_to)]]
        wants = "" if opened.people else _("没有人值守")
        return Card(label, _people(opened), note, wants, _only_phone(opened))
    if case.cell is None:
        return Card(label, [], [], str(_(UNROUTED[case.unrouted_reason or "no_place"])))
    note = [cell_name(case)]
    if any(person["is_stand_in"] for person in opened.people):
        note.append([Name(_("代班"))])
    wants = "" if opened.people else _("没有网格员")
    return Card(label, _people(opened), note, wants, _only_phone(opened))


def _only_phone(opened: Opened) -> str:
    return str(opened.people[0]["phone"]) if len(opened.people) == 1 else ""


def _function(opened: Opened) -> Card:
    team = opened.incident.lead_team
    if team is None:
        return Card(_("专业 · 牵头"), [], [[Name(_("需人工派"))]], _("没有规则"))
    count = ngettext("在办 {n} 件", "在办 {n} 件", opened.team_open).format(n=opened.team_open)
    note = [[Name(count)]]
    if opened.assisting:
        others = [Name(other["name"], other["lang"] or "") for other in opened.assisting]
        note.append([Name(_("协办")), *others])
    return Card(_("专业 · 牵头"), [named(team)], note)


def _unit(opened: Opened) -> Card:
    unit = opened.incident.unit
    if unit is None:
        return Card(_("承办"), [Name("—")], [[Name(_("没有承办单位"))]])
    done = opened.unit_done
    if not done["n"]:
        return Card(_("承办"), [named(unit)], [[Name(_("12 个月没有办结的"))]], phone=unit.phone)
    note = [[Name(average_words(done["seconds"], done["n"]))]]
    return Card(_("承办"), [named(unit)], note, phone=unit.phone)


def _cell_card(opened: Opened) -> CellCard:
    case, leaders = opened.incident, opened.leaders
    counted = ngettext("楼栋长 {n} 人", "楼栋长 {n} 人", leaders["led"]).format(n=leaders["led"])
    if leaders["led"] < leaders["posts"]:
        counted = _("楼栋长 {led} / {posts}").format(**leaders)
    year = ""
    if opened.year_here:
        words = ngettext(
            "这里 12 个月内{topic} {n} 件", "这里 12 个月内{topic} {n} 件", opened.year_here
        )
        year = words.format(topic=named(case.topic).text, n=opened.year_here)
    open_words = ngettext("在办 {n}", "在办 {n}", opened.open_here).format(n=opened.open_here)
    members = _people(opened) if case.raised_to is None else []
    return CellCard(cell_name(case), open_words, members, counted, year)


def _near(other: Mapping[str, Any], now: datetime) -> Mapping[str, str]:
    at = datetime.fromisoformat(other["registered_at"])
    return {
        "code": other["code"],
        "title": other["title"],
        "note": _("{metres} 米外，{ago}前登记").format(
            metres=int(other["metres"]), ago=span(now - at)
        ),
    }

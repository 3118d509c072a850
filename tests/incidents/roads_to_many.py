"""Every road by which many cases can be seen: what a person reads there, and what brute force says.

What is read are words: codes of cases, and figures. A case counts as seen wherever its code, its title, its
address or the words of the report stand in an answer, whatever else is on the page.
"""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from random import Random
from typing import Any
from urllib.parse import urlencode

from django.test import Client

from geodata.querysets import day_of
from gridmap.incidents.models import Incident, Notice
from gridmap.incidents.states import CAME_BACK, HELD, NEW, RUNNING
from tests.incidents.api.asking import Machine
from tests.incidents.random_offices import OVER_AN_AREA, RandomOffices, Sight
from tests.makers import point

CODE = re.compile(r"[A-Z]{2,6}-\d{8}-\d{5,9}")
SIGN = re.compile(r"\b(?:case|lane|words)-(\d{3})(?!\d)")
COUNT = re.compile(r'cases__count">(\d+)')
TAB = re.compile(r'id="tab-(\w+)"[^>]*>[^<]*<small[^>]*>(\d+)<')
EXPORTED = re.compile(r'<dd class="t14 b num">(\d+)<')
BELL = re.compile(r'class="bell"[^>]*aria-label="[^"\d]*(\d+)')
BADGE = re.compile(r'id="badge"><span class="badge num"[^>]*>(\d+)')
# Not there for this person: no such filter, not signed in, no such page, nothing to write.
NOTHING = {302, 400, 401, 404, 422}
Words = set[str]
Keep = Callable[[Incident, "Asked"], bool]


class Asked:
    """A person at the browser; `cases` are those asked for one by one, `draw` chooses among filters and tabs."""

    def __init__(
        self, offices: RandomOffices, sight: Sight, cases: list[Incident], draw: Random | None
    ) -> None:
        self.offices, self.sight, self.cases, self.draw = offices, sight, cases, draw
        self.codes = {case.title[-3:]: case.code for case in offices.rows()}
        self.client = Client()
        self.client.force_login(sight.user)
        self.filters = self.few(sorted(FILTERS))
        self.tabs = {path: self.few(sorted(desk.tabs)) for path, desk in DESKS.items()}

    def few(self, things: list[str]) -> list[str]:
        """One of them where only a sample is asked for."""
        return things if self.draw is None else [self.draw.choice(things)]

    def page(self, path: str, **query: Any) -> str:
        """The body; nothing where there is no such page for this person."""
        return text_of(self.client.get(path, query or None))

    def pages(self, path: str, **query: Any) -> Iterator[str]:
        """One page after the other, while there is a link to the next."""
        number, path = 1, path + ("&" if "?" in path else "?")
        while True:
            body = self.page(f"{path}{urlencode(query | {'page': number})}")
            yield body
            number += 1
            if f"page={number}" not in body:
                return

    def named(self, *bodies: str) -> Words:
        """The cases of which something stands in the answers."""
        text = "\n".join(bodies)
        return {*CODE.findall(text), *(self.codes[sign] for sign in SIGN.findall(text))}


def text_of(answer: Any) -> str:
    if answer.status_code in NOTHING:
        return ""
    assert answer.status_code == 200, answer
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(body.decode("utf-8-sig"))


@dataclass(frozen=True)
class Road:
    """`read` is what the product shows, `expected` what it should, both from the same question."""

    read: Callable[[Asked], Words]
    expected: Callable[[Asked], Words]


def differences(roads: dict[str, Road], asked: Asked) -> Iterator[str]:
    """The roads on which a person sees something else than brute force says."""
    for name, road in roads.items():
        seen, expected = road.read(asked), road.expected(asked)
        if seen != expected:
            more, less = sorted(seen - expected), sorted(expected - seen)
            yield f"{name} as {asked.sight.user.username} {asked.sight.held}: too much {more}, missing {less}"


def is_running(case: Incident) -> bool:
    return case.state in RUNNING


def is_overdue(case: Incident, at: datetime) -> bool:
    return is_running(case) and case.due_at < at


def is_due_today(case: Incident, asked: Asked) -> bool:
    """Later today."""
    at = asked.offices.at
    return is_running(case) and case.due_at >= at and day_of(case.due_at) == asked.offices.day


def is_late(case: Incident, asked: Asked) -> bool:
    return is_overdue(case, asked.offices.at)


# The list of cases: what each filter shows.
SHOWN: dict[str, Keep] = {
    "open": lambda case, _: case.is_open,
    "overdue": is_late,
    "today": is_due_today,
    "done": lambda case, _: not case.is_open,
}


def listed(show: str) -> Road:
    """The list, and the number over it."""

    def read(asked: Asked) -> Words:
        bodies = list(asked.pages("/cases/", show=show))
        return asked.named(*bodies) | {f"{n} cases" for n in COUNT.findall("".join(bodies))}

    def expected(asked: Asked) -> Words:
        codes = asked.sight.codes(lambda case: SHOWN[show](case, asked))
        return codes | ({f"{len(codes)} cases"} if codes else set())

    return Road(read, expected)


def one_by_one(asked: Asked) -> Words:
    """Of the cases that are asked for one by one, those in sight."""
    return asked.sight.codes() & {case.code for case in asked.cases}


def searched(search: Callable[[Asked, str, Incident], str], *fields: str) -> Road:
    """A search for what stands in one case only, field by field."""

    def read(asked: Asked) -> Words:
        # Without the beginning: what is searched for stands on the page again.
        words = [(case, getattr(case, field)[3:]) for case in asked.cases for field in fields]
        return asked.named(*(search(asked, part, case) for case, part in words))

    return Road(read, one_by_one)


def _search_list(asked: Asked, words: str, case: Incident) -> str:
    return asked.page("/cases/", q=words, show="open" if case.is_open else "done")


def _search_api(asked: Asked, words: str, _case: Incident) -> str:
    return asked.page("/api/cases/", text=words)


def _search_desk(asked: Asked, words: str, _case: Incident) -> str:
    return asked.page("/desk/cases/", tab="any", q=words)


def _in_area(key: str) -> Keep:
    return lambda case, asked: asked.offices.oracle.lies_in(
        case.area_id, asked.offices.city.areas[key].pk
    )


# Filters of the API; those of the small city are the codes of its areas and cells.
FILTERS: dict[str, Keep] = {
    "state=registered": lambda case, _: case.state == "registered",
    "state=merged": lambda case, _: case.state == "merged",
    "topic=wages": lambda case, _: case.topic.code == "wages",
    "open=true": lambda case, _: case.is_open,
    "open=false": lambda case, _: not case.is_open,
    "overdue=true": is_late,
    "overdue=false": lambda case, asked: not is_late(case, asked),
    "area=620201000000": _in_area("city"),
    "area=620201001000": _in_area("x"),
    "area=620201001001": _in_area("p"),
    "area=620201002001": _in_area("r"),
    "cell=620201001001001": lambda case, asked: case.cell == asked.offices.city.cells["a"],
    "cell=620201002001001": lambda case, asked: case.cell == asked.offices.city.cells["d"],
}


# Those that the desk has too.
DESK_FILTERS = [chosen for chosen in FILTERS if chosen.startswith(("state", "topic", "area"))]


def _api(asked: Asked, get: Callable[[str], Any]) -> Words:
    """All pages of the list, each as long as said; a case stands once."""
    found: list[str] = []
    bodies, rest = "", ""
    while True:
        answer = get(f"limit=25{rest}")
        bodies += text_of(answer)
        if answer.status_code in NOTHING:
            return set()
        page = answer.json()
        found += [case["code"] for case in page["cases"]]
        if page["next"] is None:
            twice = {code for code in found if found.count(code) > 1}
            return asked.named(bodies) | {f"twice {code}" for code in twice}
        assert len(page["cases"]) == 25
        rest = f"&before={page['next']}"


def _read_filters(asked: Asked) -> Words:
    return {
        f"{chosen} {code}"
        for chosen in asked.filters
        for code in _api(asked, lambda q, by=chosen: asked.client.get(f"/api/cases/?{by}&{q}"))
    }


def _expect_filters(asked: Asked) -> Words:
    return {
        f"{chosen} {code}"
        for chosen in asked.filters
        for code in asked.sight.codes(lambda case, by=chosen: FILTERS[by](case, asked))
    }


def _read_with_token(asked: Asked) -> Words:
    if not asked.sight.user.is_active:
        # Nobody makes a token for them.
        return set()
    machine = Machine(asked.sight.user)
    return _api(asked, lambda q: machine.client.get(f"/api/cases/?{q}", headers=machine.headers))


@dataclass(frozen=True)
class Desk:
    """Who opens a board, and which of the cases in sight stand in each of its tabs."""

    name: str
    roles: set[str]
    tabs: dict[str, Keep]


def _waits_for_dispatch(case: Incident, _asked: Any) -> bool:
    return case.state in NEW | CAME_BACK


TODAY: dict[str, Keep] = {
    "today": is_due_today,
    "overdue": is_late,
    "all": lambda case, _: case.is_open,
}
AT_THE_DESK = {
    "dispatcher", "hotline_operator", "visitor", "district_commander", "community_officer", "city_admin",
}  # fmt: skip
DESKS = {
    "/desk/": Desk(
        "desk",
        AT_THE_DESK,
        {
            "to_dispatch": _waits_for_dispatch,
            "unrouted": lambda case, _: case.is_open and bool(case.unrouted_reason),
            "escalated": lambda case, _: case.state == "escalated",
            "to_visit": lambda case, _: case.state == "checked",
            **TODAY,
        },
    ),
    "/desk/cases/": Desk(
        "desk-cases",
        AT_THE_DESK,
        {
            "open": lambda case, _: case.is_open,
            "ended": lambda case, _: not case.is_open,
            "any": lambda _case, _: True,
        },
    ),
    "/desk/teams/": Desk(
        "desk-teams",
        {"guide", "handling_unit"},
        {
            "lead": lambda case, asked: (
                case.is_open and case.lead_team_id in asked.sight.places("guide_team")
            ),
            "assisting": lambda case, asked: (
                case.is_open and case.lead_team_id not in asked.sight.places("guide_team")
            ),
            **TODAY,
        },
    ),
    "/desk/community/": Desk(
        "desk-community",
        {"community_officer", "grid_leader"},
        {
            "to_dispatch": _waits_for_dispatch,
            "in_cells": lambda case, _: case.state in HELD and case.raised_to is None,
            "raised": lambda case, asked: case.is_open and _is_raised_to_own(case, asked),
            "to_check": lambda case, _: case.state == "handled",
            **TODAY,
        },
    ),
}


def _is_raised_to_own(case: Incident, asked: Asked) -> bool:
    """A planner's area is none to which a case is raised."""
    own = asked.sight.places("area", without="planner")
    return any(asked.offices.oracle.lies_in(case.raised_to_id, area) for area in own)


def _open_desks(asked: Asked) -> Iterator[tuple[str, Desk]]:
    return ((path, desk) for path, desk in DESKS.items() if desk.roles & asked.sight.roles)


def _read_boards(asked: Asked) -> Words:
    """The rows of tabs, and the figures of all."""
    found: Words = set()
    for path, tabs in asked.tabs.items():
        for tab in tabs:
            bodies = list(asked.pages(path, tab=tab))
            found |= {f"{path} {tab} {code}" for code in asked.named(*bodies)}
            found |= {f"{path} {other}: {n}" for other, n in TAB.findall(bodies[0])}
    return found


def _expect_boards(asked: Asked) -> Words:
    found: Words = set()
    for path, desk in _open_desks(asked):
        inside = {
            tab: asked.sight.codes(lambda case, keep=keep: keep(case, asked))
            for tab, keep in desk.tabs.items()
        }
        found |= {f"{path} {tab}: {len(codes)}" for tab, codes in inside.items()}
        found |= {f"{path} {tab} {code}" for tab in asked.tabs[path] for code in inside[tab]}
    return found


def _read_desk_filters(asked: Asked) -> Words:
    return {
        f"{chosen} {code}"
        for chosen in asked.filters
        if chosen in DESK_FILTERS
        for code in asked.named(*asked.pages(f"/desk/cases/?tab=any&{chosen}"))
    }


def _expect_desk_filters(asked: Asked) -> Words:
    """An area that is not in scope is none to choose."""
    if not AT_THE_DESK & asked.sight.roles:
        return set()
    return {
        f"{chosen} {code}"
        for chosen in asked.filters
        if chosen in DESK_FILTERS and _can_choose(chosen, asked)
        for code in asked.sight.codes(lambda case, by=chosen: FILTERS[by](case, asked))
    }


def _can_choose(chosen: str, asked: Asked) -> bool:
    kind, value = chosen.split("=")
    city, lies_in = asked.offices.city, asked.offices.oracle.lies_in
    own = asked.sight.places("area")
    inside = {a.code for a in city.areas.values() if any(lies_in(a.pk, area) for area in own)}
    return kind != "area" or value in inside


def _read_exports(asked: Asked) -> Words:
    """What the page before it says, and the rows of the file."""
    found: Words = set()
    for path, tabs in asked.tabs.items():
        for tab in tabs:
            address = f"/desk/export/?board={DESKS[path].name}&tab={tab}"
            found |= {f"{path} {tab}: {n}" for n in EXPORTED.findall(asked.page(address))}
            answer = asked.client.post(address, {"form": "csv"})
            rows = csv.DictReader(StringIO(text_of(answer)))
            found |= {f"{path} {tab} {row['编号']}" for row in rows}
    return found


def _expect_exports(asked: Asked) -> Words:
    found: Words = set()
    for path, desk in _open_desks(asked):
        for tab in asked.tabs[path]:
            codes = asked.sight.codes(lambda case, keep=desk.tabs[tab]: keep(case, asked))
            found |= {f"{path} {tab} {code}" for code in codes} | {f"{path} {tab}: {len(codes)}"}
    return found


def _at_the_desk(asked: Asked) -> Words:
    """Of the cases asked for one by one, for those who have the board of all cases."""
    return one_by_one(asked) if AT_THE_DESK & asked.sight.roles else set()


def _read_pins(asked: Asked) -> Words:
    return asked.named(asked.page("/desk/pins/", bbox="97,39,100,41"))


def _expect_pins(asked: Asked) -> Words:
    has_board = any(True for _ in _open_desks(asked))
    return asked.sight.codes(lambda case: has_board and case.is_open and case.geom is not None)


def _expect_my_cells(asked: Asked) -> Words:
    """Of the cells and posts that are held as such."""
    cells, posts = asked.sight.places("cell"), asked.sight.places("post")
    return asked.sight.codes(
        lambda case: case.is_open and (case.cell_id in cells or case.post_id in posts)
    )


def _read_around_reports(asked: Asked) -> Words:
    """From as many places as see the whole city and what lies outside."""
    places = (point(column, 1 if column < 9 else 0.5) for column in (1.5, 4.5, 7.5, 20.0))
    return asked.named(*(asked.page("/report/around/", lon=at.x, lat=at.y) for at in places))


def _expect_around_reports(asked: Asked) -> Words:
    return asked.sight.codes(lambda case: case.is_open and case.geom is not None)


def _read_hand_overs(asked: Asked) -> Words:
    cells = asked.offices.city.cells.values()
    return asked.named(*(asked.page("/desk/hand-over/", cell=cell.code) for cell in cells))


def _expect_hand_overs(asked: Asked) -> Words:
    """What is open in the cells of the areas that are led."""
    lies_in = asked.offices.oracle.lies_in
    led = {h.place for h in asked.sight.held if h.kind == "area" and h.role in OVER_AN_AREA}
    return asked.sight.codes(
        lambda case: (
            case.is_open
            and case.cell is not None
            and any(lies_in(case.cell.community_id, area) for area in led)
        )
    )


def _read_notices(asked: Asked) -> Words:
    """The lines, the bell, and how many cases wait for a dispatch."""
    bodies = list(asked.pages("/notices/"))
    found = asked.named(*bodies) | {f"bell {n}" for n in BELL.findall(bodies[0])}
    return found | {f"waiting {n}" for n in BADGE.findall(bodies[0])}


def _expect_notices(asked: Asked) -> Words:
    told = Notice.objects.filter(user=asked.sight.user).select_related("incident")
    mine = [one for one in told if one.incident.code in asked.sight.codes()]
    unread = sum(one.read_at is None for one in mine)
    waiting = asked.sight.codes(lambda case: _waits_for_dispatch(case, asked))
    counts = {"bell": unread, "waiting": len(waiting) if AT_THE_DESK & asked.sight.roles else 0}
    return {one.incident.code for one in mine} | {f"{key} {n}" for key, n in counts.items() if n}


def _all(asked: Asked) -> Words:
    return asked.sight.codes()


ROADS: dict[str, Road] = {
    **{f"list of cases, {show}": listed(show) for show in SHOWN},
    "search in the list": searched(_search_list, "address", "code"),
    "api": Road(lambda asked: _api(asked, lambda q: asked.client.get(f"/api/cases/?{q}")), _all),
    "api with a token": Road(_read_with_token, _all),
    "api by filters": Road(_read_filters, _expect_filters),
    "search in the api": searched(_search_api, "title", "code"),
    "boards": Road(_read_boards, _expect_boards),
    "search at the desk": Road(searched(_search_desk, "address", "summary").read, _at_the_desk),
    "filters at the desk": Road(_read_desk_filters, _expect_desk_filters),
    "exports": Road(_read_exports, _expect_exports),
    "pins at the desk": Road(_read_pins, _expect_pins),
    "my cells": Road(lambda asked: asked.named(asked.page("/my-cells/")), _expect_my_cells),
    "around a new report": Road(_read_around_reports, _expect_around_reports),
    "hand-overs": Road(_read_hand_overs, _expect_hand_overs),
    "notices": Road(_read_notices, _expect_notices),
}

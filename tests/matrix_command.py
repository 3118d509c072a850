"""Who gets what of the commander's page, briefing, counts and joint tasks: a part of the table in `matrix`, in the same city and the same words."""

from collections.abc import Callable
from math import asinh, pi, radians, tan
from typing import Any

from gridmap.accounts.models import User
from gridmap.incidents.models import SavedView
from tests.makers import SIDE, SOUTH, WEST

Asked = tuple[dict[str, Any], dict[str, Any]]

COMMAND_TABLE = """
command-areas       GET    -             parts     | in  404 in  | 404  comm 404  comm sub  city city 404  comm 404  city 404  city
command-areas       GET    p             parts-p   | in  404 in  | 404  comm 404  comm sub  city city 404  comm 404  city 404  city
command-areas       GET    r             parts-r   | in  404 in  | 404  404  404  404  404  city city 404  404  404  city 404  city
command-areas       GET    file          parts-csv | in  404 in  | 404  comm 404  comm sub  city city 404  comm 404  city 404  city
command-areas       POST   -             -         | in  405 in  | 405  405  405  405  405  405  405  405  405  405  405  405  405

command             GET    -             conflicts | in  404 in  | 404  one  404  one  sub  all  all  404  one  404  all  plan all
command             GET    wall          wall      | in  404 in  | 404  one  404  one  sub  all  all  404  one  404  all  plan all
command             GET    unknown       conflicts | in  404 in  | 404  400=one 404  400=one 400=sub 400=all 400=all 404  400=one 404  400=all 400=plan 400=all
command-cube        GET    -             counted   | in  404 in  | 404  comm 404  comm sub  city city 404  comm 404  city plan city
command-cells       GET    -             counted   | in  404 in  | 404  comm 404  comm sub  city city 404  comm 404  city plan city
command-places      GET    any           ground    | in  404 in  | 404  comm 404  comm sub  city city 404  comm 404  city plan city
command-points      GET    -             -         | in  404 in  | 404  400  404  400  400  400  400  404  400  404  400  400  400
command-points      GET    everywhere    cases     | in  404 in  | 404  comm 404  comm sub  city city 404  comm 404  city ok   city
command-outlines    GET    -             outlined  | in  404 in  | 404  one  404  one  one  all  all  404  one  404  all  all  all
command-situation   GET    -             -         | in  404 in  | 404  ok   404  ok   ok   ok   ok   404  ok   404  ok   ok   ok
command-conflicts   GET    -             listed-conf | in  404 in  | 404  one  404  one  one  all  all  404  one  404  all  plan all
command-cube        GET    of-r          counted   | in  404 in  | 404  400  404  400  400  d    d    404  400  404  d    r    d
command             POST   -             -         | in  405 in  | 405  405  405  405  405  405  405  405  405  405  405  405  405
command-cube        POST   -             -         | in  405 in  | 405  405  405  405  405  405  405  405  405  405  405  405  405
command-cells       POST   -             -         | in  405 in  | 405  405  405  405  405  405  405  405  405  405  405  405  405
command-points      POST   -             -         | in  405 in  | 405  405  405  405  405  405  405  405  405  405  405  405  405
command-outlines    POST   -             -         | in  405 in  | 405  405  405  405  405  405  405  405  405  405  405  405  405
command-situation   POST   -             -         | in  405 in  | 405  405  405  405  405  405  405  405  405  405  405  405  405
command-conflicts   POST   -             -         | in  405 in  | 405  405  405  405  405  405  405  405  405  405  405  405  405
command-places      POST   any           -         | in  405 in  | 405  405  405  405  405  405  405  405  405  405  405  405  405

saved-views         GET    -             -         | in  405 in  | 405  405  405  405  405  405  405  405  405  405  405  405  405
saved-views         POST   -             -         | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  404
saved-views         POST   desk          -         | in  404 in  | 404  404  404  sent sent sent sent 404  404  404  sent 404  sent
saved-views         POST   command       -         | in  404 in  | 404  state 404  state state state state 404  state 404  state state state
saved-views         POST   conflicts     -         | in  404 in  | rank rank 404  rank rank rank rank rank rank rank rank rank rank
saved-views         POST   of-r          -         | in  404 in  | 404  404  404  404  404  rank rank 404  404  404  rank rank rank
saved-view-delete   GET    any           -         | in  405 in  | 405  405  405  405  405  405  405  405  405  405  405  405  405
saved-view-delete   POST   any           -         | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  404
saved-view-delete   POST   others        -         | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  404

map-counts          GET    near          -         | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  404
map-counts          GET    no-days       -         | in  400 in  | 400  400  400  400  400  400  400  400  400  400  400  400  400
map-counts          GET    a             -         | in  204 in  | ok   ok   204  ok   ok   ok   ok   204  ok   204  ok   204  ok
map-counts          GET    d             -         | in  204 in  | 204  204  204  204  ok   ok   ok   204  204  204  ok   204  ok
map-counts          POST   a             -         | in  405 in  | 405  405  405  405  405  405  405  405  405  405  405  405  405
map-count-classes   GET    near          -         | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  404
map-count-classes   GET    no-days       -         | in  400 in  | 400  400  400  400  400  400  400  400  400  400  400  400  400
map-count-classes   GET    ever          -         | in  204 in  | ok   ok   204  ok   ok   ok   ok   204  ok   204  ok   204  ok
map-count-classes   POST   near          -         | in  405 in  | 405  405  405  405  405  405  405  405  405  405  405  405  405

briefing            GET    -             brief     | in  404 in  | 404  comm 404  comm sub  city city 404  comm 404  city 404  city
briefing            GET    r             brief-r   | in  404 in  | 404  404  404  404  404  city city 404  404  404  city 404  city
briefing            GET    paper-r       -         | in  404 in  | 404  404  404  404  404  ok   ok   404  404  404  ok   404  ok
briefing            GET    week-53       -         | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  404
briefing            POST   -             -         | in  405 in  | 405  405  405  405  405  405  405  405  405  405  405  405  405

conflict-task       GET    a             task      | in  404 in  | 404  404  404  404  404  404  404  task 404  task 404  404  404
conflict-task       GET    of-d          -         | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  404
conflict-task       POST   done-a        task      | in  404 in  | 404  404  404  404  404  404  404  board 404 board 404 404 404
conflict-task       POST   a             task      | in  404 in  | 404  404  404  404  404  404  404  422=task 404 422=task 404 404 404

notices-read        POST   of-guide      -         | in  404 in  | 404  404  404  404  404  404  404  done 404  404  404  404  404
notices-read        POST   of-officer    -         | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  404

api-counts          GET    -             -         | 401 400 401 | 400  400  400  400  400  400  400  400  400  400  400  400  400
api-counts          GET    ever          counts    | 401 ok  401 | a    ab   a    ab   abc  all  all  ok   ab   ok   all  plan all
api-counts          POST   -             -         | 401 405 401 | 405  405  405  405  405  405  405  405  405  405  405  405  405
"""
EVER = {"since": "2000-01-01", "until": "2099-12-31"}
EVERY_AREA = "area-city area-x area-y area-p area-q area-r"
COMMAND_ANSWERS: dict[str, dict[str, str]] = {
    "wall": {
        "one": "conflict-a staff-officer area-p",
        "sub": "conflict-a staff-officer area-p area-q",
        "all": "conflict-a conflict-d staff-officer area-p area-q area-r",
        "plan": "conflict-a conflict-d",
    },
    # A planner is told of communities, here all of them together.
    "counted": {
        "comm": "area-p cell-a cell-b",
        "sub": "area-p cell-a cell-b area-q cell-c",
        "city": "area-p cell-a cell-b area-q cell-c area-r cell-d",
        "plan": "area-p area-q area-r",
        "d": "area-r cell-d",
        "r": "area-r",
    },
    "ground": {
        "comm": "area-p cell-a cell-b",
        "sub": "area-x area-p cell-a cell-b area-q cell-c",
        "city": f"{EVERY_AREA} cell-a cell-b cell-c cell-d",
        "plan": EVERY_AREA,
    },
    # The way down and the parts: no person is among them.
    "parts": {
        "comm": "area-p cell-a cell-b",
        "sub": "area-x area-p area-q",
        "city": "area-city area-x area-y",
    },
    "parts-p": {
        "comm": "area-p cell-a cell-b",
        "sub": "area-x area-p cell-a cell-b",
        "city": "area-city area-x area-p cell-a cell-b",
    },
    "parts-r": {"city": "area-city area-y area-r cell-d"},
    "parts-csv": {
        "comm": "cell-a cell-b",
        "sub": "area-p area-q",
        "city": "area-x area-y",
    },
    "brief": {
        "comm": "area-p conflict-a staff-officer",
        "sub": "area-p area-q area-x conflict-a staff-officer",
        "city": f"{EVERY_AREA} conflict-a conflict-d staff-officer",
    },
    "brief-r": {"city": f"{EVERY_AREA} conflict-d"},
    "counts": {
        "a": "cell-a",
        "ab": "cell-a cell-b",
        "abc": "cell-a cell-b cell-c",
        "all": "cell-a cell-b cell-c cell-d",
        "plan": "area-p area-q area-r",
    },
    "conf-file": {
        "one": "conflict-a area-p staff-officer",
        "plan": "conflict-a conflict-d area-p area-r",
        "all": "conflict-a conflict-d area-p area-r staff-officer",
    },
    "task": {"task": "conflict-a task-a"},
    # Cases, and for its team and who gave it the task.
    "told": {
        "post": "case-a",
        "cell": "case-a",
        "team": "case-a conflict-a task-a",
        "comm": "case-a case-b",
        "sub": "case-a case-b case-c conflict-a task-a",
        "city": "case-a case-b case-c case-d",
    },
    "outlined": {"one": "conflict-a", "all": "conflict-a conflict-d"},
    "listed-conf": {
        "one": "conflict-a staff-officer",
        "all": "conflict-a conflict-d staff-officer",
        "plan": "conflict-a conflict-d",
    },
}


def overview_of(column: float) -> Callable[[Any], Asked]:
    """The tile of zoom 14 around a place, of all times."""
    lon, lat = WEST + SIDE * column, SOUTH + SIDE * 0.4
    x = int((lon + 180) / 360 * 2**14)
    y = int((1 - asinh(tan(radians(lat))) / pi) / 2 * 2**14)
    return lambda _: ({"z": "14", "x": str(x), "y": str(y)}, EVER)


def _state(page: str, query: str = "") -> Callable[[Any], Asked]:
    return lambda _: ({}, {"page": page, "query": query, "name": "mine"})


def _view_of_others(_: Any) -> Asked:
    """Of somebody who is not among those who ask."""
    owner = User.objects.get(username="rival")
    kept, _new = SavedView.objects.get_or_create(user=owner, name="view-x", query="conflicts?")
    return {"number": kept.pk}, {"page": "conflicts"}


COMMAND_TARGETS: dict[tuple[str, str], Callable[[Any], Asked]] = {
    ("saved-views", "desk"): _state("desk", "tab=all"),
    ("saved-views", "command"): _state("command", "view=cells"),
    ("saved-views", "conflicts"): _state("conflicts", "state=quiet"),
    # An area that is not in scope is refused like one that does not exist.
    ("saved-views", "of-r"): lambda c: _state("conflicts", f"area={c.city.areas['r'].code}")(c),
    ("saved-view-delete", "any"): lambda _: ({"number": 1}, {"page": "conflicts"}),
    ("saved-view-delete", "others"): _view_of_others,
    ("map-counts", "near"): lambda _: ({"z": "15", "x": "0", "y": "0"}, {}),
    ("map-counts", "no-days"): lambda _: ({"z": "14", "x": "0", "y": "0"}, {}),
    ("map-counts", "a"): overview_of(0.5),
    ("map-counts", "d"): overview_of(6.5),
    ("map-count-classes", "near"): lambda _: ({"z": "15"}, {}),
    ("map-count-classes", "no-days"): lambda _: ({"z": "14"}, {}),
    ("map-count-classes", "ever"): lambda _: ({"z": "14"}, EVER),
    ("command", "wall"): lambda _: ({}, {"wall": ""}),
    ("command", "unknown"): lambda _: ({}, {"topic": "nothing"}),
    ("command-cube", "of-r"): lambda c: ({}, {"area": c.city.areas["r"].code}),
    ("command-areas", "p"): lambda c: ({}, {"area": c.city.areas["p"].code}),
    ("command-areas", "r"): lambda c: ({}, {"area": c.city.areas["r"].code}),
    ("command-areas", "file"): lambda _: ({}, {"format": "csv"}),
    ("api-counts", "ever"): lambda _: ({}, {"since": "2020-01-01", "until": "2030-01-01"}),
    ("command-places", "any"): lambda _: ({"version": "1-a-zh"}, {}),
    # The cases of the city happened in July 2026.
    ("command-points", "everywhere"): lambda _: (
        {},
        {"box": "98,39,99,40", "step": "month", "from": "2026-07-01"},
    ),
}

"""“Not modified” is said only of what the one who asks would be shown himself."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.incidents.roads_of_places import EARLY, GEOJSON, TILE
from tests.incidents.roads_to_many import Asked
from tests.incidents.roads_to_one import photo_of

LATER = "Fri, 01 Jan 2100 00:00:00 GMT"
LISTS = (
    "/cases/",
    "/notices/",
    "/my-cells/",
    "/api/cases/",
    "/desk/cases/?tab=any",
    "/desk/pins/?bbox=97,39,100,41",
    GEOJSON,
    TILE,
)
NOT_MODIFIED = 304


@dataclass(frozen=True)
class Kept:
    """What a browser keeps of an answer; `tag` is what it asks with the next time."""

    status: int
    tag: str
    body: bytes


def addresses(asked: Asked) -> Iterator[tuple[str, str]]:
    """Each with the code of the case that it is about; none for what is about many."""
    yield from ((path, "") for path in LISTS)
    for case in asked.cases:
        photo = f"photos/{photo_of(case)}/"
        for part in ("", "around/", photo, f"{photo}?size=small"):
            yield f"/cases/{case.code}/{part}", case.code
        for part in ("", "moves/", photo):
            yield f"/api/cases/{case.code}/{part}", case.code


def ask(asked: Asked, path: str, tag: str = "") -> Kept:
    conditions = {"If-None-Match": tag, "If-Modified-Since": LATER} if tag else {}
    answer: Any = asked.client.get(path, headers=conditions)
    return Kept(answer.status_code, answer.headers.get("ETag", ""), answer.content)


def ask_early(asked: Asked, path: str, tag: str = "") -> Kept:
    status, headers, body = EARLY.ask(asked, path, tag)
    return Kept(int(status[:3]), headers.get("ETag", ""), body)


def faults(first: Asked, others: Iterable[Asked]) -> Iterator[str]:
    """Where somebody is told that what another person was shown still holds."""
    kept = {path: (code, ask(first, path)) for path, code in addresses(first)}
    early = ask_early(first, TILE)
    for other in others:
        who = f"{other.sight.user.username} with what {first.sight.user.username} was shown"
        for path, (code, one) in kept.items():
            is_theirs = not code or code in other.sight.codes()
            for tag in filter(None, {one.tag, "*"}):
                if _holds(ask(other, path, tag)) and not (is_theirs and one == ask(other, path)):
                    yield f"{path} as {who}"
        # Behind Django nothing is kept: that is what this person may see.
        if _holds(ask_early(other, TILE, early.tag)) and early.body != ask(other, TILE).body:
            yield f"{TILE} before Django as {who}"


def _holds(told: Kept) -> bool:
    return told.status == NOT_MODIFIED

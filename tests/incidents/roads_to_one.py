"""Every road to one case: there for who sees it; for everybody else as if there were none."""

import re
from collections.abc import Callable
from typing import Any

from gridmap.incidents.models import Incident
from tests.incidents.roads_to_many import Asked, Road, Words, one_by_one

UNKNOWN = "JYG-20200101-00001"
# Drawn afresh for every answer.
DRAWN = re.compile(r'(?<=name="csrfmiddlewaretoken" value=")\w+|(?<=nonce=")[^"]+')
# The case was found: shown, or asked for what the act needs, or told why it cannot be.
FOUND = {200, 400, 409, 422}
Address = Callable[[Incident, str], str]


def _get(asked: Asked, address: str) -> Any:
    return asked.client.get(address)


def _post(asked: Asked, address: str) -> Any:
    """Without what would be needed: nothing is changed."""
    kind = {"content_type": "application/json"} if address.endswith(("moves/", "steps/")) else {}
    return asked.client.post(address, {}, **kind)


def to_one(address: Address, ask: Callable[[Asked, str], Any] = _get) -> Road:
    """The cases that are there, with everything else that is named beside them."""

    def read(asked: Asked) -> Words:
        found: Words = set()
        for case in asked.cases:
            answer = ask(asked, address(case, case.code))
            if answer.status_code in FOUND:
                found |= {case.code} | _foreign(asked, case, answer)
            elif case.code not in asked.sight.codes():
                unknown = ask(asked, address(case, UNKNOWN))
                found |= _faults(case, answer, unknown)
        return found

    return Road(read, one_by_one)


def _foreign(asked: Asked, case: Incident, answer: Any) -> Words:
    """Cases that are not in sight and are named all the same."""
    if not answer.headers["Content-Type"].startswith(("text/", "application/json")):
        return set()
    named = asked.named(answer.content.decode()) - {case.code} - asked.sight.codes()
    return {f"{case.code} names {other}" for other in named}


def _faults(case: Incident, answer: Any, unknown: Any) -> Words:
    """A refusal is the same as for what is not there, to the byte."""
    if answer.status_code not in (302, 401, 404):
        return {f"{case.code} {answer.status_code}"}
    told = [_plain(one, code) for one, code in ((answer, case.code), (unknown, UNKNOWN))]
    return set() if told[0] == told[1] else {f"{case.code} is refused otherwise: {told}"}


def _plain(answer: Any, code: str) -> tuple[int, dict[str, str], str]:
    """Status, headers and body, without the code that was asked for and without what is drawn."""
    headers = {
        name: DRAWN.sub("", re.sub(r"'nonce-[^']+'", "", value)).replace(code, "")
        for name, value in answer.headers.items()
    }
    body = DRAWN.sub("", answer.content.decode())
    return answer.status_code, headers, body.replace(code, "")


def _placed(road: Road) -> Road:
    """Only what lies somewhere has a map; a case without a place is answered as if there were none."""
    return Road(
        road.read,
        lambda asked: one_by_one(asked) & asked.sight.codes(lambda case: case.geom is not None),
    )


def _seen_or_registered(asked: Asked) -> Words:
    """A photo may be added by who took the report down, too."""
    mine = asked.sight.user.pk if asked.sight.user.is_active else None
    own = {case.code for case in asked.cases if mine and case.registered_by_id == mine}
    return one_by_one(asked) | own


def photo_of(case: Incident) -> str:
    (photo,) = case.photos.all()
    return str(photo.digest)


ROADS_TO_ONE: dict[str, Road] = {
    "page": to_one(lambda _, code: f"/cases/{code}/"),
    "small map": _placed(to_one(lambda _, code: f"/cases/{code}/around/")),
    "form of an act": to_one(lambda _, code: f"/cases/{code}/do/merge/"),
    "act": to_one(lambda _, code: f"/cases/{code}/do/merge/", _post),
    "look at the parties": to_one(lambda _, code: f"/cases/{code}/parties/", _post),
    "photo": to_one(lambda case, code: f"/cases/{code}/photos/{photo_of(case)}/"),
    "small photo": to_one(lambda case, code: f"/cases/{code}/photos/{photo_of(case)}/?size=small"),
    "case in the api": to_one(lambda _, code: f"/api/cases/{code}/"),
    "moves in the api": to_one(lambda _, code: f"/api/cases/{code}/moves/"),
    "move in the api": to_one(lambda _, code: f"/api/cases/{code}/moves/", _post),
    "step in the api": to_one(lambda _, code: f"/api/cases/{code}/steps/", _post),
    "photo in the api": to_one(lambda case, code: f"/api/cases/{code}/photos/{photo_of(case)}/"),
    "new photo in the api": Road(
        to_one(lambda _, code: f"/api/cases/{code}/photos/", _post).read, _seen_or_registered
    ),
}

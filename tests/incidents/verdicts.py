"""What must hold after whatever anybody did to the cases, and what is looked at to say so."""

from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any

from django.db import connection

from gridmap.accounts.models import User
from gridmap.incidents.states import ENDS, OPEN, TRANSITIONS, State
from tests.incidents.levels import faults_of_level

PAIRS = {(str(source), str(target)) for source, target in TRANSITIONS}


@dataclass
class Seen:
    """What there is of the cases after an action: rows, and the records and log entries of that action."""

    cases: dict[int, dict[str, Any]] = field(default_factory=dict)
    moves: list[dict[str, Any]] = field(default_factory=list)
    entries: list[dict[str, Any]] = field(default_factory=list)


# Runs as the owner, who alone may read the log; `written` is another one after every write on a case.
SEEN = """
CREATE FUNCTION tests_seen(first bigint, moves bigint, entries bigint) RETURNS json
LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
BEGIN RETURN json_build_object(
    'cases', (SELECT json_agg(row) FROM (
        SELECT id, ctid::text AS written, code, state, is_open, cell_id, area_id, lead_team_id, raised_to_id, unrouted_reason, due_at, contact_due_at,
               is_dispute, step, round, is_visited, no_visit_reason, outcome, version,
               EXISTS (SELECT FROM incidents_steprecord AS taken WHERE taken.incident_id = incident.id
                       AND taken.round = incident.round AND taken.step = 'settle') AS is_settled,
               EXISTS (SELECT FROM incidents_visit AS visit WHERE visit.incident_id = incident.id
                       AND visit.round = incident.round) AS was_visited,
               (SELECT coalesce(json_agg(guideteam_id), '[]') FROM incidents_incident_assisting_teams AS assisting
                WHERE assisting.incident_id = incident.id) AS assisting
        FROM incidents_incident AS incident WHERE id >= first) AS row),
    'moves', (SELECT json_agg(row ORDER BY row.id) FROM (
        SELECT id, incident_id, name, from_state, to_state, by_id, area_id FROM incidents_moverecord
        WHERE id > moves) AS row),
    'entries', (SELECT json_agg(row ORDER BY row.id) FROM (
        SELECT id, actor, rows FROM incidents_logentry
        WHERE id > entries AND "table" = 'incidents_incident') AS row));
END $$
"""


def look(first: int, moves: int, entries: int) -> Seen:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tests_seen(%s, %s, %s)", [first, moves, entries])
        found = cursor.fetchone()[0]
    cases = {case["id"]: case for case in found["cases"] or ()}
    return Seen(cases, found["moves"] or [], found["entries"] or [])


def faults_of(
    before: dict[int, dict[str, Any]], now: Seen, by: User | None, day: date
) -> list[str]:
    """What must never be, in words."""
    actors = {entry["actor"] for entry in now.entries} | {move["by_id"] for move in now.moves}
    found = [f"{actor} is said to have done it" for actor in actors if by and actor != by.pk]
    for pk, case in now.cases.items():
        old = before.get(pk)
        found += [f"{case['code']}: {words}" for words in _faults_of_row(case)]
        if old is None:
            if case["state"] != State.REGISTERED:
                found.append(f"{case['code']} began as {case['state']}")
        else:
            own = [move for move in now.moves if move["incident_id"] == pk]
            found += faults_of_level(old, case, own, day)
            if old["state"] != case["state"]:
                found += _unexplained(old, case, now)
    return found


def _faults_of_row(case: dict[str, Any]) -> list[str]:
    state = State(case["state"])
    found = []
    if case["is_open"] != (state not in ENDS):
        found.append(f"{state} and open is {case['is_open']}")
    if state in OPEN and not case["cell_id"] and not case["unrouted_reason"]:
        found.append("open without an owner")
    if not case["due_at"] or not case["contact_due_at"]:
        found.append("no clock")
    if state in {State.HANDLED, State.CHECKED, State.VISITED, State.CLOSED}:
        if case["is_dispute"] and not case["is_settled"]:
            found.append(f"{state} without a record of the fifth step")
        if not case["outcome"]:
            found.append(f"{state} without an outcome")
    if case["is_visited"] and not case["was_visited"]:
        found.append("visited without a record")
    if state is State.VISITED and not case["is_visited"]:
        found.append("in the state of a visit without one")
    if state is State.CLOSED and not case["is_visited"] and not case["no_visit_reason"]:
        found.append("closed without a visit or a reason")
    return found


def _unexplained(old: dict[str, Any], case: dict[str, Any], now: Seen) -> list[str]:
    """A change of state is a chain of allowed moves; the log saw it whoever made it."""
    moves = [
        move
        for move in now.moves
        if move["incident_id"] == case["id"] and move["to_state"] != move["from_state"]
    ]
    chain = (
        [old["state"], *(move["to_state"] for move in moves)]
        if moves
        else [old["state"], case["state"]]
    )
    found = [
        f"{case['code']} went from {a} to {b}" for a, b in pairwise(chain) if (a, b) not in PAIRS
    ]
    if chain[-1] != case["state"] or any(
        move["from_state"] != a for move, a in zip(moves, chain, strict=False)
    ):
        found.append(f"{case['code']} is {case['state']}, its records say {chain}")
    images = [
        image for entry in now.entries for image in entry["rows"] or () if image["id"] == case["id"]
    ]
    if not images or images[-1]["state"] != case["state"]:
        found.append(f"{case['code']} became {case['state']}, and the log does not say so")
    return found

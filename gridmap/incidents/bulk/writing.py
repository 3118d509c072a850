"""The rows of many cases into their tables: a handful of statements, whatever their number."""

import io
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings
from django.db import connection, models

from geodata.models import STORED
from geodata.times import Moments, to_local
from gridmap.incidents.bulk import binary
from gridmap.incidents.bulk.judging import Values
from gridmap.incidents.bulk.keys import RowKeys
from gridmap.incidents.bulk.owners import ZONE, Owners
from gridmap.incidents.bulk.places import NONE, Ids, Places
from gridmap.incidents.models import Incident, MoveRecord, Report
from gridmap.incidents.states import ENDS, State

NUMBERS = """
INSERT INTO incidents_casenumber AS counted (day, last)
SELECT day, count FROM unnest(%s::date[], %s::integer[]) AS wanted (day, count) ORDER BY day
ON CONFLICT (day) DO UPDATE SET last = counted.last + excluded.last
RETURNING day, last
"""
ASSIST = """
INSERT INTO incidents_incident_assisting_teams (incident_id, guideteam_id)
SELECT written.incident_id, assisting.guideteam_id
FROM unnest(%s::bigint[], %s::bigint[]) AS written (incident_id, rule_id)
JOIN incidents_routingrule_assisting_teams AS assisting ON assisting.routingrule_id = written.rule_id
"""
ASSISTING_RULES = "SELECT DISTINCT routingrule_id FROM incidents_routingrule_assisting_teams"
NEXT_IDS = (
    "SELECT nextval(pg_get_serial_sequence('incidents_incident', 'id')) FROM generate_series(1, %s)"
)
# What a case in one of these states has behind it.
ACCEPTED = frozenset(State) - {State.REGISTERED, State.DECLINED, State.WITHDRAWN}
RESOLVED = frozenset({State.HANDLED, State.CHECKED, State.VISITED, State.CLOSED})
WITH_REASON = frozenset({State.DECLINED, State.WITHDRAWN, State.RETURNED, State.REOPENED})
READ_AT_ONCE = 1 << 20
NEVER = np.datetime64("NaT", "us")
CENTRE_DIGITS = 5


@dataclass(frozen=True)
class Cases:
    """Everything about the cases that are to be written, one element a case in every array."""

    values: Values
    keys: RowKeys
    places: Places
    owners: Owners
    titles: pa.StringArray
    topic_ids: Ids
    is_dispute: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Origin:
    """Where the cases come from and when: the file, its coordinate system, the moment."""

    file: str
    datum: str
    reason: str
    at: np.datetime64


def write_cases(cases: Cases, origin: Origin) -> list[int]:
    """Write cases, their reports and the record of the import, inside a transaction of the caller; their ids."""
    rows = len(cases.values)
    if not rows:
        return []
    codes = _codes(cases.values.times["registered_at"])
    with connection.cursor() as cursor:
        cursor.execute(NEXT_IDS, [rows])
        ids = np.array([number for (number,) in cursor.fetchall()], np.int64)
    copy_into(Incident, _incidents(cases, origin, ids, codes), rows)
    copy_into(Report, _reports(cases, ids, codes), rows)
    copy_into(MoveRecord, _moves(cases, origin, ids), rows)
    _assist(ids, cases.owners.rule)
    return [int(number) for number in ids]


def copy_into(model: type[models.Model], columns: Mapping[str, binary.Column], rows: int) -> None:
    """One COPY into the table of a model."""
    names = ", ".join(connection.ops.quote_name(name) for name in columns)
    statement = f"COPY {model._meta.db_table} ({names}) FROM STDIN BINARY"
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(statement, io.BytesIO(binary.copy_data(columns, rows)), READ_AT_ONCE)


def _codes(registered_at: Moments) -> pa.StringArray:
    """The next numbers of each day, in the order of the rows."""
    days = to_local(registered_at, ZONE).astype("datetime64[D]")
    known, of_row, counts = np.unique(days, return_inverse=True, return_counts=True)
    with connection.cursor() as cursor:
        cursor.execute(NUMBERS, [known.tolist(), counts.tolist()])
        last = {np.datetime64(day): number for day, number in cursor.fetchall()}
    before = np.array([last[day] for day in known]) - counts
    order = np.argsort(of_row, kind="stable")
    numbers = np.empty(len(days), np.int64)
    numbers[order] = np.arange(len(days)) - np.repeat(np.cumsum(counts) - counts, counts)
    numbers += before[of_row] + 1
    heads = pa.array(
        [f"{settings.CITY.case_prefix}-{day.replace('-', '')}" for day in known.astype(str)]
    )
    padded = pc.utf8_lpad(pc.cast(pa.array(numbers), pa.string()), CENTRE_DIGITS, "0")
    return pc.binary_join_element_wise(heads.take(pa.array(of_row)), padded, "-")


def _incidents(
    cases: Cases, origin: Origin, ids: Ids, codes: pa.StringArray
) -> dict[str, binary.Column]:
    values, places, owners = cases.values, cases.places, cases.owners
    states = np.asarray(values.texts["state"].to_numpy(zero_copy_only=False))
    texts = values.texts
    rows = len(ids)
    return {
        "id": binary.whole(ids, 8),
        "topic_id": binary.whole(cases.topic_ids, 8),
        "is_dispute": binary.flag(cases.is_dispute),
        "area_id": binary.whole(owners.area, 8),
        "geom": binary.point(values.lon, values.lat, STORED),
        "occurred_at": binary.moment(values.times["occurred_at"]),
        "registered_at": binary.moment(values.times["registered_at"]),
        "contact_due_at": binary.moment(owners.contact_due_at),
        "due_at": binary.moment(owners.due_at),
        **_progress(states, values.times, origin),
        "round": binary.whole(np.ones(rows), 2),
        "version": binary.whole(np.ones(rows), 4),
        "hearts": binary.no_texts(rows),
        **{name: binary.flag(np.zeros(rows)) for name in ("is_visited", "is_unhappy")},
        "is_imported": binary.flag(np.ones(rows)),
        "cell_id": binary.whole(places.cell, 8, NONE),
        "cell_as_reported_id": binary.whole(places.version, 8, NONE),
        "building_id": binary.whole(places.building, 8, NONE),
        "post_id": binary.whole(places.post, 8, NONE),
        "rule_id": binary.whole(owners.rule, 8, NONE),
        "lead_team_id": binary.whole(owners.lead_team, 8, NONE),
        "unit_id": binary.whole(owners.unit, 8, NONE),
        "location_accuracy_m": binary.real(values.numbers["accuracy_m"]),
        "people_involved": _people(values.numbers["people_involved"]),
        "amount_cny": binary.money(values.numbers["amount_cny"]),
        "code": binary.text(codes),
        "title": binary.text(cases.titles),
        "summary": binary.text(texts["words"]),
        "unrouted_reason": binary.text(pa.array(owners.unrouted_reason, pa.string())),
        "location_datum": binary.text(pa.repeat(origin.datum, rows)),
        "outcome": binary.text(_only(texts["outcome"], _is_in(states, RESOLVED))),
        "state_reason": binary.text(
            _only(pa.repeat(origin.reason, rows), _is_in(states, WITH_REASON))
        ),
        **{name: binary.text(texts[name]) for name in SAME_NAME},
        **{
            name: binary.text(pa.repeat("", rows))
            for name in ("step", "no_visit_reason", "explanation")
        },
    }


SAME_NAME = (
    "source", "scale", "risk_level", "urgency", "state", "organisations_involved", "address", "unit_no", "floor_no",
    "room_no", "resolution_text",
)  # fmt: skip


def _progress(
    states: npt.NDArray[np.str_], times: Mapping[str, Moments], origin: Origin
) -> dict[str, binary.Column]:
    """What the state says of the times behind it."""
    registered, closed = times["registered_at"], times["closed_at"]
    is_closed = states == State.CLOSED
    resolved = np.where(_is_in(states, RESOLVED), closed, NEVER)
    return {
        # Since when what is open has been in its state no file says.
        "state_since": binary.moment(np.where(_is_in(states, ENDS), closed, origin.at)),
        "accepted_at": binary.moment(np.where(_is_in(states, ACCEPTED), registered, NEVER)),
        "resolved_at": binary.moment(resolved),
        "closed_at": binary.moment(np.where(is_closed, closed, NEVER)),
    }


def _reports(cases: Cases, ids: Ids, codes: pa.StringArray) -> dict[str, binary.Column]:
    values = cases.values
    return {
        "key": binary.raw(cases.keys.keys),
        "digest": binary.raw(cases.keys.digests),
        "incident_id": binary.whole(ids, 8),
        "geom": binary.point(values.lon, values.lat, STORED),
        "reported_at": binary.moment(values.times["occurred_at"]),
        "received_at": binary.moment(values.times["registered_at"]),
        "registered_as": binary.text(codes),
        **{
            name: binary.text(values.texts[name])
            for name in ("source", "channel_reference", "words", "address")
        },
    }


def _moves(cases: Cases, origin: Origin, ids: Ids) -> dict[str, binary.Column]:
    rows = len(ids)
    numbers = pc.cast(pa.array(cases.values.rows), pa.string())
    return {
        "incident_id": binary.whole(ids, 8),
        "at": binary.moment(np.full(rows, origin.at)),
        "name": binary.text(pa.repeat("import", rows)),
        "from_state": binary.text(pa.repeat("", rows)),
        "to_state": binary.text(cases.values.texts["state"]),
        # The row that it comes from.
        "note": binary.text(
            pc.binary_join_element_wise(pa.repeat(origin.file, rows), numbers, ":")
        ),
    }


def _assist(ids: Ids, rule: Ids) -> None:
    with connection.cursor() as cursor:
        cursor.execute(ASSISTING_RULES)
        assisted = np.isin(rule, [number for (number,) in cursor.fetchall()])
        if assisted.any():
            cursor.execute(ASSIST, [ids[assisted].tolist(), rule[assisted].tolist()])


def _people(values: npt.NDArray[np.float64]) -> binary.Column:
    return binary.whole(np.where(np.isnan(values), NONE, values).astype(np.int64), 4, NONE)


def _is_in(states: npt.NDArray[np.str_], wanted: frozenset[State]) -> npt.NDArray[np.bool_]:
    return np.isin(states.astype(str), sorted(state.value for state in wanted))


def _only(texts: pa.StringArray, where: npt.NDArray[np.bool_]) -> pa.StringArray:
    """The texts there, and nothing elsewhere."""
    return pc.if_else(pa.array(where), texts, "")

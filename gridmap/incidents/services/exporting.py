"""Cases into a file: those in a person's scope, parties only by right and with a reason, all of it written down."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from django.db import transaction
from django.db.models import F, FloatField, Func, OuterRef, Subquery
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _noop

from geodata.exporting import ExportRefused, export, unknown_ending, whole
from geodata.models import STORED
from geodata.querysets import BEIJING
from gridmap.accounts.models import Role, User
from gridmap.accounts.scope import Scope, act_as, scope
from gridmap.incidents.bulk.fields import CHOICES, LABELS
from gridmap.incidents.bulk.sheets import MOST_ROWS, write_csv, write_xlsx
from gridmap.incidents.models import Export, Party, PartyLook, Report, Topic
from gridmap.incidents.querysets import IncidentQuerySet

# Whoever answers for an area may take its parties out; others look at one case at a time.
MAY_TAKE_PARTIES = frozenset({Role.COMMUNITY_OFFICER, Role.DISTRICT_COMMANDER, Role.CITY_ADMIN})
# A column of the file and where it is in the tables.
COLUMNS: dict[str, str] = {
    "code": "code",
    "title": "title",
    "topic": "topic__code",
    "source": "source",
    "channel_reference": "reference",
    "urgency": "urgency",
    "scale": "scale",
    "risk_level": "risk_level",
    "state": "state",
    "outcome": "outcome",
    "occurred_at": "occurred_at",
    "registered_at": "registered_at",
    "closed_at": "closed_at",
    "due_at": "due_at",
    "lon": "lon",
    "lat": "lat",
    "accuracy_m": "location_accuracy_m",
    "area": "area__code",
    "cell": "cell__code",
    "building": "building__code",
    "address": "address",
    "unit_no": "unit_no",
    "floor_no": "floor_no",
    "room_no": "room_no",
    "lead_team": "lead_team__name",
    "people_involved": "people_involved",
    "amount_cny": "amount_cny",
    "organisations_involved": "organisations_involved",
    "words": "summary",
    "resolution_text": "resolution_text",
}
HEADS: dict[str, str] = {
    **LABELS,
    "code": _noop("编号"),
    "due_at": _noop("化解时限"),
    "area": _noop("区域代码"),
    "cell": _noop("网格代码"),
    "building": _noop("楼栋代码"),
    "lead_team": _noop("牵头队伍"),
    "parties": _noop("当事人"),
}
TIMES = ("occurred_at", "registered_at", "closed_at", "due_at")
AT_ONCE = 5000
LAYER = "incidents"
OFFICE: dict[str, Callable[[Path, Sequence[str], Iterator[Sequence[Any]]], None]] = {
    ".csv": write_csv,
    ".xlsx": write_xlsx,
}
MAPS = (".gpkg", ".parquet")
Row = dict[str, Any]


def may_take_parties(held: Scope) -> bool:
    return bool(held.roles & MAY_TAKE_PARTIES)


def export_incidents(
    *,
    cases: IncidentQuerySet,
    by: User,
    at: datetime,
    path: Path,
    filters: Mapping[str, str],
    parties_reason: str = "",
) -> Export:
    """Write those of the cases that a person may see to a file; the ending of its name says the format.

    `filters` is what was asked for, in the person's words; `parties_reason` one of `PartyLook.Reason`, or
    empty for a file without persons.

    Raises
    ------
    ExportRefused
        No case to export, no right to parties, an unknown ending, more rows than a sheet holds.
    """
    held = scope(by)
    form = path.suffix.lower()
    if form not in (*OFFICE, *MAPS):
        raise unknown_ending(path, (*OFFICE, *MAPS))
    if parties_reason and not may_take_parties(held):
        raise ExportRefused(_("带当事人的导出，只有负责一个区域的人可以做。"))
    with whole(path) as draft, transaction.atomic():
        # Row-level security lets through the parties of this person's cases only.
        act_as(by)
        chosen = cases.visible_to(held).order_by("registered_at", "pk")
        count = chosen.count()
        if not count:
            raise ExportRefused(_("没有可导出的案件。"))
        if form == ".xlsx" and count >= MOST_ROWS:
            raise ExportRefused(_("一张表放不下 {count} 件，请导出 CSV。").format(count=count))
        rows = _rows(chosen, _Parties(by, at, parties_reason) if parties_reason else None)
        if form in OFFICE:
            _write_office(OFFICE[form], draft, rows, with_parties=bool(parties_reason))
        else:
            export(_frame(rows), draft, layer=LAYER)
        return Export.objects.create(
            user=by,
            at=at,
            form=form.removeprefix("."),
            count=count,
            filters=dict(filters),
            parties_reason=parties_reason,
        )


class _Parties:
    """The parties of cases as one text each; who had them shown is written down for every case."""

    def __init__(self, by: User, at: datetime, reason: str) -> None:
        self._look = {"user": by, "at": at, "reason": reason}

    def of(self, incidents: Sequence[int]) -> dict[int, str]:
        found: dict[int, list[str]] = {}
        for party in Party.objects.filter(incident__in=incidents).order_by("pk"):
            words = (party.get_role_display(), party.name, party.phone, party.address)
            found.setdefault(party.incident_id, []).append(" ".join(filter(None, words)))
        PartyLook.objects.bulk_create(
            PartyLook(incident_id=incident, **self._look) for incident in sorted(found)
        )
        return {incident: "；".join(texts) for incident, texts in found.items()}


def _rows(chosen: IncidentQuerySet, parties: _Parties | None) -> Iterator[Row]:
    first = Report.objects.filter(incident=OuterRef("pk")).order_by("pk")
    values = chosen.annotate(
        lon=Func(F("geom"), function="ST_X", output_field=FloatField()),
        lat=Func(F("geom"), function="ST_Y", output_field=FloatField()),
        reference=Subquery(first.values("channel_reference")[:1]),
    ).values_list("pk", *COLUMNS.values())
    left = values.iterator(chunk_size=AT_ONCE)
    while some := list(islice(left, AT_ONCE)):
        named = parties.of([pk for pk, *_rest in some]) if parties else {}
        for pk, *row in some:
            texts = {"parties": named.get(pk, "")} if parties else {}
            yield {**dict(zip(COLUMNS, row, strict=True)), **texts}


def _write_office(
    write: Callable[[Path, Sequence[str], Iterator[Sequence[Any]]], None],
    path: Path,
    rows: Iterator[Row],
    *,
    with_parties: bool,
) -> None:
    """In the words of the person's language."""
    columns = [*COLUMNS, *(["parties"] if with_parties else [])]
    labels = {
        name: {code: _(text) for code, text in table.items()} for name, table in CHOICES.items()
    }
    labels["topic"] = _names_of_topics()
    write(path, [_(HEADS[name]) for name in columns], (_worded(row, labels) for row in rows))


def _worded(row: Row, labels: Mapping[str, Mapping[str, str]]) -> list[Any]:
    worded = {name: table.get(row[name], row[name]) for name, table in labels.items()}
    # Spreadsheets know no zones.
    local = {
        name: row[name] and row[name].astimezone(BEIJING).replace(tzinfo=None) for name in TIMES
    }
    return list({**row, **worded, **local}.values())


def _names_of_topics() -> dict[str, str]:
    column = "name_en" if get_language() == "en" else "name"
    return dict(Topic.objects.values_list("code", column))


def _frame(rows: Iterator[Row]) -> gpd.GeoDataFrame:
    table = pd.DataFrame(rows)
    for name in TIMES:
        table[name] = pd.to_datetime(table[name], utc=True)
    for name in ("accuracy_m", "amount_cny"):
        table[name] = table[name].astype(float)
    table["people_involved"] = table["people_involved"].astype("Int64")
    points = gpd.points_from_xy(table.pop("lon"), table.pop("lat"))
    points = np.where(shapely.is_empty(points), None, points)
    return gpd.GeoDataFrame(table, geometry=points, crs=STORED)

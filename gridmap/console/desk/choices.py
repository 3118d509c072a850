"""What may be chosen on a board: the areas in scope, the tables of the city, the own views. One statement."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from gridmap.accounts.scope import Scope
from gridmap.console.desk.filters import Fault, Filters, unknown
from gridmap.console.queries import name_language, one_row, shown_name

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Choices:
    """Rows with `id`, `code`, `name` and `lang` (of a name that is not in the reader's language)."""

    areas: list[dict[str, Any]]
    topics: list[dict[str, Any]]
    teams: list[dict[str, Any]]
    units: list[dict[str, Any]]
    views: list[dict[str, Any]]
    # West, south, east, north of where most cells in scope lie.
    bounds: list[float] | None

    @cached_property
    def tops(self) -> list[dict[str, Any]]:
        """The areas in scope that lie under no other one in scope."""
        known = {area["id"] for area in self.areas}
        return [area for area in self.areas if area["parent"] not in known]

    def known(self, kind: str) -> Collection[str]:
        """The values that a filter of this kind may have."""
        if kind == "team":
            return {str(team["id"]) for team in self.teams}
        return {row["code"] for row in {"area": self.areas, "topic": self.topics}[kind]}

    def faults(self, filters: Filters) -> list[Fault]:
        return [
            fault
            for kind in ("area", "topic", "team")
            for fault in unknown(filters, kind, self.known(kind))
        ]

    def understood(self, filters: Filters) -> dict[str, tuple[str, ...]]:
        """The filters of the kinds that are looked up here, without the values that nobody knows."""
        return {
            kind: tuple(value for value in getattr(filters, kind) if value in self.known(kind))
            for kind in ("area", "topic", "team")
        }

    def with_all_below(self, codes: Collection[str]) -> set[int]:
        """The ids of these areas and of all areas in scope below them."""
        found = {area["id"] for area in self.areas if area["code"] in codes}
        while True:
            more = {area["id"] for area in self.areas if area["parent"] in found} - found
            if not more:
                return found
            found |= more


def read_choices(scope: Scope, *, english: bool) -> Choices:
    row = one_row(CHOICES, {"areas": scope.areas()}, english=english, user=scope.user_id)
    return Choices(*(json.loads(column) for column in row or ()))


def _named(table: str) -> str:
    return f"'name', {shown_name(table)}, 'lang', {name_language(table)}"


CHOICES = f"""
SELECT
    (SELECT coalesce(json_agg(json_build_object(
        'id', id, 'code', code, 'parent', parent_id, 'kind', kind, {_named("area")}) ORDER BY code), '[]')
     FROM geodata_area AS area WHERE id IN ({{areas}}))::text,
    (SELECT coalesce(json_agg(json_build_object(
        'id', id, 'code', code, {_named("topic")}) ORDER BY position, id), '[]')
     FROM incidents_topic AS topic)::text,
    (SELECT coalesce(json_agg(json_build_object('id', id, {_named("team")}) ORDER BY id), '[]')
     FROM accounts_guideteam AS team)::text,
    (SELECT coalesce(json_agg(json_build_object('id', id, {_named("unit")}) ORDER BY id), '[]')
     FROM incidents_unit AS unit)::text,
    (SELECT coalesce(json_agg(json_build_object('id', id, 'name', name, 'query', query) ORDER BY name, id), '[]')
     FROM incidents_savedview AS view WHERE user_id = %(user)s)::text,
    -- A city is mostly desert: the eight tenths of the cells that lie inside.
    (SELECT CASE WHEN count(*) > 0 THEN json_build_array(
        percentile_disc(0.1) WITHIN GROUP (ORDER BY ST_XMin(version.geom)),
        percentile_disc(0.1) WITHIN GROUP (ORDER BY ST_YMin(version.geom)),
        percentile_disc(0.9) WITHIN GROUP (ORDER BY ST_XMax(version.geom)),
        percentile_disc(0.9) WITHIN GROUP (ORDER BY ST_YMax(version.geom))) ELSE 'null' END
     FROM geodata_cellversion AS version JOIN geodata_cell AS cell ON cell.id = version.cell_id
     WHERE version.valid_to IS NULL AND cell.community_id IN ({{areas}}))::text
"""  # noqa: S608 - constants of this module

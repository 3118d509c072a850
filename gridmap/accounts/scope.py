"""Who may see what: one function for map, list, tile, export and notebook."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from hashlib import sha256
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from geodata.models import Area, Building, Cell, LeaderPost
from geodata.querysets import BEIJING
from gridmap.accounts.models import Appointment, Role, User

# A planner works on places and topics, never on persons.
WITHOUT_PEOPLE = frozenset({Role.PLANNER.value})
# Whom those who hold a cell or post in a community must be able to call.
COMMUNITY_STAFF = (Role.GRID_LEADER, Role.COMMUNITY_OFFICER, Role.MEDIATOR)


@dataclass(frozen=True)
class Scope:
    """The places that a person answers for on a day, stand-ins included.

    `role_areas` keeps apart in which role an area is held: who mediates in one community and leads a
    cell of another leads nothing in the first.
    """

    user_id: int | None
    day: date
    roles: frozenset[str] = frozenset()
    area_ids: frozenset[int] = frozenset()
    cell_ids: frozenset[int] = frozenset()
    post_ids: frozenset[int] = frozenset()
    team_ids: frozenset[int] = frozenset()
    role_areas: Mapping[str, frozenset[int]] = field(default_factory=dict, hash=False)

    def areas_of(self, roles: Collection[str]) -> frozenset[int]:
        """The ids of the areas that are held in one of these roles."""
        return frozenset().union(*(self.role_areas.get(role, ()) for role in roles))

    @property
    def is_empty(self) -> bool:
        """Nothing is entrusted to this person today."""
        return not self.roles

    @property
    def sees_people(self) -> bool:
        return bool(self.roles - WITHOUT_PEOPLE)

    @cached_property
    def digest(self) -> str:
        """The same for two people who see the same, so that they share cached bytes."""
        parts = (self.roles, self.cell_ids, self.post_ids, self.team_ids)
        areas = sorted((role, sorted(ids)) for role, ids in self.role_areas.items())
        text = repr([[sorted(part) for part in parts], areas])
        return sha256(text.encode()).hexdigest()[:16]

    @property
    def by_name(self) -> "Scope":
        """What is held as a cell or post itself, without the areas and teams that are held besides."""
        nothing: frozenset[int] = frozenset()
        return replace(self, area_ids=nothing, team_ids=nothing, role_areas={})

    def only_as(self, roles: Collection[str]) -> "Scope":
        """The areas that are held in these roles, without cells, posts and teams."""
        held = {role: ids for role, ids in self.role_areas.items() if role in roles}
        nothing: frozenset[int] = frozenset()
        return replace(
            self,
            roles=frozenset(held),
            area_ids=nothing.union(*held.values()),
            cell_ids=nothing,
            post_ids=nothing,
            team_ids=nothing,
            role_areas=held,
        )

    def within(self, areas: Collection[int]) -> "Scope":
        """The same over some of its areas only."""
        held = {role: ids.intersection(areas) for role, ids in self.role_areas.items()}
        return replace(self, area_ids=self.area_ids.intersection(areas), role_areas=held)

    def areas(self) -> QuerySet[Area]:
        return Area.objects.filter(pk__in=self.area_ids)

    def cells(self) -> QuerySet[Cell]:
        """Cells entrusted, cells of entrusted areas, and the cell around an entrusted post."""
        return Cell.objects.filter(self._own_cells() | Q(pk__in=self._cells_around_posts()))

    def posts(self) -> QuerySet[LeaderPost]:
        return LeaderPost.objects.filter(self._own_cells("cell__") | Q(pk__in=self.post_ids))

    def buildings(self) -> QuerySet[Building]:
        """Buildings of entrusted areas and posts, and those that stand in an entrusted cell."""
        condition = Q(community__in=self.area_ids)
        if self.post_ids:
            posts = LeaderPost.buildings.through.objects.filter(leaderpost__in=self.post_ids)
            condition |= Q(pk__in=posts.values("building"))
        if self.cell_ids:
            condition |= Q(pk__in=RawSQL(STANDING_IN_CELLS, [sorted(self.cell_ids)]))  # noqa: S611 - constant
        return Building.objects.filter(condition)

    def appointments(self) -> QuerySet[Appointment]:
        """Who answers, today, for the places in scope, in its teams, and for the communities above.

        An area that is held as a planner's only adds nobody, whatever else the person holds.
        """
        own = self._without_planning()
        return Appointment.objects.valid_on(self.day).filter(
            Q(area__in=own.area_ids)
            | Q(area__in=own._communities_above(), role__in=COMMUNITY_STAFF)
            | Q(cell__in=own.cells().values("pk"))
            | Q(post__in=own.posts().values("pk"))
            | Q(guide_team__in=own.team_ids),
            user__is_active=True,
        )

    def people(self) -> QuerySet[User]:
        """Those of `appointments`, with their telephones; nobody for a planner."""
        if not self.sees_people:
            return User.objects.none()
        held = self.appointments()
        stood_in = held.filter(stand_in_from__lte=self.day, stand_in_to__gt=self.day)
        return User.objects.filter(
            Q(pk__in=held.values("user")) | Q(pk__in=stood_in.values("stand_in")), is_active=True
        )

    def _without_planning(self) -> "Scope":
        with_people = self.areas_of(self.role_areas.keys() - WITHOUT_PEOPLE)
        return replace(self, area_ids=self.area_ids & with_people)

    def _communities_above(self) -> QuerySet[Cell, int]:
        """The communities of the cells and posts entrusted by themselves; they are not in scope."""
        by_name = Q(pk__in=self.cell_ids) | Q(pk__in=self._cells_around_posts())
        return Cell.objects.filter(by_name).values_list("community", flat=True)

    def _cells_around_posts(self) -> QuerySet[LeaderPost, int]:
        return LeaderPost.objects.filter(pk__in=self.post_ids).values_list("cell", flat=True)

    def _own_cells(self, prefix: str = "") -> Q:
        return Q(**{f"{prefix}pk__in": self.cell_ids}) | Q(
            **{f"{prefix}community__in": self.area_ids}
        )


def scope(user: User | AnonymousUser, on: date | None = None) -> Scope:
    """What a person may see today, or on a day; nothing for who is not signed in or disabled.

    Today's scope comes with the request's own statement (`tickets`) and costs nothing here.
    """
    known: Scope | None = vars(user).get("scope")
    if known is not None and on in {None, known.day}:
        return known
    day = on or today()
    if not isinstance(user, User) or not user.is_active:
        return Scope(user_id=None, day=day)
    with connection.cursor() as cursor:
        cursor.execute(SCOPE_OF_USER, {"user": user.pk, "day": day})
        return scope_from(user.pk, day, cursor.fetchone())


def act_as(user: User, on: date | None = None) -> None:
    """Tell the database who acts, until the transaction ends; a request has done so already."""
    with connection.cursor() as cursor:
        cursor.execute(ACT_AS, {"user": user.pk, "day": on or today()})


def today() -> date:
    return timezone.localdate(timezone=BEIJING)


def scope_from(user_id: int, day: date, row: Iterable[Any]) -> Scope:
    """The scope that the columns `SCOPE_COLUMNS` describe."""
    roles, areas, *others = row
    role_areas = {role: frozenset(ids) for role, ids in (areas or {}).items()}
    cells, posts, teams = (frozenset(ids or ()) for ids in others)
    area_ids = frozenset().union(*role_areas.values())
    return Scope(user_id, day, frozenset(roles or ()), area_ids, cells, posts, teams, role_areas)


# The cells come first, because the planner would else try every building of the city.
STANDING_IN_CELLS = """
SELECT building.id
FROM geodata_cellversion AS version
JOIN geodata_building AS building
  ON building.geom && version.geom
 AND ST_Intersects(version.geom, ST_PointOnSurface(building.geom))
WHERE version.cell_id = ANY(%s) AND version.valid_to IS NULL
"""

# `asked` (a common table expression of one row) names the person; %(day)s the day in Beijing.
HELD = """
held AS (
    SELECT appointment.role, appointment.area_id, appointment.cell_id, appointment.post_id,
           appointment.guide_team_id
    FROM asked JOIN accounts_appointment AS appointment
      ON appointment.user_id = asked.id
      OR (appointment.stand_in_id = asked.id
          AND appointment.stand_in_from <= %(day)s AND appointment.stand_in_to > %(day)s)
    WHERE appointment.begins_on <= %(day)s
      AND (appointment.ends_on > %(day)s OR appointment.ends_on IS NULL)
),
tree AS (
    SELECT held.role, area.id FROM geodata_area AS area JOIN held ON held.area_id = area.id
    UNION
    SELECT tree.role, area.id FROM geodata_area AS area JOIN tree ON area.parent_id = tree.id
)
"""
SCOPE_COLUMNS = """
    (SELECT array_agg(DISTINCT role) FROM held),
    (SELECT json_object_agg(role, ids) FROM (SELECT role, array_agg(id) AS ids FROM tree GROUP BY role) AS areas),
    (SELECT array_agg(cell_id) FILTER (WHERE cell_id IS NOT NULL) FROM held),
    (SELECT array_agg(post_id) FILTER (WHERE post_id IS NOT NULL) FROM held),
    (SELECT array_agg(guide_team_id) FILTER (WHERE guide_team_id IS NOT NULL) FROM held)
"""
# Told to the database with the same statement, for the length of the transaction: row-level security and
# the log read it. Outside a transaction it is forgotten at once.
# A planner works on places, not on persons: an area held as one is not told.
ACTING = """
    set_config('gridmap.user', asked.id::text, true)
    || set_config('gridmap.areas', coalesce((
        SELECT string_agg(DISTINCT id::text, ',') FROM tree WHERE role <> 'planner'), ''), true)
    || set_config('gridmap.cells', coalesce((SELECT string_agg(cell_id::text, ',') FROM held), ''), true)
    || set_config('gridmap.posts', coalesce((SELECT string_agg(post_id::text, ',') FROM held), ''), true)
    || set_config('gridmap.teams', coalesce((SELECT string_agg(guide_team_id::text, ',') FROM held), ''), true)
"""
SCOPE_OF_USER = f"""
WITH RECURSIVE asked AS (SELECT %(user)s::bigint AS id), {HELD}
SELECT {SCOPE_COLUMNS}
"""
ACT_AS = f"""
WITH RECURSIVE asked AS (SELECT %(user)s::bigint AS id), {HELD}
SELECT {ACTING} FROM asked
"""  # noqa: S608 - constants of this module

"""Everything that the page of one conflict shows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from gridmap.accounts.scope import Scope
from gridmap.console.belonging import name_of
from gridmap.console.cases.wording import called
from gridmap.console.conflicts import queries
from gridmap.console.conflicts.acts import Choice, acts_for, choice_of
from gridmap.console.conflicts.claims import Caveat, Claim, caveats_of, claims_of
from gridmap.console.conflicts.course import (
    Course,
    Day,
    Tried,
    course_of,
    rhythm_chart,
    tried_of,
    week_of,
)
from gridmap.console.conflicts.ground import Ground, ground_of
from gridmap.console.conflicts.tasks import Task, tasks_of
from gridmap.console.conflicts.wording import (
    Line,
    Person,
    chip,
    overdue_words,
    people_of,
    state_words,
    story_of,
)
from gridmap.console.times import day
from gridmap.incidents.querysets import works_with_cases
from gridmap.recurring.models import RecurringConflict
from gridmap.recurring.querysets import knows_the_city
from gridmap.recurring.states import State

# As many lines of the story are shown before it is unfolded.
STORY_SHOWN = 8


@dataclass(frozen=True)
class ConflictPage:
    name: str
    place: str
    state: str
    chip: str
    rank: int | None
    standing: list[str]
    claims: list[Claim]
    caveats: list[Caveat]
    course: Course
    week: list[Day]
    rhythm: dict[str, Any]
    ground: Ground
    tried: list[Tried]
    cases: queries.Shown | None
    total: int
    people: list[Person]
    plan: str
    tasks: list[Task]
    lines: list[Line]
    choice: Choice
    version: int

    @property
    def newest(self) -> list[Line]:
        return self.lines[:STORY_SHOWN]

    @property
    def older(self) -> list[Line]:
        return self.lines[STORY_SHOWN:]


def read_conflict_page(
    conflict: RecurringConflict, scope: Scope, now: datetime, *, all_of_them: bool
) -> ConflictPage:
    """About a dozen small statements, each by the conflict's own key."""
    seen, moments = conflict.latest, queries.moments_of(conflict)
    week = week_of(moments)
    measures = queries.measures_of(conflict)
    members = queries.members_of(conflict, scope.day) if scope.sees_people else []
    acts = acts_for(conflict, scope)
    works, of_city = works_with_cases(scope), knows_the_city(scope)
    evidence = queries.evidence_of(conflict, of_city=of_city)
    return ConflictPage(
        name=name_of(conflict),
        place=f"{conflict.get_level_display()} · {called(conflict.area)}",
        state=state_words(conflict),
        chip=chip(conflict),
        rank=seen.rank if seen and of_city else None,
        standing=_standing(conflict, scope, now),
        claims=claims_of(seen) if seen else [],
        caveats=caveats_of(conflict, seen, of_city=of_city) if seen else [],
        course=course_of(moments, measures, seen.claims if seen else {}, now),
        week=week,
        rhythm=rhythm_chart(week),
        ground=ground_of(conflict, scope),
        tried=tried_of(measures, moments, now),
        cases=queries.cases_of(conflict, scope, all_of_them=all_of_them) if works else None,
        total=len(moments),
        people=people_of(conflict, members, scope),
        plan=_plan(conflict, now),
        tasks=tasks_of(conflict, scope, now),
        lines=story_of(queries.records_of(conflict), evidence, scope, now, of_city=of_city),
        choice=choice_of(conflict, acts),
        version=conflict.version,
    )


def _standing(conflict: RecurringConflict, scope: Scope, now: datetime) -> list[str]:
    """Since when it is what it is, who has it, and what is missing."""
    found = [pgettext("state", "{day} 起").format(day=day(conflict.state_since, now))]
    if conflict.is_dismissed or not scope.sees_people:
        return found
    if conflict.owner:
        found.append(_("{owner} 负责").format(owner=conflict.owner))
    elif conflict.confirmed_at:
        found.append(_("还没有负责人"))
    return found


def _plan(conflict: RecurringConflict, now: datetime) -> str:
    """When it has to be done, in words."""
    if not conflict.plan_due:
        return ""
    return overdue_words(conflict.plan_due, now, is_running=conflict.state == State.UNDER_PLAN)

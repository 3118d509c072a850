"""The list of what keeps coming back, with its filters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from geodata.models import Area
from gridmap.accounts.scope import Scope
from gridmap.console.cases.wording import called
from gridmap.console.conflicts.queries import last_run, list_conflicts
from gridmap.console.conflicts.wording import Row, row_of
from gridmap.console.times import moment
from gridmap.incidents.models import SavedView, Topic
from gridmap.performance.areas import Tree, read_tree
from gridmap.recurring.models import RecurringConflict, Run
from gridmap.recurring.querysets import knows_the_city
from gridmap.recurring.states import STATE_LABELS


@dataclass(frozen=True)
class Option:
    """One choice of a filter."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class Filter:
    """One filter of the address; the first option is none."""

    name: str
    label: str
    options: list[Option]


@dataclass(frozen=True)
class Asked:
    """What an address chooses, empty for all, and from what."""

    topics: list[Topic]
    tree: Tree
    topic: str
    state: str
    area: str

    @property
    def query(self) -> str:
        chosen = {"topic": self.topic, "state": self.state, "area": self.area}
        return urlencode({name: value for name, value in chosen.items() if value})


@dataclass(frozen=True)
class List:
    """Everything that the list shows."""

    conflicts: list[RecurringConflict]
    rows: list[Row]
    filters: list[Filter]
    is_filtered: bool
    run: Run | None
    tells_of_city: bool
    searched: str
    shows_owners: bool
    query: str
    views: list[dict[str, Any]]


def read_asked(scope: Scope, query: Mapping[str, str]) -> Asked:
    """Two statements: topics and areas.

    Raises
    ------
    Http404
        A topic, state or area that nobody knows, or that is not in scope.
    """
    topics, tree = list(Topic.objects.all()), read_tree(scope)
    return Asked(
        topics,
        tree,
        topic=_known(query.get("topic", ""), [one.code for one in topics]),
        state=_known(query.get("state", ""), [one.value for one in STATE_LABELS]),
        area=_known(query.get("area", ""), [one.code for one in tree.areas]),
    )


def read_list(scope: Scope, asked: Asked, now: datetime) -> List:
    """Four statements: the conflicts, the last run, whether the city is in scope, the own views."""
    areas, chosen = asked.tree.areas, asked.tree.find(asked.area)
    inside = asked.tree.below(chosen) if chosen else None
    found = list_conflicts(scope, state=asked.state, topic=asked.topic, areas=inside)
    run = last_run()
    return List(
        conflicts=found,
        rows=[row_of(one, number, scope, now) for number, one in enumerate(found, 1)],
        filters=[
            _filter("topic", _("专题"), _("全部专题"), _named(asked.topics), asked.topic),
            _filter("state", _("状态"), _("没有办结的"), _states(), asked.state),
            *(
                [_filter("area", _("区域"), _("全部区域"), _named(areas), asked.area)]
                if len(areas) > 1
                else []
            ),
        ],
        is_filtered=bool(asked.query),
        run=run,
        tells_of_city=knows_the_city(scope),
        searched=moment(run.at, now) if run else "",
        shows_owners=scope.sees_people,
        views=[
            {"id": one.pk, "name": one.name, "query": one.query}
            for one in SavedView.objects.filter(user=scope.user_id).order_by("name")
        ],
        query=asked.query,
    )


def _known(value: str, values: list[str]) -> str:
    if value and value not in values:
        raise Http404
    return value


def _states() -> list[tuple[str, str]]:
    return [(state.value, str(_(label))) for state, label in STATE_LABELS.items()]


def _named(rows: Sequence[Area] | Sequence[Topic]) -> list[tuple[str, str]]:
    return [(row.code, called(row)) for row in rows]


def _filter(
    name: str, label: str, none: str, options: list[tuple[str, str]], chosen: str
) -> Filter:
    every = [("", none), *options]
    return Filter(name, label, [Option(value, words, value == chosen) for value, words in every])

"""What came in and was closed in a week, beside what is usual for a week like it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q
from django.db.models.functions import TruncWeek

from geodata.querysets import BEIJING, midnight
from gridmap.console.briefing.asking import Week, week_of
from gridmap.incidents.models import Topic
from gridmap.incidents.querysets import IncidentQuerySet
from gridmap.performance.usual import days_alike
from layers.hotspots.usual import Usual, usual_range


@dataclass(frozen=True)
class OfTopic:
    """The cases of a topic that were registered in the week."""

    topic: Topic
    count: int
    usual: Usual | None


@dataclass(frozen=True)
class Counts:
    """Cases registered in a week, whatever became of them, in all, by topic and by area; and those closed."""

    new: int
    usual: Usual | None
    topics: Sequence[OfTopic]
    by_area: Mapping[int, int]
    closed: int
    closed_before: int


def read_counts(seen: IncidentQuerySet, week: Week, first: date | None) -> Counts:
    """Four statements; `first` is the first day of the records, before which no week is one without cases."""
    weeks = _weeks_alike(week, first)
    rows = _by_topic(seen, [week, *weeks])
    topics = list(Topic.objects.all())
    ended = seen.aggregate(
        now=Count("pk", filter=_in("closed_at", week)),
        before=Count("pk", filter=_in("closed_at", week.moved(-1))),
    )
    news = dict(
        seen.filter(_in("registered_at", week))
        .order_by()
        .values_list("area")
        .annotate(n=Count("pk"))
    )
    return Counts(
        new=sum(news.values()),
        usual=usual_range([sum(rows.get(one, {}).values()) for one in weeks]),
        topics=_ordered(rows, topics, week, weeks),
        by_area=news,
        closed=ended["now"],
        closed_before=ended["before"],
    )


def _weeks_alike(week: Week, first: date | None) -> list[Week]:
    """Those just before, and those around the same week of earlier years, as far as there are records."""
    known = week_of(first).moved(1).monday if first else week.monday
    return [Week(day) for day in days_alike(week.monday) if day >= known]


def _in(column: str, week: Week) -> Q:
    begins, ends = midnight(week.monday), midnight(week.until)
    return Q(**{f"{column}__gte": begins, f"{column}__lt": ends})


def _by_topic(seen: IncidentQuerySet, weeks: Sequence[Week]) -> dict[Week, dict[int, int]]:
    wanted = Q()
    for week in weeks:
        wanted |= _in("registered_at", week)
    rows = (
        seen.filter(wanted)
        .order_by()
        .annotate(of_week=TruncWeek("registered_at", tzinfo=BEIJING))
        .values_list("of_week", "topic")
        .annotate(n=Count("pk"))
    )
    found: dict[Week, dict[int, int]] = {}
    for begins, topic, count in rows:
        found.setdefault(Week(begins.date()), {})[topic] = count
    return found


def _ordered(
    rows: Mapping[Week, Mapping[int, int]],
    topics: Sequence[Topic],
    week: Week,
    weeks: Sequence[Week],
) -> list[OfTopic]:
    """The topics that have cases, most first."""
    found = [
        OfTopic(
            topic,
            rows.get(week, {}).get(topic.pk, 0),
            usual_range([rows.get(one, {}).get(topic.pk, 0) for one in weeks]),
        )
        for topic in topics
    ]
    return sorted((one for one in found if one.count), key=lambda one: -one.count)

"""A conflict stays the same one when a later run sees it at another level, and two of one run stay two."""

import numpy as np
import pytest
from django.utils import timezone

from gridmap.recurring.models import RecurringConflict, Run
from gridmap.recurring.services.finding import find_recurring


@pytest.fixture
def run(demo_city: None) -> Run:
    return find_recurring(at=timezone.now(), topics=["water_supply"])


def test_at_another_level_it_is_the_conflict_that_it_was(run: Run) -> None:
    before = RecurringConflict.objects.get()
    RecurringConflict.objects.update(level="cell", key="cell:1", name="别的名字")
    again = find_recurring(at=run.at, since=run.since, until=run.until, topics=["water_supply"])
    after = RecurringConflict.objects.get()
    assert (after.pk, after.key, after.name) == (before.pk, before.key, before.name)
    assert set(after.evidence.values_list("run", flat=True)) == {run.pk, again.pk}


def test_with_other_cases_it_is_another(run: Run) -> None:
    """The control: a conflict that shares less than half of its cases with what is found."""
    before = RecurringConflict.objects.get()
    kept = np.array(before.cases.order_by("pk").values_list("pk", flat=True))[:1]
    strangers = before.topic.incidents.exclude(conflicts=before)[:9]
    before.cases.set([*kept.tolist(), *(case.pk for case in strangers)])
    RecurringConflict.objects.update(level="cell", key="cell:1")
    find_recurring(at=run.at, since=run.since, until=run.until, topics=["water_supply"])
    assert RecurringConflict.objects.count() == 2

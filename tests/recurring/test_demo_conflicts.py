"""In the demonstration city the planted conflicts are found and named, and no decoy is listed."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from gridmap.incidents.demo_cases.sites import SITES
from gridmap.recurring.demo_handling import STORIES
from gridmap.recurring.models import Evidence, RecurringConflict, Run
from gridmap.recurring.services.finding import find_recurring
from tests.recurring.lists import SOURCE


@pytest.fixture
def run(demo_city: None) -> Run:
    return find_recurring(at=timezone.now())


def names(run: Run) -> list[str]:
    rows = run.evidence.filter(rank__isnull=False).order_by("rank")
    return list(rows.values_list("conflict__name", flat=True))


def test_the_three_conflicts_of_the_source_are_listed_with_their_names(run: Run) -> None:
    listed = names(run)
    for key, words in SOURCE.items():
        assert [name for name in listed if all(word in name for word in words)], key
    # Two of them the invented people do something about.
    for story in STORIES:
        assert [name for name in listed if story.place in name], story.place


def test_no_decoy_is_listed(run: Run) -> None:
    listed = names(run)
    decoys = [site for site in SITES if site.kind != "conflict" and site.topic]
    assert len(decoys) > 5
    for site in decoys:
        place, topic = site.label.split(" · ")[0], site.topic
        found = RecurringConflict.objects.filter(topic__code=topic, evidence__rank__isnull=False)
        assert not found.filter(name__startswith=place).exists(), (site.key, listed)


def test_a_second_run_finds_the_same_and_adds_no_conflict(run: Run) -> None:
    before = set(RecurringConflict.objects.values_list("code", "key"))
    again = find_recurring(at=run.at, since=run.since, until=run.until)
    assert set(RecurringConflict.objects.values_list("code", "key")) == before
    assert (again.digest, again.tested, again.listed) == (run.digest, run.tested, run.listed)
    columns = ("conflict", "rank", "q", "observed", "expected", "ratio", "claims")
    first, second = (
        list(one.evidence.order_by("conflict").values(*columns)) for one in (run, again)
    )
    assert first == second
    assert Evidence.objects.filter(run=run).exists()


def test_the_command_says_it_in_json(demo_city: None) -> None:
    out = StringIO()
    call_command(
        "find_recurring",
        "--topic",
        "street_market",
        "--format",
        "json",
        stdout=out,
        stderr=StringIO(),
    )
    said = json.loads(out.getvalue())
    assert said["run"]["topics"] == ["street_market"]
    assert {one["topic"] for one in said["conflicts"]} == {"street_market"}

"""Five years of made-up cases into the demonstration city, once."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db import connection, transaction

from geodata.querysets import BEIJING
from gridmap.incidents.demo_cases.case_rows import table, write_cases
from gridmap.incidents.demo_cases.clock import WorkingTime
from gridmap.incidents.demo_cases.locating import locate_cases
from gridmap.incidents.demo_cases.reading import read_town
from gridmap.incidents.demo_cases.record_rows import write_records
from gridmap.incidents.demo_cases.sites import YEARS
from gridmap.incidents.demo_cases.siting import Sited
from gridmap.incidents.demo_cases.staffing import read_staff
from gridmap.incidents.demo_cases.story import Story, Surroundings, tell_story
from gridmap.incidents.demo_cases.tables import RULES, read_limits, rule_numbers, write_tables
from gridmap.incidents.demo_cases.town import Located, Town
from gridmap.incidents.models import CalendarDay, Incident, MoveRecord, Party, Report, StepRecord

SEED = 20260714
# Working days are needed from before the first case to after the last deadline.
BEFORE_D, AFTER_D = 90, 150


@dataclass(frozen=True)
class Figures:
    """What is in the tables now."""

    cases: int
    mediated: int
    succeeded: int
    parties: int
    open: int


@transaction.atomic
def load_cases(*, at: datetime, seed: int = SEED) -> Figures:
    """Write the tables of the city and five years of cases that end at `at`.

    Raises
    ------
    NoSuchPlace
        The city in the registry is not the demonstration city as it was made.
    """
    town = read_town(at)
    write_tables()
    story = tell_demonstration(town, at=at, seed=seed)
    ids = write_cases(story, town)
    write_records(story, town, ids)
    _analyse()
    return figures()


def tell_demonstration(town: Town, *, at: datetime, seed: int = SEED) -> Story:
    """The story of a city that has its tables; nothing is written."""
    day = at.astimezone(BEIJING).date()
    given = Surroundings(
        town=town,
        staff=read_staff(town),
        limits=read_limits(day),
        working=read_working_time(np.datetime64(day)),
        rules=rule_numbers(town),
        leads=[rule.lead for rule in RULES],
    )

    def locate(sited: Sited) -> Located:
        return locate_cases(sited, town, at)

    now = np.datetime64(at.astimezone(BEIJING).replace(tzinfo=None), "s")
    return tell_story(given, locate, seed=seed, on=np.datetime64(day), now=now)


def read_working_time(on: np.datetime64) -> WorkingTime:
    """By the calendar of the city, where it has none by the week, as the database counts."""
    first = on - np.timedelta64(YEARS * 366 + BEFORE_D, "D")
    days = np.arange(first, on + np.timedelta64(AFTER_D, "D"))
    is_working = (days.astype(int) + 3) % 7 < 5
    for day, counts in CalendarDay.objects.values_list("day", "is_working"):
        place = int((np.datetime64(day) - first).astype(int))
        if 0 <= place < len(days):
            is_working[place] = counts
    return WorkingTime(first, is_working)


def figures() -> Figures:
    """Counted in the tables."""
    mediated = Incident.objects.mediated()
    return Figures(
        cases=Incident.objects.count(),
        mediated=mediated.count(),
        succeeded=mediated.filter(succeeded=True).count(),
        parties=Party.objects.filter(incident__in=mediated).count(),
        open=Incident.objects.open().count(),
    )


def _analyse() -> None:
    """The planner knows nothing yet of what was written in this transaction."""
    names = ", ".join(table(model) for model in (Incident, Report, Party, MoveRecord, StepRecord))
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {names}")

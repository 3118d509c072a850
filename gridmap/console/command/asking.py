"""Who asks for the commander's page, and for which part of what they may see."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from geodata.querysets import day_of
from gridmap.accounts.models import Role
from gridmap.accounts.scope import Scope
from gridmap.console.command.state import Shown, parse, window_of
from gridmap.console.command.steps import Steps, steps_until
from gridmap.console.desk.choices import Choices, read_choices
from gridmap.console.desk.filters import Fault, unknown
from gridmap.console.pages import is_english
from gridmap.incidents.counting import Chosen, Window
from gridmap.incidents.querysets import works_with_cases
from gridmap.performance.areas import over_areas

# What only the database knows.
LOOKED_UP = ("area", "topic")
# What nobody who may not see cases is told apart.
OF_CASES = ("source", "urgency", "state")


def commanded(person: Scope) -> Scope | None:
    """The areas that this person answers for, without cells, posts and teams: those in which they may see cases,
    else those that they plan for; None where there are neither."""
    mine = over_areas(person)
    if not mine.area_ids:
        mine = person.only_as({Role.PLANNER.value})
    return mine if mine.area_ids else None


@dataclass(frozen=True)
class Asked:
    """One state of the page in the eyes of a person; `scope` is over the chosen area only, `whole` over all."""

    whole: Scope
    scope: Scope
    sees_cases: bool
    shown: Shown
    known: Choices
    steps: Steps
    window: range
    faults: tuple[Fault, ...]
    now: datetime

    @property
    def chosen(self) -> Chosen:
        topics = [row["id"] for row in self.known.topics if row["code"] in self.shown.topic]
        return Chosen(tuple(topics), self.shown.source, self.shown.state, self.shown.urgency)

    @property
    def period(self) -> Window:
        return Window(self.steps.edges[self.window.start], self.steps.edges[self.window.stop])

    @property
    def as_list(self) -> str:
        """What a list of cases is asked for, so that it has those of this page; without a time."""
        areas = self.shown.area or [row["code"] for row in self.known.tops]
        pairs = [("area", code) for code in areas]
        pairs += [
            (kind, value) for kind in ("topic", *OF_CASES) for value in getattr(self.shown, kind)
        ]
        return urlencode(pairs)

    @property
    def area(self) -> str:
        return next(iter(self.shown.area), "")


def read_asked(whole: Scope, query: QueryDict, now: datetime) -> Asked:
    """What `query` asks of who commands `whole`; what cannot be is left out. One statement."""
    shown, known = parse(query), read_choices(whole, english=is_english())
    wrong = [fault for kind in LOOKED_UP for fault in unknown(shown, kind, known.known(kind))]
    hidden = [kind for kind in OF_CASES if getattr(shown, kind) and not works_with_cases(whole)]
    wrong += [Fault(kind, _("不看案件的账号，件数只按专题分开。")) for kind in hidden]
    understood = dict.fromkeys(hidden, ()) | {
        kind: tuple(value for value in getattr(shown, kind) if value in known.known(kind))
        for kind in LOOKED_UP
    }
    steps = steps_until(shown.step, day_of(now))
    window, late = window_of(shown, steps)
    area = known.with_all_below(understood["area"])
    return Asked(
        whole=whole,
        scope=whole.within(area) if understood["area"] else whole,
        sees_cases=works_with_cases(whole),
        shown=replace(
            shown,
            **understood,
            since=None if late else shown.since,
            until=None if late else shown.until,
        ),
        known=known,
        steps=steps,
        window=window,
        faults=(*shown.faults, *wrong, *late),
        now=now,
    )

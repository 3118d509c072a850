"""The whole demonstration in memory: plan, places, words, people, records. Pure but for what it is given."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from gridmap.incidents.demo_cases.cast import Cast, Routed, cast, route
from gridmap.incidents.demo_cases.clock import DAY_S, Ints, Times, WorkingTime, seconds
from gridmap.incidents.demo_cases.course import URGENCY_CODES, Limits
from gridmap.incidents.demo_cases.extras import Extras
from gridmap.incidents.demo_cases.facts import Facts, draw_facts
from gridmap.incidents.demo_cases.finals import Final, begin, draw_hearts, draw_outcomes
from gridmap.incidents.demo_cases.ledger import Ledger, Rows
from gridmap.incidents.demo_cases.open_stories import Beginnings
from gridmap.incidents.demo_cases.people import Parties, invite_parties
from gridmap.incidents.demo_cases.plan import Plan, make_plan
from gridmap.incidents.demo_cases.siting import Sited, site_cases
from gridmap.incidents.demo_cases.stories import Teller
from gridmap.incidents.demo_cases.town import Located, Staff, Town
from gridmap.incidents.demo_cases.wording import Wording, word_cases
from gridmap.incidents.states import STEPS

Part = TypeVar("Part")
ORDINARY = URGENCY_CODES.index("normal")


@dataclass(frozen=True)
class Surroundings:
    """What the generator is given of a city: places, people, limits, rules, working days.

    `rules` has for topic, urgency and community the place of a rule, -1 for none; `leads` the team of each rule.
    """

    town: Town
    staff: Staff
    limits: Limits
    working: WorkingTime
    rules: npt.NDArray[np.int64]
    leads: Sequence[str]


@dataclass(frozen=True)
class Story:
    """All rows that are to be written; every array has a row for each case unless it says `case` itself.

    `joined` are the cases of further reports and `joined_at` their times.
    """

    plan: Plan
    sited: Sited
    located: Located
    wording: Wording
    facts: Facts
    parties: Parties
    routed: Routed
    cast: Cast
    final: Final
    ledger: Ledger
    joined: Rows
    joined_at: Times

    def until(self, now: np.datetime64) -> "Story":
        """Without what comes later today; all that is left is as it was."""
        kept = int(np.searchsorted(self.plan.events.at, now, side="right"))
        return Story(
            plan=self.plan.first(kept),
            sited=_first(self.sited, kept),
            located=_first(self.located, kept),
            wording=_first(self.wording, kept),
            facts=_first(self.facts, kept),
            parties=self.parties.take(self.parties.case < kept),
            routed=_first(self.routed, kept),
            cast=_first(self.cast, kept),
            final=_first(self.final, kept),
            ledger=self.ledger.first(kept),
            joined=self.joined,
            joined_at=self.joined_at,
        )


def _first(columns: Part, kept: int) -> Part:
    """The rows of the first cases."""
    return type(columns)(**{name: column[:kept] for name, column in vars(columns).items()})


def tell_story(
    given: Surroundings,
    locate: Callable[[Sited], Located],
    *,
    seed: int,
    on: np.datetime64,
    now: np.datetime64,
) -> Story:
    """Five years that end today.

    Parameters
    ----------
    given
        The city, in an order that depends on its codes only.
    locate
        Says for all cases at once where they lie.
    seed, on
        The same seed and day give the same story, to the last digit.
    now
        What comes later that day is left out.
    """
    plan = make_plan(
        given.town,
        seed=seed,
        on=on,
        working=given.working,
        limits=given.limits,
        has_rule=given.rules[:, ORDINARY, :] >= 0,
    )
    rng = np.random.default_rng([seed, 1])
    sited = site_cases(plan, given.town, rng)
    return _told(given, plan, sited, locate(sited), on, rng).until(now)


def _told(
    given: Surroundings,
    plan: Plan,
    sited: Sited,
    located: Located,
    on: np.datetime64,
    rng: np.random.Generator,
) -> Story:
    """What is said and done in the cases of a plan, where they lie."""
    wording = word_cases(plan, given.town, _talks(plan, given.working), rng)
    facts = draw_facts(plan, wording, rng)
    parties = invite_parties(plan, given.town, wording.matter, rng)
    routed = route(plan, located, sited.trouble, given.rules, given.town, given.leads)
    people = cast(plan, located, routed.lead, given.staff, rng)
    final, outcomes = begin(plan), draw_outcomes(plan, wording, rng)
    teller = Teller(plan, wording, people, final, Ledger(), outcomes, given.working, on, rng)
    joined, joined_at = _tell(teller, given, located)
    Extras(teller, routed, located, given.staff).write()
    final.hearts = draw_hearts(_steps_done(final), rng)
    return Story(
        plan=plan,
        sited=sited,
        located=located,
        wording=wording,
        facts=facts,
        parties=parties,
        routed=routed,
        cast=people,
        final=final,
        ledger=teller.ledger,
        joined=joined,
        joined_at=joined_at,
    )


def _tell(teller: Teller, given: Surroundings, located: Located) -> tuple[Rows, Times]:
    teller.register()
    teller.tell_closed()
    teller.tell_ended()
    closed, closed_at = teller.tell_more_voices()
    open_, open_at = Beginnings(teller, given.town, located, given.limits).tell()
    return np.concatenate([closed, open_]), np.concatenate([closed_at, open_at])


def _talks(plan: Plan, working: WorkingTime) -> Times:
    """When the parties meet: at the fourth step, where it is not known some days after the report."""
    later = working.after(plan.events.at + seconds(3 * DAY_S), np.full(len(plan.events), 3600))
    known = plan.course.steps[:, 3]
    return np.where(np.isnat(known), later, known)


def _steps_done(final: Final) -> Ints:
    order = {step.value: n + 1 for n, step in enumerate(STEPS)}
    return np.array([order.get(step, 0) for step in final.step])

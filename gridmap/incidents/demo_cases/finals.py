"""How far each case is, in the columns of the case itself. Pure."""

from dataclasses import dataclass

import numpy as np

from gridmap.incidents.demo_cases.clock import Ints, Times
from gridmap.incidents.demo_cases.plan import NAT, Fate, Plan
from gridmap.incidents.demo_cases.town import Flags, Texts
from gridmap.incidents.demo_cases.wording import Wording
from gridmap.incidents.states import HEARTS, STEPS

NOBODY = -1
# In writing where money or land is at stake.
WRITTEN_SHARE, WRITTEN_WITH_MONEY_SHARE = 0.33, 0.8
HEART_SHARE = 0.8
Chances = tuple[tuple[str, float], ...]
# Of plain requests: seen to, led elsewhere, ended.
REQUEST_OUTCOMES = (("resolved_on_site", 0.95), ("referred", 0.04), ("terminated", 0.01))
NO_VISITS = (("refused", 0.25), ("unreachable", 0.35), ("anonymous", 0.4))


@dataclass
class Final:
    """One row for each case; texts are empty, times NaT and ids -1 where the case has none."""

    state: Texts
    state_since: Times
    state_reason: Texts
    step: Texts
    round: Ints
    hearts: Texts
    outcome: Texts
    resolution: Texts
    is_visited: Flags
    no_visit_reason: Texts
    is_unhappy: Flags
    explanation: Texts
    accepted_at: Times
    contacted_at: Times
    resolved_at: Times
    closed_at: Times
    suspended_until: Times
    raised_to: Ints
    is_imported: Flags


def begin(plan: Plan) -> Final:
    """Every case as it was registered."""
    number = len(plan.events)

    def none() -> Texts:
        return np.full(number, "", dtype=object)

    def never() -> Times:
        return np.full(number, NAT)

    return Final(
        state=np.full(number, "registered", dtype=object),
        state_since=plan.events.at.copy(),
        state_reason=none(),
        step=none(),
        round=np.ones(number, np.int64),
        hearts=none(),
        outcome=none(),
        resolution=none(),
        is_visited=np.zeros(number, bool),
        no_visit_reason=none(),
        is_unhappy=np.zeros(number, bool),
        explanation=none(),
        accepted_at=never(),
        contacted_at=never(),
        resolved_at=never(),
        closed_at=never(),
        suspended_until=never(),
        raised_to=np.full(number, NOBODY),
        is_imported=plan.fate < Fate.OPEN,
    )


def draw_outcomes(plan: Plan, wording: Wording, rng: np.random.Generator) -> Texts:
    """How each case ends, or will end."""
    number = len(plan.events)
    share = np.where(wording.amounts > 0, WRITTEN_WITH_MONEY_SHARE, WRITTEN_SHARE)
    agreed = np.where(rng.random(number) < share, "agreement_written", "agreement_oral")
    request = draw(REQUEST_OUTCOMES, number, rng)
    outcome = np.where(plan.is_dispute, agreed, request)
    outcome = np.where(plan.on_site, "resolved_on_site", outcome)
    return np.where(plan.has_failed, "no_agreement", outcome).astype(object)


def draw_hearts(steps: Ints, rng: np.random.Generator) -> Texts:
    """The checklist as an array of the database; the more steps are done, the more of it."""
    keys = sorted(HEARTS)
    share = np.minimum(steps / len(STEPS) + 0.3, 1.0) * HEART_SHARE * (steps > 0)
    ticked = rng.random((len(steps), len(keys))) < share[:, None]
    return np.array(
        [
            "{" + ",".join(key for key, is_done in zip(keys, row, strict=True) if is_done) + "}"
            for row in ticked
        ],
        dtype=object,
    )


def draw(chances: Chances, number: int, rng: np.random.Generator) -> Texts:
    """So many words, each by its chance."""
    words = [word for word, _ in chances]
    weights = np.array([weight for _, weight in chances])
    return np.asarray(rng.choice(words, number, p=weights / weights.sum()).astype(object))

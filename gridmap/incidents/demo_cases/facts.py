"""What else is said of each case: when it happened, how large it is, how risky. Pure."""

from dataclasses import dataclass

import numpy as np

from gridmap.incidents.demo_cases.clock import DAY_S, Times, seconds
from gridmap.incidents.demo_cases.events import CODES
from gridmap.incidents.demo_cases.plan import Plan
from gridmap.incidents.demo_cases.scripted import SCRIPTS
from gridmap.incidents.demo_cases.town import Texts
from gridmap.incidents.demo_cases.wording import Wording
from gridmap.incidents.topics import RISKS

LOUD = ("noise_neighbour", "noise_road", "street_market")
# After how many days a report comes, where it does not come at once.
WAITED = (0.58, 0.22, 0.09, 0.06, 0.03, 0.02)
RISK_SHARES = {"red": 0.01, "orange": 0.06, "yellow": 0.2, "blue": 0.73}
GROUP, CROWD = 8, 30


@dataclass(frozen=True)
class Facts:
    """One row for each case."""

    occurred: Times
    scale: Texts
    risk: Texts


def draw_facts(plan: Plan, wording: Wording, rng: np.random.Generator) -> Facts:
    """The facts of all cases of a plan."""
    people = wording.people * plan.is_dispute
    scale = np.select([people >= CROWD, people >= GROUP], ["03", "02"], "01").astype(object)
    return Facts(occurrences(plan, rng), scale, _risks(plan, scale, rng))


def occurrences(plan: Plan, rng: np.random.Generator) -> Times:
    """Noise is reported at once; of the rest some wait for days and then come at the same hour."""
    number = len(plan.events)
    loud = np.isin(np.array(CODES, dtype=object)[plan.events.topic], LOUD)
    days = rng.choice(len(WAITED), number, p=WAITED)
    lag = rng.integers(180, 2400, number) + ~loud * days * DAY_S + plan.events.waited
    return plan.events.at - seconds(lag)


def _risks(plan: Plan, scale: Texts, rng: np.random.Generator) -> Texts:
    shares = [RISK_SHARES[name] for name in RISKS]
    risks = rng.choice(list(RISKS), len(scale), p=shares).astype(object)
    risks[scale == "03"] = "orange"
    risks[~plan.is_dispute] = "blue"
    for row in np.flatnonzero(plan.script >= 0):
        risks[row] = SCRIPTS[plan.script[row]].risk
    return risks

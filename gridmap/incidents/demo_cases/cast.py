"""Who does what in each case: the teams by the rules, the people by their offices. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gridmap.incidents.demo_cases.clock import Ints
from gridmap.incidents.demo_cases.events import CODES, WAYS
from gridmap.incidents.demo_cases.plan import Fate, Plan
from gridmap.incidents.demo_cases.town import Flags, Located, Staff, Texts, Town
from gridmap.incidents.states import NEW

NOBODY = -1
# Whom the dispatchers ask where no rule says it.
BY_HAND = {"land": "司法法律", "other": "平安综治"}
BY_PLACE = ("no_place", "outside", "inaccurate")
CALLED = ("hotline_12345", "police_110", "fire_119", "traffic_122")


@dataclass(frozen=True)
class Routed:
    """The rule of each case (-1: none), its leading team (empty: none yet), why nobody is responsible."""

    rule: Ints
    lead: Texts
    unrouted: Texts


@dataclass(frozen=True)
class Cast:
    """User ids for each case; -1 for nobody."""

    registrar: Ints
    member: Ints
    officer: Ints
    mediator: Ints
    commander: Ints
    guide: Ints
    dispatcher: Ints
    visitor: Ints
    admin: Ints


def route(
    plan: Plan,
    located: Located,
    trouble: Texts,
    rules: npt.NDArray[np.int64],
    town: Town,
    leads: Sequence[str],
) -> Routed:
    """By the rules of the city; where there is none the dispatchers choose, once they have looked at it.

    `rules` has for topic, urgency and community the place of a rule, `leads` the team of each rule.
    """
    topic, community = plan.events.topic, located.community
    rule = np.where(community >= 0, rules[topic, plan.urgency, community], NOBODY)
    is_new = _is_new(plan)
    by_hand = np.array([BY_HAND.get(code, "") for code in CODES], dtype=object)[topic]
    of_rule = np.array([*leads, ""], dtype=object)[rule]
    lead = np.where(rule >= 0, of_rule, np.where(is_new, "", by_hand))
    is_vacant = (located.cell >= 0) & town.cells.is_vacant[located.cell]
    reason = np.where(is_vacant, "no_member", np.where(rule < 0, "no_rule", ""))
    reason = np.where(np.isin(trouble, BY_PLACE), trouble, reason)
    return Routed(rule, lead, np.where(is_new, reason, "").astype(object))


def _is_new(plan: Plan) -> Flags:
    """Nobody has dispatched it yet."""
    new = np.array([stage.state in NEW for stage in plan.stages] + [False])
    return np.asarray(new[plan.stage] | (plan.fate == Fate.TODAY))


def cast(plan: Plan, located: Located, lead: Texts, staff: Staff, rng: np.random.Generator) -> Cast:
    """The people of all cases. Where a cell has no member the community's officer does the work."""
    number, community = len(plan.events), located.community
    place = community >= 0

    def one_of(people: Ints) -> Ints:
        return people[rng.integers(0, len(people), number)]

    dispatcher, visitor, admin = map(one_of, (staff.dispatchers, staff.visitors, staff.admins))
    operator = one_of(staff.operators)
    officer = np.where(place, staff.officer[community], dispatcher)
    member = np.where(located.cell >= 0, staff.member[located.cell], NOBODY)
    member = np.where(member >= 0, member, officer)
    guide = member.copy()
    for team, people in staff.guides.items():
        rows = np.flatnonzero(lead == team)
        guide[rows] = people[rng.integers(0, len(people), len(rows))]
    return Cast(
        registrar=_registrar(plan, located, staff, (operator, officer, member, dispatcher)),
        member=member,
        officer=officer,
        mediator=np.where(place, staff.mediator[community], officer),
        commander=np.where(place, staff.commander[community], admin),
        guide=guide,
        dispatcher=dispatcher,
        visitor=np.where(rng.random(number) < 0.8, visitor, operator),
        admin=admin,
    )


def _registrar(
    plan: Plan, located: Located, staff: Staff, people: tuple[Ints, Ints, Ints, Ints]
) -> Ints:
    """Who took the report down, by the way in which it came; nobody online."""
    operator, officer, member, dispatcher = people
    way = np.array(WAYS, dtype=object)[plan.events.way]
    leader = np.array([staff.leader_of_post.get(int(post), NOBODY) for post in located.post_id])
    leader = np.where(leader >= 0, leader, member)
    return np.select(
        [
            np.isin(way, CALLED),
            way == "patrol",
            way == "sentinel",
            way == "walk_in",
            way == "superior",
        ],
        [operator, member, leader, officer, dispatcher],
        NOBODY,
    )

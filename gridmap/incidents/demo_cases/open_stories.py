"""What was done so far in the cases that are open. Pure."""

from dataclasses import dataclass

import numpy as np

from gridmap.incidents.demo_cases.clock import DAY_S, OFFICE_DAY_S, Ints, Times, midnight, seconds
from gridmap.incidents.demo_cases.course import PROMPT_SHARE, Limits, due_of, spread_between
from gridmap.incidents.demo_cases.ledger import Notes, Rows
from gridmap.incidents.demo_cases.plan import Fate
from gridmap.incidents.demo_cases.stages import BEGINNING, Stage, way_to
from gridmap.incidents.demo_cases.stories import Teller
from gridmap.incidents.demo_cases.town import Located, Town
from gridmap.incidents.states import MOVES, STEPS, Name, State, Step

# The moves of the desk, minutes after the report and after one another.
DESK_MIN = {Name.ACCEPT: (2, 15), Name.FILE: (1, 4), Name.DISPATCH: (2, 14)}
OCCASIONS = {
    Name.RETURN: "return",
    Name.SUSPEND: "suspend",
    Name.REOPEN: "reopen",
}
CLIMBS = ("escalate_community", "escalate_district", "escalate_city")
Act = tuple[Name | Step, Times]


@dataclass
class Beginnings:
    """Tells the open cases, stage by stage."""

    teller: Teller
    town: Town
    located: Located
    limits: Limits

    def tell(self) -> tuple[Rows, Times]:
        """All open cases; returns whose further reports came, and when."""
        plan = self.teller.plan
        for number, stage in enumerate(plan.stages):
            # Stages stand in the plan once for each case; those of one kind are told together.
            if stage in plan.stages[:number]:
                continue
            alike = [n for n, other in enumerate(plan.stages) if other == stage]
            rows = np.flatnonzero(np.isin(plan.stage, alike) & (plan.fate == Fate.OPEN))
            disputes = plan.is_dispute[rows]
            self._tell_stage(rows[disputes], stage, steps=_steps_of(stage))
            self._tell_stage(rows[~disputes], stage, steps=())
        return self._tell_voices()

    def _tell_stage(self, rows: Rows, stage: Stage, steps: tuple[Step, ...]) -> None:
        if not len(rows):
            return
        final = self.teller.final
        before, after = _acts(stage, steps)
        times = self._desk(rows, before)
        begun = times[-1] if times else self.teller.plan.events.at[rows]
        numbers = np.full(len(rows), len(after))
        end = self.teller.on.astype("datetime64[s]")
        rest = spread_between(self.teller.rng, begun, end, numbers, self.teller.working)
        rest = self._prompt(after, rest, begun)
        acts = [*zip(before, times, strict=True), *zip(after, rest.T, strict=True)]
        state, climbed = State.REGISTERED, 0
        for act, at in acts:
            if isinstance(act, Step):
                self._step(rows, act, at)
                continue
            climbed += act is Name.ESCALATE
            state = self._move(rows, act, state, at, climbed)
        final.state[rows] = state.value
        if acts:
            moved = [at for act, at in acts if isinstance(act, Name)]
            final.state_since[rows] = moved[-1]

    def _desk(self, rows: Rows, moves: list[Name]) -> list[Times]:
        at, times = self.teller.plan.events.at[rows], []
        for name in moves:
            low, high = DESK_MIN[name]
            at = at + seconds(self.teller.rng.integers(low * 60, high * 60, len(rows)))
            times.append(at)
        return times

    def _prompt(self, acts: list[Name | Step], times: Times, begun: Times) -> Times:
        """Most are taken in hand and listened to within a working day, however long the rest takes."""
        rng, working = self.teller.rng, self.teller.working
        prompt = rng.random(len(begun)) < PROMPT_SHARE
        at = begun
        for n, act in enumerate(acts[:2]):
            if act in (Name.START, Step.LISTEN):
                at = working.after(at, rng.uniform(600, OFFICE_DAY_S * 0.45, len(begun)))
                times[prompt, n] = np.minimum(times[:, n], at)[prompt]
        return times

    def _step(self, rows: Rows, step: Step, at: Times) -> None:
        teller, cast = self.teller, self.teller.cast
        n = STEPS.index(step)
        by = (cast.member, cast.guide, cast.member, cast.mediator, cast.mediator)[n]
        other = (cast.mediator, cast.member, cast.mediator, cast.guide, cast.member)[n]
        teller.ledger.step(rows, step, 1, at, teller.either(rows, by, other), teller.note(n))
        teller.final.step[rows] = step.value
        if n == 0:
            teller.final.contacted_at[rows] = at

    def _move(self, rows: Rows, name: Name, state: State, at: Times, climbed: int) -> State:
        teller = self.teller
        note, area = self._said(name, climbed), None
        if name is Name.ESCALATE:
            area = self._area(rows, climbed)
            teller.final.raised_to[rows] = area
        by = self._actor(rows, name, climbed)
        teller.ledger.move(rows, name, state, at, by, note, area=area)
        self._leave_marks(rows, name, at, note)
        return MOVES[name].target or state

    def _said(self, name: Name, climbed: int) -> Notes:
        if name is Name.ESCALATE:
            return self.teller.phrase(CLIMBS[climbed - 1], 3)
        if name is Name.HANDLE:
            return self.teller.resolution
        return self.teller.phrase(OCCASIONS[name], 3) if name in OCCASIONS else lambda _row: ""

    def _area(self, rows: Rows, climbed: int) -> Ints:
        """Where it climbs to: the community, what is over it, the city."""
        communities, place = self.town.communities, self.located.community[rows]
        if climbed == 1:
            return communities.ids[place]
        return (
            communities.district_ids[place]
            if climbed == 2
            else np.full(len(rows), self.town.city_id)
        )

    def _actor(self, rows: Rows, name: Name, climbed: int) -> Ints:
        cast = self.teller.cast
        climbers = (cast.member, cast.officer, cast.commander)
        people = {
            Name.START: cast.guide,
            Name.RETURN: cast.guide,
            Name.SUSPEND: cast.officer,
            Name.ESCALATE: climbers[max(climbed, 1) - 1],
            Name.HANDLE: cast.guide,
            Name.CHECK: cast.officer,
            Name.VISIT: cast.visitor,
            Name.REOPEN: cast.visitor,
        }
        return people.get(name, cast.dispatcher)[rows]

    def _leave_marks(self, rows: Rows, name: Name, at: Times, note: Notes) -> None:
        """What a move writes on the case besides its state."""
        teller, final, rng = self.teller, self.teller.final, self.teller.rng
        if name in (Name.RETURN, Name.SUSPEND, Name.ESCALATE, Name.REOPEN):
            final.state_reason[rows] = [note(int(row)) for row in rows]
        if name is Name.ACCEPT:
            final.accepted_at[rows] = at
        elif name is Name.START:
            request = ~teller.plan.is_dispute[rows]
            final.contacted_at[rows[request]] = at[request]
        elif name is Name.SUSPEND:
            days = seconds(rng.integers(6, 30, len(rows)) * DAY_S)
            final.suspended_until[rows] = midnight(teller.on.astype("datetime64[s]") + days)
        elif name is Name.HANDLE:
            final.outcome[rows] = teller.outcomes[rows]
            final.resolution[rows] = [teller.resolution(int(row)) for row in rows]
            final.resolved_at[rows] = at
        elif name is Name.VISIT:
            self._visit(rows, at)
        elif name is Name.REOPEN:
            self._reopen(rows, at)

    def _visit(self, rows: Rows, at: Times) -> None:
        """Somebody who waits to be closed was content; who is not is reopened next."""
        reopened = np.array(
            [
                self.teller.plan.stages[n].state is State.REOPENED
                for n in self.teller.plan.stage[rows]
            ]
        )
        for flag in (True, False):
            mine = reopened == flag
            self.teller.visit(rows[mine], at[mine], 1, is_reopened=flag, is_told=False)

    def _reopen(self, rows: Rows, at: Times) -> None:
        """A new round: nothing of the first is left on the case, and the clock begins again."""
        plan, final = self.teller.plan, self.teller.final
        final.round[rows] = 2
        final.step[rows] = final.outcome[rows] = final.resolution[rows] = ""
        final.contacted_at[rows] = final.resolved_at[rows] = np.datetime64("NaT")
        final.is_visited[rows] = final.is_unhappy[rows] = False
        due = due_of(
            at, plan.events.topic[rows], plan.urgency[rows], self.limits, self.teller.working
        )
        plan.due.put(rows, due)

    def _tell_voices(self) -> tuple[Rows, Times]:
        """Of the scripted cases: two more the morning after somebody had looked at it."""
        plan = self.teller.plan
        rows = np.repeat(np.arange(len(plan.voices)), plan.voices - 1)
        rows = rows[plan.fate[rows] == Fate.OPEN]
        after = 2 + 0.02 * np.arange(len(rows))
        at = midnight(plan.events.at[rows]) + seconds(after * DAY_S + 30_660)
        self.teller.join(rows, at)
        return rows, at


def _steps_of(stage: Stage) -> tuple[Step, ...]:
    """The steps that are done; of a case that was reopened all five of its first round."""
    if stage.state is State.REOPENED:
        return STEPS
    return STEPS[: STEPS.index(stage.step) + 1] if stage.step else ()


def _acts(stage: Stage, steps: tuple[Step, ...]) -> tuple[list[Name], list[Name | Step]]:
    """What the desk did at once, and what followed: taken in hand, the steps, the rest."""
    names = way_to(stage)
    desk = [name for name in names if name in BEGINNING]
    rest = [name for name in names if name not in BEGINNING]
    head = rest[:1] if rest and rest[0] is Name.START else []
    return desk, [*head, *steps, *rest[len(head) :]]

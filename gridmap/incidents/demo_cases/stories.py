"""What was done in the cases that are over: moves, steps and visits, with their notes. Pure."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gridmap.incidents.demo_cases.cast import Cast
from gridmap.incidents.demo_cases.clock import DAY_S, Times, WorkingTime, seconds
from gridmap.incidents.demo_cases.course import Course
from gridmap.incidents.demo_cases.finals import NO_VISITS, Chances, Final, draw
from gridmap.incidents.demo_cases.ledger import Ledger, Notes, Rows
from gridmap.incidents.demo_cases.matters import phrases
from gridmap.incidents.demo_cases.plan import Fate, Plan
from gridmap.incidents.demo_cases.town import Texts
from gridmap.incidents.demo_cases.wording import Wording
from gridmap.incidents.states import STEPS, Name, State

# Cases that came in these days have every move on record, older ones the four that matter.
RECENT_D = 60
SOLVED = (("solved", 0.888), ("partly", 0.075), ("not", 0.037))
CONTENT = {
    "solved": (("satisfied", 0.74), ("basically", 0.21), ("not", 0.025), ("no_answer", 0.025)),
    "partly": (("satisfied", 0.4), ("basically", 0.46), ("not", 0.11), ("no_answer", 0.03)),
    "not": (("satisfied", 0.03), ("basically", 0.2), ("not", 0.74), ("no_answer", 0.03)),
}
WAYS = (("phone", 0.8), ("in_person", 0.15), ("message", 0.05))
VISIT_NOTES = {"solved": "visit_good", "partly": "visit_partly", "not": "visit_not"}
# Somebody else does a step now and then.
OTHER_HAND_SHARE = 0.35


@dataclass
class Teller:
    """Tells the stories of the cases of a plan into a ledger."""

    plan: Plan
    wording: Wording
    cast: Cast
    final: Final
    ledger: Ledger
    # How each case ends, or will end.
    outcomes: Texts
    working: WorkingTime
    on: np.datetime64
    rng: np.random.Generator

    def __post_init__(self) -> None:
        self.draws = self.rng.random((len(self.plan.events), 8)).tolist()
        self.is_recent = self.plan.events.at >= self.on - seconds(RECENT_D * DAY_S)

    def phrase(self, occasion: str, draw: int = 0) -> Notes:
        """One of the things said on an occasion, the same for a case each time it is asked."""
        lines = phrases()[occasion]
        return lambda row: lines[int(self.draws[row][draw] * len(lines))]

    def note(self, step: int) -> Notes:
        return lambda row: self.wording.notes[row][step]

    def either(self, rows: Rows, one: npt.NDArray[np.int64], other: npt.NDArray[np.int64]) -> Rows:
        """Mostly the one, now and then the other."""
        return np.where(self.rng.random(len(rows)) < OTHER_HAND_SHARE, other[rows], one[rows])

    def register(self) -> None:
        """Every case begins so."""
        rows = np.arange(len(self.plan.events))
        self.ledger.move(
            rows,
            "register",
            None,
            self.plan.events.at,
            self.cast.registrar,
            target=State.REGISTERED,
        )

    def steps(self, rows: Rows, times: Times, number: int) -> None:
        """The five steps of a round."""
        cast = self.cast
        by = (cast.member, cast.guide, cast.member, cast.mediator, cast.mediator)
        other = (cast.mediator, cast.member, cast.mediator, cast.guide, cast.member)
        for n, step in enumerate(STEPS):
            hand = self.either(rows, by[n], other[n])
            self.ledger.step(rows, step, number, times[:, n], hand, self.note(n))

    def tell_closed(self) -> None:
        """Closed cases: on the spot, in one round, or in two."""
        closed = self.plan.fate == Fate.CLOSED
        in_two = np.zeros(len(closed), bool)
        in_two[self.plan.second] = True
        on_site = np.flatnonzero(closed & self.plan.on_site)
        self._tell_on_site(on_site)
        once = np.flatnonzero(closed & ~self.plan.on_site & ~in_two)
        course = self.plan.course.take(once)
        self._tell_round(once, course, State.FILED, 1)
        self.visit(once, course.visit, 1, is_reopened=False)
        self._close(once, course)
        self._tell_twice(self.plan.second)

    def _tell_on_site(self, rows: Rows) -> None:
        done = self.plan.course.close[rows]
        by = self.cast.registrar[rows]
        disputes = self.plan.is_dispute[rows]
        spoken = self.phrase("on_site")

        def said(row: int) -> str:
            return spoken(row) if self.plan.is_dispute[row] else self.resolution(row)

        self.ledger.move(rows, Name.SETTLE_ON_SITE, State.REGISTERED, done, by, said)
        self.ledger.step(rows[disputes], STEPS[-1], 1, done[disputes], by[disputes], said)
        final = self.final
        final.no_visit_reason[rows], final.outcome[rows] = "on_site", self.outcomes[rows]
        final.step[rows] = np.where(disputes, STEPS[-1].value, "")
        final.resolution[rows] = [said(int(row)) for row in rows]
        final.resolved_at[rows] = final.closed_at[rows] = final.state_since[rows] = done
        final.accepted_at[rows] = final.contacted_at[rows] = done
        final.state[rows] = State.CLOSED.value

    def _tell_round(self, rows: Rows, course: Course, source: State, number: int) -> None:
        """From dispatching to handling; a recent case with every move."""
        cast, ledger = self.cast, self.ledger
        recent = self.is_recent[rows]
        new = recent & (source is State.FILED)
        dispatcher, guide = cast.dispatcher[rows], self.either(rows, cast.guide, cast.member)
        ledger.move(rows[new], Name.ACCEPT, State.REGISTERED, course.accept[new], dispatcher[new])
        ledger.move(rows[new], Name.FILE, State.ACCEPTED, course.file[new], dispatcher[new])
        ledger.move(rows, Name.DISPATCH, source, course.dispatch, dispatcher)
        ledger.move(rows[recent], Name.START, State.DISPATCHED, course.start[recent], guide[recent])
        disputes = self.plan.is_dispute[rows]
        self.steps(rows[disputes], course.steps[disputes], number)
        ledger.move(rows, Name.HANDLE, State.IN_PROGRESS, course.handle, guide, self.resolution)
        by = np.where(recent, cast.officer[rows], dispatcher)
        ledger.move(rows[recent], Name.CHECK, State.HANDLED, course.check[recent], by[recent])

    def resolution(self, row: int) -> str:
        """How it ended, in a sentence."""
        if self.plan.has_failed[row]:
            return self.phrase("no_agreement")(row)
        return self.wording.notes[row][-1]

    def visit(
        self, rows: Rows, at: Times, number: int, *, is_reopened: bool, is_told: bool = True
    ) -> None:
        """Record what was said in a visit; of those reopened that it is not solved.

        `is_told` where the move itself is still to be written.
        """
        visited = ~np.isnat(at)
        rows, at = rows[visited], at[visited]
        result = self._draw_results(rows, is_reopened=is_reopened)
        content = np.full(len(rows), "", dtype=object)
        for value, chances in CONTENT.items():
            mine = np.flatnonzero(result == value)
            content[mine] = self._draw(chances, len(mine))
        said = dict(zip(rows.tolist(), zip(result, content, strict=True), strict=True))
        by = self.cast.visitor[rows]
        self.ledger.visits.add(
            rows,
            round=number,
            at=at,
            by=by,
            way=self._draw(WAYS, len(rows)),
            result=result,
            satisfaction=content,
            note=np.array([self._visit_note(int(row), *said[int(row)]) for row in rows], object),
        )
        told = (self.is_recent[rows] | is_reopened) & is_told
        self.ledger.move(rows[told], Name.VISIT, State.CHECKED, at[told], by[told])
        self.final.is_visited[rows] = True
        self.final.is_unhappy[rows] = (result != "solved") | (content == "not")

    def _draw_results(self, rows: Rows, *, is_reopened: bool) -> npt.NDArray[np.object_]:
        chances = (("partly", 0.4), ("not", 0.6)) if is_reopened else SOLVED
        drawn = self._draw(chances, len(rows))
        drawn[self.plan.has_failed[rows]] = "not"
        return drawn

    def _draw(self, chances: Chances, number: int) -> Texts:
        return draw(chances, number, self.rng)

    def _visit_note(self, row: int, result: str, content: str) -> str:
        occasion = "visit_no_answer" if content == "no_answer" else VISIT_NOTES[result]
        if result == "solved" and content == "not":
            occasion = "visit_partly"
        return self.phrase(occasion, 1)(row)

    def _close(self, rows: Rows, course: Course) -> None:
        final = self.final
        visited, unhappy = final.is_visited[rows], final.is_unhappy[rows]
        explain = self.phrase("explain", 2)
        final.explanation[rows[unhappy]] = [explain(int(row)) for row in rows[unhappy]]
        final.no_visit_reason[rows[~visited]] = self._draw(NO_VISITS, int((~visited).sum()))
        for flag, source in ((visited, State.VISITED), (~visited, State.CHECKED)):
            mine, by = rows[flag], self.cast.visitor[rows[flag]]
            said: Notes = lambda row: str(final.explanation[row])  # noqa: E731
            self.ledger.move(mine, Name.CLOSE, source, course.close[flag], by, said)
        final.outcome[rows] = self.outcomes[rows]
        final.step[rows] = np.where(self.plan.is_dispute[rows], STEPS[-1].value, "")
        final.resolution[rows] = [self.resolution(int(row)) for row in rows]
        final.accepted_at[rows] = course.accept
        final.contacted_at[rows] = self._contact(rows, course)
        final.resolved_at[rows] = course.handle
        final.closed_at[rows] = final.state_since[rows] = course.close
        final.state[rows] = State.CLOSED.value

    def _contact(self, rows: Rows, course: Course) -> Times:
        """A dispute begins with listening, a request when somebody takes it in hand."""
        return np.where(self.plan.is_dispute[rows], course.steps[:, 0], course.start)

    def _tell_twice(self, rows: Rows) -> None:
        """Not solved, says the visit: a second round with its own steps and visit."""
        first, second = self.plan.course.take(rows), self.plan.second_course
        self._tell_round(rows, first, State.FILED, 1)
        self.visit(rows, first.visit, 1, is_reopened=True)
        again = first.visit + seconds(300)
        reason = self.phrase("reopen")
        self.ledger.move(rows, Name.REOPEN, State.VISITED, again, self.cast.visitor[rows], reason)
        self.final.round[rows] = 2
        self.final.state_reason[rows] = [reason(int(row)) for row in rows]
        self._tell_round(rows, second, State.REOPENED, 2)
        self.visit(rows, second.visit, 2, is_reopened=False)
        self._close(rows, second)
        self.final.accepted_at[rows] = first.accept

    def tell_ended(self) -> None:
        """Declined, withdrawn, merged: a move and its reason."""
        plan, cast = self.plan, self.cast
        wait = seconds(self.rng.uniform(900, 20 * 3600, len(plan.events)))
        ends = (
            (Fate.DECLINED, Name.DECLINE, "decline", cast.dispatcher),
            (Fate.WITHDRAWN, Name.WITHDRAW, "withdraw", cast.registrar),
            (Fate.MERGED, Name.MERGE, "merge", cast.dispatcher),
        )
        for fate, name, occasion, people in ends:
            rows = np.flatnonzero(plan.fate == fate)
            at, reason = plan.events.at[rows] + wait[rows], self.phrase(occasion)
            by = np.where(people[rows] < 0, cast.dispatcher[rows], people[rows])
            other = plan.merged_into[rows]
            self.ledger.move(rows, name, State.REGISTERED, at, by, reason, other=other)
            self.final.state_reason[rows] = [reason(int(row)) for row in rows]
            self.final.state_since[rows] = at
            self.final.state[rows] = fate.name.lower()

    def tell_more_voices(self) -> tuple[Rows, Times]:
        """Further reports of the same, between the dispatch and the settling; whose they are and when."""
        rows = np.repeat(np.arange(len(self.plan.voices)), self.plan.voices - 1)
        rows = rows[self.plan.fate[rows] == Fate.CLOSED]
        course = self.plan.course.take(rows)
        length = (course.steps[:, -1] - course.dispatch).astype(np.int64)
        at = course.dispatch + seconds(self.rng.uniform(0.02, 0.6, len(rows)) * length)
        self.join(rows, at)
        return rows, at

    def join(self, rows: Rows, at: Times) -> None:
        """A report that becomes part of a case somebody works on."""
        by, said = self.cast.visitor[rows], self.phrase("merge")
        self.ledger.move(rows, "report", None, at, by, said, target=State.IN_PROGRESS)

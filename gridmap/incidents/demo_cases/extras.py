"""What stands beside the moves: hand-overs, more time, supervision, what the clock did, who was told. Pure."""

from dataclasses import dataclass

import numpy as np

from gridmap.incidents.demo_cases.cast import Routed
from gridmap.incidents.demo_cases.clock import DAY_S, Ints, Times, seconds
from gridmap.incidents.demo_cases.ledger import NOBODY, Rows, texts
from gridmap.incidents.demo_cases.plan import Fate
from gridmap.incidents.demo_cases.stories import Teller
from gridmap.incidents.demo_cases.town import Flags, Located, Staff
from gridmap.incidents.states import Name, State

HANDED_OVER, EXTENDED, WAITING_EXTENSIONS, SUPERVISED, LOOKS = 150, 130, 3, 8, 60
# Of those who were told yesterday half have not read it yet.
UNREAD_SHARE = 0.5
MINUTE_S = 60
LOOK_REASONS = ("contact", "mediate", "visit", "check")


@dataclass
class Extras:
    """Writes the records beside the story; the cases themselves are told already."""

    teller: Teller
    routed: Routed
    located: Located
    staff: Staff

    def __post_init__(self) -> None:
        self.start = self.teller.on.astype("datetime64[s]")
        self.rng = self.teller.rng
        plan, final = self.teller.plan, self.teller.final
        self.is_open = plan.fate >= Fate.OPEN
        self.is_worked_on = (plan.fate == Fate.OPEN) & np.isin(
            final.state, [State.IN_PROGRESS.value, State.DISPATCHED.value]
        )
        self.is_told = self.teller.is_recent | self.is_open

    def write(self) -> None:
        self._hand_over()
        self._extend_closed()
        self._extend_open()
        self._ask_for_more_time()
        self._supervise()
        self._strike()
        self._tell_of_arrivals()
        self._tell_of_the_rest()
        self._look()

    def _some(self, flags: Flags, number: int) -> Rows:
        rows = np.flatnonzero(flags)
        return np.sort(self.rng.choice(rows, min(number, len(rows)), replace=False))

    def _hand_over(self) -> None:
        """The leading team was another one at first."""
        plan, cast = self.teller.plan, self.teller.cast
        free = (plan.fate == Fate.CLOSED) & ~plan.on_site & (self.routed.lead != "")
        rows = self._some(free, HANDED_OVER)
        names = np.array(sorted(self.staff.guides), dtype=object)
        other = names[self.rng.integers(0, len(names), len(rows))]
        kept = other != self.routed.lead[rows]
        rows, other = rows[kept], other[kept]
        begun = plan.course.dispatch[rows]
        at = begun + (plan.course.start[rows] - begun) * 0.5
        note = self.teller.phrase("hand_over", 4)
        self.teller.ledger.move(
            rows, Name.HAND_OVER, State.DISPATCHED, at, cast.dispatcher[rows], note
        )
        self.teller.ledger.hand_overs.add(
            rows,
            at=at,
            by=cast.dispatcher[rows],
            note=texts(note, rows),
            from_team=other,
            to_team=self.routed.lead[rows],
            cell=self.located.cell[rows],
        )

    def _add_extensions(self, rows: Rows, asked: Times, until: Times, decided: Times) -> None:
        """More time; not yet decided where `decided` is NaT."""
        cast = self.teller.cast
        self.teller.ledger.extensions.add(
            rows,
            at=asked,
            by=cast.guide[rows],
            note=texts(self.teller.phrase("extension", 5), rows),
            until=until,
            decided_at=decided,
            decided_by=np.where(np.isnat(decided), NOBODY, cast.officer[rows]),
        )

    def _extend_closed(self) -> None:
        """Some that took longer had asked before."""
        plan, final = self.teller.plan, self.teller.final
        late = (
            (plan.fate == Fate.CLOSED) & (final.resolved_at > plan.due.settle) & (final.round == 1)
        )
        rows = self._some(late & ~plan.on_site, EXTENDED)
        due = plan.due.settle[rows]
        asked = due - (due - plan.course.start[rows]) * 0.2
        decided = asked + (due - asked) * 0.5
        until = final.resolved_at[rows] + seconds(self.rng.integers(1, 40, len(rows)) * 3600)
        self._add_extensions(rows, asked, until, decided)
        plan.due.settle[rows] = until

    def _extend_open(self) -> None:
        """Those whose limit would have given another time."""
        plan = self.teller.plan
        rows = np.flatnonzero(~np.isnat(plan.extended_to))
        last = self._last_act()[rows]
        asked = np.minimum(last + seconds(1200), self.start - seconds(1800))
        self._add_extensions(rows, asked, plan.extended_to[rows], asked + seconds(900))

    def _last_act(self) -> Times:
        """When something was last done with each open case."""
        return self.teller.final.state_since

    def _ask_for_more_time(self) -> None:
        """A few wait for an answer."""
        plan = self.teller.plan
        free = self.is_worked_on & np.isnat(plan.extended_to) & (plan.due.settle > self.start)
        free &= plan.is_dispute & (plan.script < 0)
        rows = self._some(free, WAITING_EXTENSIONS)
        asked = self.start - seconds(self.rng.integers(3600, 5 * 3600, len(rows)))
        until = plan.due.settle[rows] + seconds(np.full(len(rows), 3 * DAY_S))
        never = np.full(len(rows), np.datetime64("NaT", "s"))
        self._add_extensions(rows, asked, until, never)

    def _supervise(self) -> None:
        """Somebody above wants an answer on what is late or was raised; half have it."""
        plan, cast, final = self.teller.plan, self.teller.cast, self.teller.final
        late = self.is_worked_on & (plan.due.settle < self.start)
        raised = (plan.fate == Fate.OPEN) & (final.raised_to >= 0)
        rows = self._some(late | raised, SUPERVISED)
        at = self.start - seconds(self.rng.integers(2 * 3600, 9 * 3600, len(rows)))
        answered = np.arange(len(rows)) % 2 == 1
        answer = texts(self.teller.phrase("answer", 5), rows)
        self.teller.ledger.supervisions.add(
            rows,
            at=at,
            by=np.where(self.rng.random(len(rows)) < 0.7, cast.commander[rows], cast.admin[rows]),
            note=texts(self.teller.phrase("supervise", 6), rows),
            answer=np.where(answered, answer, ""),
            answered_by=np.where(answered, cast.member[rows], NOBODY),
            answered_at=np.where(answered, at + seconds(3000), np.datetime64("NaT")),
        )
        self._tell(rows[:, None], cast.member[rows][:, None], "supervised", at[:, None])

    def _strike(self) -> None:
        """What was late when the day began."""
        plan, final = self.teller.plan, self.teller.final
        overdue = self.is_worked_on & (plan.due.settle < self.start)
        contact = plan.due.contact
        silent = np.isnat(final.contacted_at) | (final.contacted_at > contact)
        unheard = (plan.fate == Fate.OPEN) & silent & (contact < self.start)
        for kind, flags, due in (
            ("overdue", overdue, plan.due.settle),
            ("contact", unheard, contact),
        ):
            rows = np.flatnonzero(flags)
            at = due[rows] + seconds(MINUTE_S)
            self.teller.ledger.clock_events.add(rows, kind=kind, due_at=due[rows], at=at)
        rows = np.flatnonzero(overdue)
        people = self._responsible(rows)
        at = np.repeat(plan.due.settle[rows][:, None] + seconds(MINUTE_S), people.shape[1], axis=1)
        self._tell(np.repeat(rows[:, None], people.shape[1], axis=1), people, "overdue", at)

    def _responsible(self, rows: Rows) -> Ints:
        """The member of the cell and everybody in the leading team; a column for each."""
        width = max(len(people) for people in self.staff.guides.values())
        found = np.full((len(rows), width + 1), NOBODY)
        found[:, 0] = self.teller.cast.member[rows]
        for team, people in self.staff.guides.items():
            mine = self.routed.lead[rows] == team
            found[mine, 1 : len(people) + 1] = people
        return found

    def _tell(self, rows: Rows, people: Ints, kind: str, at: Times) -> None:
        """One line for each person; what is older has been read."""
        known = people.ravel() >= 0
        case, user = np.broadcast_to(rows, people.shape).ravel()[known], people.ravel()[known]
        when = np.broadcast_to(at, people.shape).ravel()[known]
        fresh = when > self.start - seconds(DAY_S)
        unread = fresh & (self.rng.random(len(user)) < UNREAD_SHARE)
        read = np.minimum(when + seconds(self.rng.integers(120, 9000, len(user))), self.start)
        read = np.maximum(read, when)
        self.teller.ledger.notices.add(
            case,
            user=user,
            kind=kind,
            at=when,
            read_at=np.where(unread, np.datetime64("NaT"), read),
        )

    def _tell_of_arrivals(self) -> None:
        plan = self.teller.plan
        routed = np.flatnonzero(self.is_told & (self.routed.unrouted == ""))
        people = self._responsible(routed)
        people[people == self.teller.cast.registrar[routed][:, None]] = NOBODY
        self._tell(routed[:, None], people, "arrived", plan.events.at[routed][:, None])
        queue = np.flatnonzero(self.routed.unrouted != "")
        self._tell(
            queue[:, None],
            self._all(queue, self.staff.dispatchers),
            "unrouted",
            plan.events.at[queue][:, None],
        )

    def _all(self, rows: Rows, people: Ints) -> Ints:
        return np.repeat(people[None, :], len(rows), axis=0)

    def _tell_of_the_rest(self) -> None:
        """Of what was raised, those in office where it is now."""
        cast, final = self.teller.cast, self.teller.final
        raised = np.flatnonzero(final.raised_to >= 0)
        people = np.stack(
            [cast.officer[raised], cast.commander[raised], cast.admin[raised]], axis=1
        )
        self._tell(raised[:, None], people, "escalated", final.state_since[raised][:, None])

    def _look(self) -> None:
        """Those who work on a case had its parties shown, and said why."""
        rows = self._some(self.is_worked_on & self.teller.plan.is_dispute, LOOKS)
        last = self._last_act()[rows]
        at = last + (self.start - last) * self.rng.random(len(rows)) * 0.5
        reason = self.rng.choice(LOOK_REASONS, len(rows), p=[0.5, 0.35, 0.05, 0.1]).astype(object)
        self.teller.ledger.looks.add(rows, user=self.teller.cast.member[rows], reason=reason, at=at)

"""Cases in random hands: moves, steps and raw writes, and what must hold after each of them.

Everything is done as the application's role, in one transaction that is undone. What a page would
show as possible must be taken, given sensible details, and nothing else.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import DatabaseError, connection
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    rule,
    run_state_machine_as_test,
)

from geodata.querysets import day_of
from gridmap.accounts.models import User
from gridmap.incidents.models import Extension, Incident, Report, Supervision
from gridmap.incidents.parts import (
    can_ask_for_time,
    can_direct,
    can_handle,
    can_take_step,
    parts_of,
)
from gridmap.incidents.services.handing_over import hand_over_cases, hand_over_cell
from gridmap.incidents.services.joining import join_report, near_open_cases, separate_report
from gridmap.incidents.services.moving import dispatch_incident
from gridmap.incidents.services.rerouting import route_again
from gridmap.incidents.services.steps import (
    answer_supervision,
    ask_extension,
    decide_extension,
    supervise,
)
from gridmap.incidents.states import (
    STEPS,
    Name,
    State,
    Step,
    next_step,
)
from tests.incidents.makers import make_draft
from tests.incidents.raw_writes import ROADS, forgery
from tests.incidents.roads import Roads
from tests.incidents.stage import ENDING, MOST_CASES, PLACES, TOPICS, Stage, pick
from tests.incidents.town import Town
from tests.incidents.verdicts import PAIRS, SEEN

ACTIONS = 40
NUMBERS = st.integers(0, 9999)
USUAL = (
    Name.ACCEPT, Name.FILE, Name.DISPATCH, Name.START, Name.TAKE_UP, Name.RESUME, Name.HANDLE,
    Name.CHECK, Name.VISIT, Name.CLOSE,
)  # fmt: skip


class CaseMachine(Roads):
    """One sequence: up to three cases of the small city.

    What is drawn are numbers, of which each act picks what it needs.
    """

    @initialize(place=NUMBERS, topic=NUMBERS, who=NUMBERS)
    def begin(self, place: int, topic: int, who: int) -> None:
        self._report(place, topic, who)

    @rule(place=NUMBERS, topic=NUMBERS, who=NUMBERS)
    def another_report(self, place: int, topic: int, who: int) -> None:
        if len(self.ids) < MOST_CASES:
            self._report(place, topic, who)

    @rule(which=NUMBERS, n=NUMBERS)
    def a_move_that_is_shown(self, which: int, n: int) -> None:
        """Somebody presses a button: it must be there for a reason."""
        case = self._case(which)
        shown = self._shown(case)
        # What ends a case is rarer than what moves it, or no sequence would get far.
        names = [name for name in shown if name not in ENDING] if n % 6 else list(shown)
        if names:
            name = pick(names, n)
            self._move(case, name, pick(shown[name], n), n)

    @rule(which=NUMBERS, n=NUMBERS)
    def the_usual_way(self, which: int, n: int) -> None:
        """Some of what follows when nothing goes wrong."""
        for turn in range(1 + n % 5):
            case = self._case(which)
            shown = self._shown(case)
            name = next((name for name in USUAL if name in shown), None)
            if name is None:
                self.steps_by_those_who_may(which, n)
            else:
                self._move(case, name, pick(shown[name], n + turn), n)

    @rule(which=NUMBERS, who=NUMBERS, name=st.sampled_from(Name), n=NUMBERS)
    def any_move(self, which: int, who: int, name: Name, n: int) -> None:
        self._move(self._case(which), name, pick([*self.people.values(), None], who), n)

    @rule(which=NUMBERS, who=NUMBERS, n=NUMBERS)
    def dispatch_at_once(self, which: int, who: int, n: int) -> None:
        case = self._case(which)
        by = self._somebody(who, case)
        details = self._details(case, Name.DISPATCH, by, n)
        self._act(by, lambda: dispatch_incident(incident=case, by=by, at=self.at, details=details))

    @rule(which=NUMBERS, who=NUMBERS, step=st.sampled_from(Step))
    def a_step(self, which: int, who: int, step: Step) -> None:
        """Any step by anybody: taken if it is shown and its turn."""
        case = self._case(which)
        by = self._somebody(who, case)
        standing = self._standing(case)
        is_shown = can_take_step(standing, parts_of(standing, self._scope(by)))
        turn = next_step(STEPS[: STEPS.index(Step(case.step)) + 1] if case.step else ())
        self._step(case, by, step, is_expected=is_shown and step is turn)

    @rule(which=NUMBERS, n=NUMBERS)
    def steps_by_those_who_may(self, which: int, n: int) -> None:
        for _ in range(1 + n % len(STEPS)):
            case = self._case(which)
            standing = self._standing(case)
            able = [
                p for p, parts in self._parts(standing).items() if can_take_step(standing, parts)
            ]
            if not able:
                return
            done = STEPS[: STEPS.index(Step(case.step)) + 1] if case.step else ()
            self._step(case, self.people[pick(able, n)], next_step(done), is_expected=True)

    @rule(which=NUMBERS, who=NUMBERS)
    def more_time(self, which: int, who: int) -> None:
        """Asked for, or decided where it was asked for."""
        case = self._case(which)
        by = self._somebody(who, case)
        standing, at = self._standing(case), self.at
        parts = parts_of(standing, self._scope(by))
        pending = Extension.objects.filter(incident=case, is_granted=None).first()
        if pending is None:
            until = max(at, case.due_at) + timedelta(hours=1 + who % 99)
            self._expect(
                can_ask_for_time(standing, parts),
                by,
                lambda: ask_extension(incident=case, until=until, reason="等材料", by=by, at=at),
            )
        else:
            granted = bool(who % 2)
            self._expect(
                can_direct(standing, parts),
                by,
                lambda: decide_extension(extension=pending, is_granted=granted, by=by, at=at),
            )

    @rule(which=NUMBERS, who=NUMBERS)
    def supervision(self, which: int, who: int) -> None:
        case = self._case(which)
        by = self._somebody(who, case)
        standing, at = self._standing(case), self.at
        parts = parts_of(standing, self._scope(by))
        waiting = Supervision.objects.filter(incident=case, answered_at=None).first()
        if waiting is None or who % 3 == 0:
            self._expect(
                can_direct(standing, parts),
                by,
                lambda: supervise(incident=case, words="抓紧", by=by, at=at),
            )
        else:
            self._expect(
                can_handle(standing, parts),
                by,
                lambda: answer_supervision(supervision=waiting, answer="在办", by=by, at=at),
            )

    @rule(place=NUMBERS, topic=NUMBERS, which=NUMBERS, who=NUMBERS)
    def a_report_joins(self, place: int, topic: int, which: int, who: int) -> None:
        case = self._case(which)
        by = self._somebody(who, case)
        draft = make_draft(topic=pick(TOPICS, topic), occurred_at=self.at, **pick(PLACES, place))
        own = self._scope(by)
        is_seen = Incident.objects.visible_to(own).open().filter(pk=case.pk).exists()
        where = {"lon": draft.lon, "lat": draft.lat}
        near = near_open_cases(topic=draft.topic, at=self.at, scope=own, **where)
        assert is_seen or case not in near
        self._expect(
            is_seen, by, lambda: join_report(draft=draft, incident=case, by=by, at=self.at)
        )

    @rule(which=NUMBERS, who=NUMBERS)
    def a_report_separates(self, which: int, who: int) -> None:
        case = self._case(which)
        by = self._somebody(who, case)
        reports = list(Report.objects.filter(incident=case).order_by("pk"))
        if len(reports) > 1 and len(self.ids) < MOST_CASES:
            report = pick(reports, who)
            self._act(
                by, lambda: separate_report(report=report, reason="两回事", by=by, at=self.at)
            )
            self._find_new()

    @rule(cell=NUMBERS, old=NUMBERS, new=NUMBERS, who=NUMBERS)
    def a_cell_changes_hands(self, cell: int, old: int, new: int, who: int) -> None:
        place = pick(list(self.town.city.cells.values()), cell)
        by, to_user = self._somebody(who), self._somebody(new)
        holders = [user for user in self.people.values() if place.pk in self._scope(user).cell_ids]
        from_user = pick(holders or list(self.people.values()), old)
        is_taken = self._act(
            by,
            lambda: hand_over_cell(
                cell=place,
                from_user=from_user,
                to_user=to_user,
                begins_on=day_of(self.at),
                by=by,
                at=self.at,
            ),
        )
        if is_taken:
            self.is_as_built = False
            self._forget()

    @rule(who=NUMBERS, n=NUMBERS)
    def many_cases_change_hands(self, who: int, n: int) -> None:
        by = self._somebody(who)
        cases = list(Incident.objects.filter(pk__in=self.ids))
        details = self._details(cases[0], Name.HAND_OVER, by, n)
        self._act(by, lambda: hand_over_cases(incidents=cases, details=details, by=by, at=self.at))

    @rule(which=NUMBERS, who=NUMBERS)
    def owners_are_looked_for(self, which: int, who: int) -> None:
        case = self._case(which)
        by = self._somebody(who, case)
        self._act(by, lambda: route_again(incident=case, by=by, at=self.at))

    @rule(who=NUMBERS)
    def somebody_leaves_or_returns(self, who: int) -> None:
        name = pick(sorted(set(self.people) - {"he"}), who)
        user = self.people[name]
        User.objects.filter(pk=user.pk).update(is_active=not user.is_active)
        self.people[name] = User.objects.get(pk=user.pk)
        self._forget()

    @rule(hours=st.sampled_from([0, 1, 2, 3, 20, 90, 400]))
    def time_passes(self, hours: int) -> None:
        self._pass_time(hours)

    @rule(
        which=NUMBERS,
        state=st.sampled_from(State),
        road=st.sampled_from(["sql", "queryset", "bulk"]),
        is_forged=st.booleans(),
        n=NUMBERS,
    )
    def a_raw_write(self, which: int, state: State, road: str, is_forged: bool, n: int) -> None:
        """The application's role writes a state past the services, with or without what belongs to it."""
        if n % 3 == 0:
            state = State(pick(sorted(b for a, b in PAIRS if a == self._case(which).state), n))
        case, by = self._case(which), self._somebody(n)
        columns = {"state": state.value}
        if is_forged:
            columns |= forgery(case, state, self.at, pick(self.ids, n), n)
        self._act(by, lambda: ROADS[road](case, columns), DatabaseError, road="raw")


def set_stage() -> None:
    """A fresh town, once in a database."""
    Stage.town = Town()
    Stage.swept.clear()
    Stage.played.clear()
    Stage.scopes.clear()
    with connection.cursor() as cursor:
        cursor.execute(SEEN)


def run(sequences: int, *, is_random: bool = False) -> None:
    """So many sequences of up to 40 acts; always the same ones, or others each time.

    Raises
    ------
    AssertionError
        Something is wrong after an act.
    """
    with refusals_unsaid():
        run_state_machine_as_test(
            CaseMachine,
            settings=settings(
                max_examples=sequences,
                stateful_step_count=ACTIONS,
                deadline=None,
                database=None,
                derandomize=not is_random,
                print_blob=True,
                report_multiple_bugs=False,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )


@contextmanager
def refusals_unsaid() -> Iterator[None]:
    """A refused request is no event here."""
    logger = logging.getLogger("django.request")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)

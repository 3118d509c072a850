"""Where the random acts are played: who there is, what they may do, and the verdict after each act."""

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack, nullcontext
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, TypeVar
from uuid import uuid4

from django.db import connection, transaction
from hypothesis.stateful import (
    RuleBasedStateMachine,
)

from geodata.querysets import day_of
from gridmap.accounts.models import User
from gridmap.accounts.scope import Scope, act_as, scope
from gridmap.incidents.models import Incident
from gridmap.incidents.parts import (
    Standing,
    parts_of,
    possible_moves,
)
from gridmap.incidents.services.details import Details, VisitDraft
from gridmap.incidents.services.errors import Refused
from gridmap.incidents.services.moving import move_incident
from gridmap.incidents.services.reporting import report_incident
from gridmap.incidents.services.steps import (
    record_step,
)
from gridmap.incidents.standing import standing_of
from gridmap.incidents.states import (
    Name,
    Part,
    Step,
)
from tests.incidents.doors import Door, is_done
from tests.incidents.makers import NOW, make_draft
from tests.incidents.town import Town
from tests.incidents.verdicts import Seen, faults_of, look

Thing = TypeVar("Thing")
SEQUENCES = "sequences"
MOST_CASES = 3
ENDING = {Name.DECLINE, Name.SETTLE_ON_SITE, Name.MERGE, Name.WITHDRAW}
PLACES: tuple[dict[str, Any], ...] = (
    {},  # in a building of cell a
    {"column": 2.5},  # cell b, a stand-in
    {"column": 4.5},  # cell c, whose member is disabled
    {"column": 6.5},  # cell d, nobody
    {"column": 20.0},  # outside
    {"lon": None, "lat": None},
    {"accuracy_m": 900.0},
)
TOPICS = ("water_supply", "water_supply", "repair", "wages")
VISITS = (
    VisitDraft("phone", "solved", "satisfied"),
    VisitDraft("in_person", "partly", "not"),
    VisitDraft("message", "not", "no_answer"),
)


def pick(things: Sequence[Thing], n: int) -> Thing:
    return things[n % len(things)]


class Stage(RuleBasedStateMachine):
    """The small city in one transaction that is undone, as the application's role."""

    town: ClassVar[Town]
    # What each person answers for on a day, as the town was built; over all sequences.
    scopes: ClassVar[dict[tuple[int, date], Scope]] = {}
    # Sequences played to their end, and acts by the road that they took; over all of them.
    played: ClassVar[Counter[str]] = Counter()
    # Standings whose moves have been tried one by one, all of them; over all sequences.
    swept: ClassVar[set[tuple[Any, ...]]] = set()

    def __init__(self) -> None:
        super().__init__()
        self.work = ExitStack()
        self.work.enter_context(transaction.atomic())
        self.at: datetime = NOW
        self.people = {name: self._fresh(user) for name, user in self.town.people.items()}
        self.seen = Seen()
        self.ids: list[int] = []
        self.acting: object = self
        self.is_fine = True
        # What was read since it was last written; it is asked for many times.
        self.read: dict[int, tuple[Incident, Standing]] = {}
        self.parts: dict[Standing, dict[str, frozenset[Part]]] = {}
        # Whether the appointments are still those of the town.
        self.is_as_built = True
        self.first = 0
        self.last_move = self.last_entry = 0
        self._start_looking()

    def teardown(self) -> None:
        try:
            for which in range(len(self.ids) if self.is_fine else 0):
                self._reach_an_end(self._case(which))
            if self.is_fine:
                connection.check_constraints()
                # One that the drawing broke off, having drawn too much, is none.
                self.played[SEQUENCES] += sys.exc_info()[0] is None
        finally:
            transaction.set_rollback(True)
            self.work.close()

    def _shown(self, case: Incident) -> dict[Name, list[User]]:
        """The buttons on the pages of all people."""
        standing = self._standing(case)
        shown: dict[Name, list[User]] = {}
        for name, parts in self._parts(standing).items():
            for move in possible_moves(standing, parts):
                shown.setdefault(move.name, []).append(self.people[name])
        return shown

    def _report(self, place: int, topic: int, who: int) -> None:
        by = self._somebody(who)
        draft = make_draft(topic=pick(TOPICS, topic), occurred_at=self.at, **pick(PLACES, place))
        self._act(by, lambda: report_incident(draft=draft, by=by, at=self.at))
        self._find_new()

    def _find_new(self) -> None:
        self.ids = sorted(self.seen.cases)

    def _move(self, case: Incident, name: Name, by: User | None, n: int) -> None:
        standing = self._standing(case)
        parts = parts_of(standing, self._scope(by)) if by else frozenset({Part.SYSTEM})
        details = self._details(case, name, by, n)
        shown = {move.name for move in possible_moves(standing, parts)}
        is_expected = name in shown and (name is not Name.MERGE or details.other is not None)
        self._expect(
            is_expected,
            by,
            lambda: move_incident(incident=case, name=name, by=by, at=self.at, details=details),
        )
        if n % 4 == 0:
            self._sweep(self._case_of(case.pk), by, n)

    def _sweep(self, case: Incident, by: User | None, n: int) -> None:
        """Where a case stands as none did before: all moves, by the same person, each undone."""
        standing = self._standing(case)
        parts = parts_of(standing, self._scope(by)) if by else frozenset({Part.SYSTEM})
        shown = {move.name for move in possible_moves(standing, parts)}
        situation = (
            standing.state, standing.step == Step.SETTLE, standing.is_dispute, standing.is_at_top,
            standing.can_climb, standing.has_below, case.is_visited, case.is_unhappy,
            bool(case.unrouted_reason), case.lead_team_id is None, case.raised_to_id is None, parts,
        )  # fmt: skip
        if situation in self.swept:
            return
        for name in Name:
            details = self._details(case, name, by, n)
            if name is Name.MERGE and details.other is None:
                continue
            is_taken = self._try(
                by,
                lambda name=name, details=details: move_incident(
                    incident=case, name=name, by=by, at=self.at, details=details
                ),
                undo=True,
            )
            assert is_taken == (name in shown), (name, situation, is_taken)
        self.swept.add(situation)

    def _step(self, case: Incident, by: User, step: Step | None, *, is_expected: bool) -> None:
        assert step is not None
        # The same words again would be a retry, which is always taken and changes nothing.
        note = f"谈过了 {uuid4()}"
        self._expect(
            is_expected,
            by,
            lambda: record_step(incident=case, step=step, by=by, at=self.at, note=note),
        )

    def _details(self, case: Incident, name: Name, by: User | None, n: int) -> Details:
        """What a sensible person would fill in."""
        cells, teams = list(self.town.city.cells.values()), list(self.town.teams.values())
        if name is Name.DISPATCH or name is Name.HAND_OVER:
            # The form proposes what is there.
            cells += [] if case.cell_id is None else [None, None]  # type: ignore[list-item]
            teams += [] if case.lead_team_id is None else [None]  # type: ignore[list-item]
        others = Incident.objects.open().exclude(pk=case.pk).filter(pk__in=self.ids)
        if by is not None and name is Name.MERGE:
            others = others.visible_to(self._scope(by))
        return Details(
            reason="原因",
            text="说明",
            until=day_of(self.at) + timedelta(days=1 + n % 30),
            outcome="agreement_oral",
            cell=pick(cells, n),
            team=pick(teams, n),
            other=others.first() if name is Name.MERGE else None,
            visit=pick(VISITS, n),
            no_visit_reason="anonymous",
            key=uuid4(),
            version=case.version,
        )

    def _reach_an_end(self, case: Incident) -> None:
        """From wherever it got to, the buttons of one who answers for the city lead out."""
        by = self.people["he"]
        ways = (Name.WITHDRAW, Name.CHECK, Name.CLOSE)
        for _ in range(len(ways)):
            if not case.is_open:
                return
            standing = self._standing(case)
            shown = {m.name for m in possible_moves(standing, parts_of(standing, self._scope(by)))}
            way = next(name for name in ways if name in shown)
            self._move(case, way, by, 0)
            case = self._case_of(case.pk)
        assert not case.is_open, case.state

    def _expect(self, is_expected: bool, by: User | None, act: Callable[[], object]) -> None:
        self._agree(is_expected, self._act(by, act))

    def _agree(self, is_shown: bool, is_taken: bool, what: object = "") -> None:
        self.is_fine = is_taken == is_shown
        assert self.is_fine, f"shown is {is_shown}, taken was {is_taken} {what}"

    def _act(
        self,
        by: User | None,
        act: Callable[[], object],
        *errors: type[Exception],
        road: str = "service",
    ) -> bool:
        """Whether it was let through; either way nothing may be wrong now."""
        self.is_fine = False
        is_taken = self._try(by, act, *errors)
        self._judge(by, is_taken, road)
        return is_taken

    def _ask(self, by: User, ask: Callable[[Door], Any], road: str) -> Any:
        """The answer to somebody who asks from outside; it is the request that tells the database who."""
        self.is_fine = False
        answer = ask(Door(self.town.keys[by.username], self.at))
        self.acting = self
        self._judge(by, is_done(answer), road)
        return answer

    def _judge(self, by: User | None, is_taken: bool, road: str) -> None:
        self.played[road] += 1
        before = self.seen.cases
        self.seen = look(self.first, self.last_move, self.last_entry)
        for pk in list(self.read):
            # A bulk write changes what it is given, also where it is refused.
            if road == "raw" or before[pk]["written"] != self.seen.cases[pk]["written"]:
                del self.read[pk]
        faults = faults_of(before, self.seen, by, day_of(self.at))
        if not is_taken and (before != self.seen.cases or self.seen.moves):
            faults.append("refused, and yet something changed")
        assert not faults, "\n".join(faults)
        self.is_fine = True
        self.last_move = max([self.last_move, *(move["id"] for move in self.seen.moves)])
        self.last_entry = max([self.last_entry, *(entry["id"] for entry in self.seen.entries)])

    def _try(
        self,
        by: User | None,
        act: Callable[[], object],
        *errors: type[Exception],
        undo: bool = False,
    ) -> bool:
        if by is not self.acting:
            act_as(by or self.people["outsider"], day_of(self.at))
            self.acting = by
        try:
            # A service is whole or nothing by itself.
            with transaction.atomic() if errors or undo else nullcontext():
                act()
                if undo:
                    transaction.set_rollback(True)
        except (Refused, *errors):
            return False
        return True

    def _start_looking(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT coalesce((SELECT max(id) FROM incidents_incident), 0),"
                " coalesce((SELECT max(id) FROM incidents_moverecord), 0),"
                " coalesce((SELECT max(id) FROM incidents_logentry), 0)"
            )
            last, self.last_move, self.last_entry = cursor.fetchone()
            self.first = last + 1
            cursor.execute("SET LOCAL ROLE gridmap_app")

    def _fresh(self, user: User) -> User:
        vars(user).pop("scope", None)
        return user

    def _forget(self) -> None:
        self.acting = self
        self.read.clear()
        self.parts.clear()
        for user in self.people.values():
            vars(user).pop("scope", None)

    def _pass_time(self, hours: int) -> None:
        before = day_of(self.at)
        self.at += timedelta(hours=hours)
        if day_of(self.at) != before:
            self._forget()

    def _scope(self, user: User) -> Scope:
        """As a request has it: read once, kept with the person."""
        known: Scope | None = vars(user).get("scope")
        if known is None:
            known = vars(user)["scope"] = self._read_scope(user)
        return known

    def _read_scope(self, user: User) -> Scope:
        day = day_of(self.at)
        if not user.is_active or not self.is_as_built:
            return scope(user, day)
        if (user.pk, day) not in self.scopes:
            self.scopes[user.pk, day] = scope(user, day)
        return self.scopes[user.pk, day]

    def _parts(self, standing: Standing) -> dict[str, frozenset[Part]]:
        if standing not in self.parts:
            self.parts[standing] = {
                name: parts_of(standing, self._scope(user)) for name, user in self.people.items()
            }
        return self.parts[standing]

    def _standing(self, case: Incident) -> Standing:
        self._case_of(case.pk)
        return self.read[case.pk][1]

    def _case(self, which: int) -> Incident:
        return self._case_of(pick(self.ids, which))

    def _case_of(self, pk: int) -> Incident:
        if pk not in self.read:
            case = Incident.objects.select_related("area", "raised_to").get(pk=pk)
            teams = self.seen.cases[pk]["assisting"]
            self.read[pk] = (case, standing_of(case, day_of(self.at), teams))
        return self.read[pk][0]

    def _somebody(self, who: int, case: Incident | None = None) -> User:
        """Anybody; where there is a case, mostly one of those who are something to it."""
        everybody = list(self.people)
        if case is not None and who % 3:
            everybody = [name for name, parts in self._parts(self._standing(case)).items() if parts]
        return self.people[pick(everybody, who // 3)]

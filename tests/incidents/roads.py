"""The same moves made from outside: on the page of a case, on the boards, by a program, by the clock.

What a page or the API shows must be what the rules say and nothing else; what it shows must be taken,
what it does not show must be refused.
"""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

from hypothesis import strategies as st
from hypothesis.stateful import rule

from geodata.querysets import BEIJING, day_of
from gridmap.accounts.models import User
from gridmap.console.cases.acts import ACTS, PHOTO
from gridmap.console.desk.boards import TRIAGE
from gridmap.console.desk.checked import DISPATCHING
from gridmap.incidents.models import Incident, Report
from gridmap.incidents.parts import can_direct, can_take_step, parts_of, possible_moves
from gridmap.incidents.services.clocks import strike
from gridmap.incidents.states import DESK, NEW, STEPS, Name, Step, next_step
from tests.incidents.doors import is_done
from tests.incidents.promises import broken_promises
from tests.incidents.stage import ENDING, MOST_CASES, Stage, pick

NUMBERS = st.integers(0, 9999)
BUTTON = re.compile(r'/do/(\w+)/"')
ACT_FORM = re.compile(r'<form class="act".*?</form>', re.DOTALL)
FIELD = re.compile(r'name="(\w+)"')
VALUE = '<input type="hidden" name="{}" value="([^"]*)"'
SELECT = r'<select name="{}".*?</select>'
OPTION = re.compile(r'<option value="(\d+)"')
RADIO = r'name="{}" value="(\d+)"'
PAGE_ACTS = sorted(ACTS.keys() - {PHOTO})
# What the standing of a case alone decides; the others also ask what is waiting for an answer.
PLAIN_ACTS = {*(name.value for name in Name), "step", "supervise"}


class Roads(Stage):
    """Acts that come in by a request, and the clock."""

    @rule(which=NUMBERS, who=NUMBERS, n=NUMBERS)
    def by_the_case_page(self, which: int, who: int, n: int) -> None:
        """Somebody looks at a case and presses a button, or sends what no button sends."""
        case = self._case(which)
        by = self._somebody(who, case)
        shown = self._look_at(case, by)
        if n % 3 and shown:
            names = sorted(shown - ENDING if n % 4 else shown) or sorted(shown)
        else:
            names = PAGE_ACTS
        name = pick(names, n // 3)
        if name == "separate" and len(self.ids) >= MOST_CASES:
            return
        form = self._filled_in(case, by, name, n, is_shown=name in shown)
        if form is not None:
            path = f"/cases/{case.code}/do/{name}/"
            answer = self._ask(by, lambda door: door.page(path, form), "page")
            self._agree(name in shown, is_done(answer), (name, answer.status_code))
            self._find_new()

    @rule(which=NUMBERS, who=NUMBERS, n=NUMBERS)
    def by_a_program(self, which: int, who: int, n: int) -> None:
        case = self._case(which)
        by = self._somebody(who, case)
        shown, is_seen = self._rules(case, by), self._is_seen(case, by)
        path = f"/api/cases/{case.code}/"
        if n % 2:
            answer = self._ask(by, lambda door: door.api(f"{path}moves/"), "read")
            self._agree(is_seen, answer.status_code == 200, answer.status_code)
            told = answer.json().get("moves", ())
            wrong = {move["name"] for move in told} ^ {str(m) for m in shown[0] if is_seen}
            assert not wrong, f"the API shows or hides {wrong}"
        if n % 5 == 0:
            name, is_shown, path, body = "step", shown[1], f"{path}steps/", self._step_body(case, n)
            is_shown = is_shown and body["step"] == (self._next_step(case) or "")
        else:
            names = sorted(set(shown[0]) - ENDING) if n % 3 else []
            name = pick(names or list(Name), n // 3)
            is_shown, path, body = (
                name in shown[0],
                f"{path}moves/",
                self._move_body(case, name, by, n),
            )
            is_shown = is_shown and (name is not Name.MERGE or "other" in body["details"])
        answer = self._ask(by, lambda door: door.api(path, body), "api")
        self._agree(is_shown and is_seen, is_done(answer), (name, answer.content[:200]))

    @rule(who=NUMBERS, name=st.sampled_from([Name.DISPATCH, Name.HAND_OVER]), n=NUMBERS)
    def many_at_once_from_a_board(self, who: int, name: Name, n: int) -> None:
        """All cases are checked, and sent out or handed over: those that can be, and no others."""
        by = pick(list(self.people.values()), who)
        cases = [self._case(which) for which in range(len(self.ids))]
        form: dict[str, Any] = {"checked": [case.code for case in cases], "bulk": "dispatch"}
        if name is Name.HAND_OVER:
            team = pick(list(self.town.teams.values()), n)
            form |= {"bulk": name, "key": str(uuid4()), "team": str(team.pk), "reason": "调整"}
        roles = self._scope(by).roles
        may = not roles.isdisjoint(TRIAGE.roles) and not roles.isdisjoint(DISPATCHING)
        ready = [case for case in cases if may and self._is_ready(case, by, name)]
        # All change hands, or none: who has no cell yet cannot.
        if name is Name.HAND_OVER and any(case.cell_id is None for case in ready):
            ready = []
        tab = "to_dispatch" if name is Name.DISPATCH else "all"
        answer = self._ask(by, lambda door: door.page(f"/desk/?tab={tab}", form), "board")
        done = {move["incident_id"] for move in self.seen.moves if move["name"] == name}
        is_taken = bool(ready) or (may and name is Name.DISPATCH)
        self._agree(is_taken, is_done(answer), (name, answer.status_code))
        expected = {case.pk for case in ready}
        self.is_fine = done == expected
        assert self.is_fine, f"{name}: {expected} can be, {done} were"

    @rule(hours=st.sampled_from([0, 0, 30, 200]), n=NUMBERS)
    def the_clock_strikes(self, hours: int, n: int) -> None:
        """Now, or after a while in which nothing ran."""
        self._pass_time(hours)
        failed: list[str] = []
        self._act(None, lambda: failed.extend(strike(at=self.at).failed), road="clock")
        found = [f"the clock failed on {what}" for what in failed]
        found += broken_promises(self.first, self.at)
        if n % 4 == 0:
            again = strike(at=self.at).counts
            found += [f"struck twice: {kind}" for kind, number in again.items() if number]
        self.is_fine = not found
        assert self.is_fine, "\n".join(found)

    def _look_at(self, case: Incident, by: User) -> set[str]:
        """The buttons on the page of a case; what the rules say of them must be so."""
        is_seen = self._is_seen(case, by)
        moves, takes_step, directs = self._rules(case, by)
        expected = {str(name) for name in moves}
        expected |= {"dispatch"} if self._is_new_to(case, by) else set()
        expected |= {"step"} if takes_step else set()
        expected |= {"supervise"} if directs else set()
        answer = self._ask(by, lambda door: door.page(f"/cases/{case.code}/"), "read")
        self._agree(is_seen, answer.status_code == 200, answer.status_code)
        if not is_seen:
            return set()
        shown = set(BUTTON.findall(answer.content.decode())) - {PHOTO}
        self.is_fine = shown & PLAIN_ACTS == expected
        assert self.is_fine, f"the page shows or hides {shown & PLAIN_ACTS ^ expected}"
        return shown

    def _filled_in(
        self, case: Incident, by: User, name: str, n: int, *, is_shown: bool
    ) -> dict[str, Any] | None:
        """What a person would send; None where the form has nothing to choose from."""
        said = self._said(case, by, name, n)
        if not is_shown or ACTS[name].is_plain:
            return said
        path = f"/cases/{case.code}/do/{name}/"
        answer = self._ask(by, lambda door: door.page(path), "read")
        assert answer.status_code == 200, (name, answer.status_code)
        form = ACT_FORM.search(answer.content.decode())
        assert form is not None, name
        text = form[0]
        for field in ("key", "version"):
            said[field] = re.findall(VALUE.format(field), text)[0]
        for field in ("cell", "team"):
            options = [
                OPTION.findall(one) for one in re.findall(SELECT.format(field), text, re.DOTALL)
            ]
            said[field] = pick(options[0], n) if options and options[0] else ""
        reports = re.findall(RADIO.format("report"), text)
        said["report"] = pick(reports, n) if reports else ""
        asked = set(FIELD.findall(text))
        return None if any(said.get(field) == "" for field in asked) else said

    def _said(self, case: Incident, by: User, name: str, n: int) -> dict[str, Any]:
        details = self._details(case, Name.MERGE, by, n)
        later = max(self.at, case.due_at).astimezone(BEIJING) + timedelta(hours=1 + n % 99)
        day = day_of(self.at) + timedelta(days=1 + n % 30)
        visit = details.visit
        assert visit is not None
        report = Report.objects.filter(incident=case).first()
        return {
            "key": str(uuid4()),
            "version": str(case.version),
            "report": report.pk if report else "",
            "reason": "原因",
            "text": "说明",
            "note": f"谈过了 {uuid4()}",
            "words": "抓紧",
            "answer": "在办",
            "is_granted": "yes" if n % 2 else "no",
            "outcome": "agreement_oral",
            "no_visit_reason": "anonymous",
            **vars(visit),
            "cell": details.cell.pk if details.cell else "",
            "team": details.team.pk if details.team else "",
            "other": details.other.code if details.other else "",
            "until": f"{day:%Y-%m-%d}" if name == Name.SUSPEND else f"{later:%Y-%m-%dT%H:%M}",
        }

    def _move_body(self, case: Incident, name: Name, by: User, n: int) -> dict[str, Any]:
        details = self._details(case, name, by, n)
        visit = details.visit
        assert visit is not None
        said: dict[str, Any] = {
            "reason": details.reason,
            "text": details.text,
            "until": f"{details.until}",
            "outcome": details.outcome,
            "visit": vars(visit),
            "no_visit_reason": details.no_visit_reason,
        }
        said |= {"cell": details.cell.code} if details.cell else {}
        said |= {"team": details.team.pk} if details.team else {}
        said |= {"other": details.other.code} if details.other else {}
        return {"name": name, "key": str(uuid4()), "version": case.version, "details": said}

    def _step_body(self, case: Incident, n: int) -> dict[str, Any]:
        """The step that is next, or any."""
        step = self._next_step(case) if n % 2 else None
        note = f"谈过了 {uuid4()}"
        return {"step": step or pick(list(Step), n // 2), "note": note, "version": case.version}

    def _next_step(self, case: Incident) -> Step | None:
        return next_step(STEPS[: STEPS.index(Step(case.step)) + 1] if case.step else ())

    def _is_seen(self, case: Incident, by: User) -> bool:
        return Incident.objects.visible_to(self._scope(by)).filter(pk=case.pk).exists()

    def _rules(self, case: Incident, by: User) -> tuple[list[Name], bool, bool]:
        """The moves that are possible, whether a step is, and whether the person directs the case."""
        standing = self._standing(case)
        parts = parts_of(standing, self._scope(by))
        moves = [move.name for move in possible_moves(standing, parts)]
        return moves, can_take_step(standing, parts), can_direct(standing, parts)

    def _is_new_to(self, case: Incident, by: User) -> bool:
        """One button accepts, files and dispatches."""
        standing = self._standing(case)
        parts = parts_of(standing, self._scope(by))
        return standing.state in NEW and bool(parts & frozenset(DESK))

    def _is_ready(self, case: Incident, by: User, name: Name) -> bool:
        """Whether one press on a board does it for the case as it is."""
        is_shown = name in self._rules(case, by)[0] and self._is_seen(case, by)
        if name is Name.HAND_OVER:
            return is_shown
        is_proposed = case.cell_id is not None and case.lead_team_id is not None
        is_new = self._is_new_to(case, by) and self._is_seen(case, by)
        return is_proposed and (is_shown or is_new)

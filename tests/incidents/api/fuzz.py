"""Asks the API whatever its own document allows, and what it does not, as every role.

Each generated question is put by several people, and all of it is undone before the next: so the
cases stand in many states whenever they are asked about. No answer may be a failure of the server,
a status that the document does not name, or a body that it does not describe; and what the document
forbids must not be taken.
"""

import json
import random
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection, transaction
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi import checks

from gridmap.accounts.models import GuideTeam, Role
from gridmap.incidents.api.schema import schema_in
from gridmap.incidents.models import Incident, Photo, Topic
from gridmap.incidents.photo_press import press
from gridmap.incidents.services.details import Details, VisitDraft
from gridmap.incidents.services.moving import dispatch_incident, move_incident
from gridmap.incidents.services.photos import add_photo
from gridmap.incidents.services.steps import record_step
from gridmap.incidents.states import MOVES, STEPS, Name, Step, next_step
from gridmap.wsgi import django_application
from tests.incidents.api.asking import Machine, report_body
from tests.incidents.makers import NOW, make_incident
from tests.incidents.pictures import jpeg
from tests.makers import SIDE, SOUTH, WEST
from tests.matrix_city import ROLES, MatrixCity

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.allow_header_conformance,
]
ASKERS = (*ROLES, "outsider")
# How many of them put each question.
EACH = 4
SEED = 620_201


@dataclass
class Outcome:
    """How often each operation answered with each status, and what was wrong."""

    answers: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    @property
    def asked(self) -> int:
        return self.answers.total()

    def statuses(self, label: str) -> set[int]:
        return {status for name, _, status in self.answers if name == label}


class Questions:
    """A city with a case in every state, and somebody of each role who asks about it."""

    def __init__(self) -> None:
        city = MatrixCity()
        self.machines = {who: Machine(city.people[who]) for who in ASKERS}
        self.cases = [*city.cases.values(), *_in_every_state(city)]
        self.in_hand = [case for case in self.cases if case.state == "in_progress"]
        self.draw = random.Random(SEED)
        self.topics = list(Topic.objects.values_list("code", flat=True))
        (self.photo,) = Photo.objects.all()[:1]

    def aim(self, asked: Case, mode: Any) -> None:
        """Most of what is made up at random is turned to what is there: else nothing would be hit."""
        path, body, query = asked.path_parameters, asked.body, asked.query
        cases = self.in_hand if "/steps/" in asked.path else self.cases
        case = self.draw.choice(cases)
        if asked.meta is None or asked.meta.is_negative_at(ParameterLocation.PATH):
            return
        if "code" in path and self._often():
            path["code"] = case.code
        if "digest" in path and self._often():
            path["code"], path["digest"] = self.photo.incident.code, self.photo.digest
        for values in (body, query) if mode.is_positive else ():
            if isinstance(values, dict) and self._often():
                self._aim_values(values, case)

    def _aim_values(self, values: dict[str, Any], case: Incident) -> None:
        lon, lat = (WEST + SIDE * self.draw.uniform(-1, 9), SOUTH + SIDE * self.draw.uniform(-1, 3))
        moves = [name.value for name, move in MOVES.items() if case.state in move.sources]
        known: dict[str, Any] = {
            "version": case.version,
            "name": self.draw.choice(moves),
            "step": next_step(STEPS[: STEPS.index(Step(case.step)) + 1] if case.step else ()),
            "topic": self.draw.choice(self.topics),
            "occurred_at": f"{self.draw.randint(1990, 2099)}-03-31T23:59:59+08:00",
            "place": {"lon": lon, "lat": lat, "datum": "wgs84"},
            "lon": lon,
            "lat": lat,
            "photo": jpeg(),
            "photos": [jpeg()],
            "report": json.dumps(report_body(self.draw.uniform(-1, 9))),
            "building": "62020100100100001",
            "until": f"{self.draw.randint(1990, 2099)}-02-28",
        }
        for name in known.keys() & values.keys():
            values[name] = known[name]
        details = values.get("details")
        if isinstance(details, dict):
            # Places that are not there hide whatever comes after them.
            for name in ("cell", "team", "unit", "other"):
                details.pop(name, None)
            self._aim_values(details, case)

    def _often(self) -> bool:
        return self.draw.random() < 0.8

    def ask(self, examples: int, paths: Collection[str] = ()) -> Outcome:
        """Put so many questions about each operation (of these addresses), as foreseen and not."""
        outcome = Outcome()
        document = json.loads(json.dumps(schema_in("zh-hans"), default=str))
        described = schemathesis.openapi.from_dict(document)
        described.app = django_application
        # Who asks is our business.
        described.config.generation.with_security_parameters = False
        for found in described.get_all_operations():
            operation = found.ok()
            if not paths or operation.path in paths:
                for mode in GenerationMode:
                    self._ask_about(operation, mode, examples, outcome)
        return outcome

    def _ask_about(self, operation: Any, mode: Any, examples: int, outcome: Outcome) -> None:
        @seed(SEED)
        @settings(
            max_examples=examples,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(operation.as_strategy(generation_mode=mode))
        def put(asked: Case) -> None:
            self.aim(asked, mode)
            with transaction.atomic():
                for who in self.draw.sample(ASKERS, EACH):
                    self._put(asked, who, mode, outcome)
                # What would fail at commit fails now.
                connection.check_constraints()
                transaction.set_rollback(True)

        # Where nothing may be sent, nothing can be sent wrongly.
        with suppress(Unsatisfiable):
            put()

    def _put(self, asked: Case, who: str, mode: Any, outcome: Outcome) -> None:
        label = asked.operation.label
        answer = asked.call(headers=self.machines[who].headers)
        outcome.answers[label, mode.value, answer.status_code] += 1
        try:
            asked.validate_response(answer, checks=CHECKS)
        except FailureGroup as group:
            told = [f"{type(fault).__name__}: {fault}" for fault in group.exceptions]
            outcome.faults.append(f"{label} as {who} ({mode.value}): {told} {asked.body!r}")


@contextmanager
def within_one_transaction() -> Iterator[None]:
    """The application answers on the connection of the test, and does not close it."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


def _in_every_state(city: MatrixCity) -> list[Incident]:
    """Cases of cell a, each led as far as one way goes."""
    add_photo(
        incident=city.cases["a"],
        picture=press(jpeg()),
        by=city.people[Role.DISPATCHER],
        at=NOW,
    )
    return [_led(city, way) for way in WAYS]


MEMBER, DISPATCHER, OFFICER = Role.GRID_MEMBER, Role.DISPATCHER, Role.COMMUNITY_OFFICER
BEGUN = ((DISPATCHER, Name.DISPATCH), (MEMBER, Name.START))
SETTLED = (*BEGUN, (MEMBER, "steps"), (MEMBER, Name.HANDLE))
WAYS: tuple[tuple[tuple[str, str], ...], ...] = (
    ((DISPATCHER, Name.ACCEPT),),
    ((DISPATCHER, Name.ACCEPT), (DISPATCHER, Name.FILE)),
    BEGUN[:1],
    BEGUN,
    (*BEGUN, (MEMBER, "steps")),
    SETTLED,
    (*SETTLED, (DISPATCHER, Name.CHECK)),
    (*SETTLED, (DISPATCHER, Name.CHECK), (Role.VISITOR, Name.VISIT)),
    (*SETTLED, (DISPATCHER, Name.CHECK), (DISPATCHER, Name.CLOSE)),
    (*BEGUN, (MEMBER, Name.RETURN)),
    (*BEGUN, (OFFICER, Name.SUSPEND)),
    (*BEGUN, (MEMBER, Name.ESCALATE)),
    ((DISPATCHER, Name.DECLINE),),
    ((DISPATCHER, Name.WITHDRAW),),
    ((DISPATCHER, Name.MERGE),),
    ((DISPATCHER, Name.DECLINE), (DISPATCHER, Name.REOPEN)),
)


def _led(city: MatrixCity, way: tuple[tuple[str, str], ...]) -> Incident:
    case = make_incident(city.people[MEMBER])
    details = Details(
        reason="x",
        text="x",
        outcome="agreement_oral",
        until=date(2026, 12, 1),
        team=GuideTeam.objects.get(),
        other=city.cases["b"],
        visit=VisitDraft("phone", "partly", "not"),
        no_visit_reason="refused",
    )
    for who, act in way:
        by = city.people[who]
        if act == "steps":
            for step in STEPS:
                record_step(incident=case, step=step, by=by, at=NOW, note="x")
        elif act == Name.DISPATCH:
            dispatch_incident(incident=case, by=by, at=NOW, details=details)
        else:
            move_incident(incident=case, name=Name(act), by=by, at=NOW, details=details)
    return Incident.objects.get(pk=case.pk)

"""Two thousand generated questions as every role; twenty thousand in the torture."""

from types import SimpleNamespace

import pytest

from gridmap.incidents import photos
from gridmap.incidents.api import cases, lookups
from gridmap.incidents.photo_press import press
from tests.incidents.api.fuzz import Outcome, Questions, within_one_transaction

EXAMPLES = 28
# So far the questions get: a test that is only ever refused at the door would prove nothing.
REACHED: dict[str, set[int]] = {
    "POST /api/reports/": {200, 201, 400, 403},
    "GET /api/cases/": {200, 400},
    "GET /api/cases/{code}/": {200, 404},
    "GET /api/cases/{code}/moves/": {200, 404},
    "POST /api/cases/{code}/moves/": {200, 400, 404, 409, 422},
    "POST /api/cases/{code}/steps/": {400, 404, 409, 422},
    "POST /api/cases/{code}/photos/": {200, 201, 400, 404},
    "GET /api/cases/{code}/photos/{digest}/": {200, 400, 404},
    "GET /api/conflicts/": {200},
    "GET /api/counts/": {200, 400},
    "GET /api/places/": {200, 400, 404},
    "GET /api/lookups/": {200},
    "GET /api/schema/": {200},
}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("CRITICAL", "django.request")
    # A process for each of so many photos would be most of the time.
    monkeypatch.setattr(photos, "press_apart", press)


def outcome_of(examples: int, *operations: str) -> Outcome:
    with within_one_transaction():
        return Questions().ask(examples, operations)


@pytest.mark.django_db
def test_no_question_fails_the_server_or_leaves_the_document() -> None:
    outcome = outcome_of(EXAMPLES)
    print(*sorted(outcome.answers.items()), sep="\n")
    assert outcome.faults == []
    assert outcome.asked >= 2_000
    assert set(REACHED) == {label for label, _, _ in outcome.answers}
    for label, statuses in REACHED.items():
        assert statuses <= outcome.statuses(label), label


@pytest.mark.django_db
def test_a_fault_in_the_answer_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: a failure of the server, and a body that the document does not describe."""

    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(cases, "narrowed", fail)
    monkeypatch.setattr(lookups, "LookupsOut", lambda _: SimpleNamespace(data={"topics": 1}))
    outcome = outcome_of(2, "/api/lookups/", "/api/cases/")
    for found in ("ServerError", "UndefinedStatusCode", "JsonSchemaError"):
        assert any(found in fault for fault in outcome.faults), outcome.faults

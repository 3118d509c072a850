"""Twenty thousand generated questions to the API as every role.

QUESTIONS (20000) may be set.
"""

import os

import pytest

from gridmap.incidents import photos
from gridmap.incidents.photo_press import press
from tests.incidents.api.fuzz import EACH, Questions, within_one_transaction

QUESTIONS = int(os.environ.get("QUESTIONS", "20000"))
# Nine operations take something, which may be as foreseen or not.
EXAMPLES = -(-QUESTIONS // (9 * 2 * EACH))


@pytest.mark.django_db
def test_no_question_fails_the_server_or_leaves_the_document(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("CRITICAL", "django.request")
    monkeypatch.setattr(photos, "press_apart", press)
    with within_one_transaction():
        outcome = Questions().ask(EXAMPLES)
    print(*sorted(outcome.answers.items()), sep="\n")
    print(f"{outcome.asked} questions, {len(outcome.faults)} faults")
    assert outcome.faults == []
    assert outcome.asked >= QUESTIONS

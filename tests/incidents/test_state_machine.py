"""Random people do random things to random cases, past the services too, and nothing goes wrong."""

import pytest
from django.db import connection

from tests.incidents.machine import run, set_stage

# `make torture` runs ten thousand.
SEQUENCES = 30
# A control that still stands after so many proves nothing.
CONTROL_SEQUENCES = 200


def test_no_sequence_of_acts_leads_a_case_astray(own_database: None) -> None:
    set_stage()
    run(SEQUENCES)


@pytest.mark.parametrize(
    ("trigger", "words"),
    [
        ("refuse_transition", "went from"),
        ("refuse_unrecorded", "without a|in the state of a visit"),
    ],
)
def test_without_its_trigger_a_raw_write_leads_a_case_astray(
    own_database: None, trigger: str, words: str
) -> None:
    """The control: what the one trigger refuses, nothing else does."""
    set_stage()
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE incidents_incident DISABLE TRIGGER {trigger}")
    with pytest.raises(AssertionError, match=words):
        run(CONTROL_SEQUENCES)

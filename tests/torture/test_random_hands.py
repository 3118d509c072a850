"""Ten thousand sequences of up to 40 acts by random people (SEQUENCES=10000)."""

import os

from tests.incidents.machine import run
from tests.incidents.stage import Stage

SEQUENCES = int(os.environ.get("SEQUENCES", "10000"))


def test_no_sequence_of_acts_leads_a_case_astray(own_database: None) -> None:
    run(SEQUENCES, is_random=True)
    print(f"\n{SEQUENCES} sequences; in {len(Stage.swept)} situations every move was tried")

"""Ten thousand sequences of up to 40 acts by random people (SEQUENCES=10000)."""

import os

from tests.incidents.machine import run, set_stage
from tests.incidents.stage import Stage

SEQUENCES = int(os.environ.get("SEQUENCES", "10000"))
# In one run the drawing of acts remembers all that it drew.
AT_ONCE = 500


def test_no_sequence_of_acts_leads_a_case_astray(own_database: None) -> None:
    set_stage()
    done = 0
    while done < SEQUENCES:
        number = min(AT_ONCE, SEQUENCES - done)
        run(number, is_random=True)
        done += number
        print(f"\n{done} sequences; in {len(Stage.swept)} situations every move was tried")

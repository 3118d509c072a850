"""Ten thousand sequences of up to 40 acts by random people (SEQUENCES=10000)."""

import os
import time

from tests.incidents.machine import run, set_stage
from tests.incidents.stage import SEQUENCES, Stage

WANTED = int(os.environ.get("SEQUENCES", "10000"))
# In one run the drawing of acts remembers all that it drew.
AT_ONCE = 500


def test_no_sequence_of_acts_leads_a_case_astray(own_database: None) -> None:
    """Those that were played to their end are counted, because the drawing may stop early."""
    set_stage()
    began = time.monotonic()
    for asked in range(0, WANTED, AT_ONCE):
        run(min(AT_ONCE, WANTED - asked), is_random=True)
        rate = Stage.played[SEQUENCES] / (time.monotonic() - began)
        print(f"\n{rate:.1f} a second; {dict(Stage.played)}")
        print(f"in {len(Stage.swept)} situations every move was tried")
    # The simplest sequence of all may come on top.
    assert Stage.played[SEQUENCES] >= WANTED

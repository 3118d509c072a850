"""When the clock strikes: everything that a city may ask about its warnings, reminders and escalations."""

from collections.abc import Iterable
from datetime import time

from gridmap.incidents import states
from gridmap.incidents.states import CAME_BACK, MOVES, NEW, Name, State

# Who must act is warned when a quarter of the span up to the deadline is left, and at least these hours
# before it. The span begins when the case is registered, or reopened.
WARNING_SHARE = 4
WARNING_AT_LEAST_HOURS = 4
# Overdue for this long in working time, a case climbs to the next level; each level has as long again.
LEVEL_MINUTES = 1440
# When a working day begins on which those who have not acted yet are reminded, in Beijing.
REMIND_AT = time(8)


def _values(states: Iterable[State]) -> list[str]:
    return sorted(state.value for state in states)


# With these a case begins anew, and its deadlines.
NEW_ROUND = [Name.REOPEN.value, Name.UNMERGE.value]
# At the desk: somebody there must sort or refer the case.
AT_DESK = _values(NEW | CAME_BACK)
RUNNING = _values(states.RUNNING)
CLIMBING = _values(MOVES[Name.ESCALATE].sources)
# Whoever has been given a case by one of these has the time of a level for it.
FRESH_HANDS = [Name.DISPATCH.value, Name.PULL_DOWN.value, "import"]

"""How far the open cases are: so many in every state, at every step, at every level. Pure."""

from dataclasses import dataclass

from gridmap.incidents.states import Name, State, Step


@dataclass(frozen=True)
class Stage:
    """So many open cases in a state.

    Attributes
    ----------
    elapsed
        The part of the time limit that has passed.
    level
        For `escalated`: `community`, `village`, `subdistrict`, `suburb` or `city`.
    trouble
        Why nobody could be made responsible.
    under
        How the code of the community begins, where it matters whose first page it is on.
    """

    state: State
    number: int
    step: Step | None = None
    elapsed: tuple[float, float] = (0.0, 0.0)
    level: str = ""
    trouble: str = ""
    under: str = ""


STAGES: tuple[Stage, ...] = (
    Stage(State.REGISTERED, 3),
    Stage(State.REGISTERED, 1, trouble="no_place"),
    Stage(State.REGISTERED, 1, trouble="outside"),
    Stage(State.REGISTERED, 1, trouble="inaccurate"),
    Stage(State.REGISTERED, 1, trouble="no_member"),
    Stage(State.REGISTERED, 1, trouble="no_rule"),
    Stage(State.ACCEPTED, 1, trouble="no_rule"),
    Stage(State.ACCEPTED, 3),
    Stage(State.FILED, 3),
    Stage(State.DISPATCHED, 18, elapsed=(0.04, 0.2)),
    Stage(State.IN_PROGRESS, 8, elapsed=(0.05, 0.25)),
    Stage(State.IN_PROGRESS, 38, Step.LISTEN, (0.15, 0.6)),
    Stage(State.IN_PROGRESS, 40, Step.INVESTIGATE, (0.25, 0.7)),
    Stage(State.IN_PROGRESS, 31, Step.DELIBERATE, (0.35, 0.8)),
    Stage(State.IN_PROGRESS, 24, Step.MEDIATE, (0.4, 0.9)),
    Stage(State.IN_PROGRESS, 12, Step.SETTLE, (0.5, 0.9)),
    Stage(State.HANDLED, 16, Step.SETTLE, (0.4, 0.9)),
    Stage(State.CHECKED, 40, Step.SETTLE, (0.4, 0.95)),
    Stage(State.VISITED, 5, Step.SETTLE, (0.5, 0.95)),
    Stage(State.RETURNED, 6, elapsed=(0.05, 0.3)),
    Stage(State.SUSPENDED, 7, Step.INVESTIGATE, (0.3, 0.8)),
    Stage(State.ESCALATED, 2, Step.DELIBERATE, (0.4, 0.8), level="community"),
    Stage(State.ESCALATED, 1, Step.DELIBERATE, (0.4, 0.8), level="village"),
    Stage(State.ESCALATED, 1, Step.MEDIATE, (0.5, 0.8), level="subdistrict", under="620201001"),
    Stage(State.ESCALATED, 1, Step.MEDIATE, (0.5, 0.8), level="subdistrict", under="620201002"),
    Stage(State.ESCALATED, 1, Step.MEDIATE, (0.5, 0.8), level="suburb"),
    Stage(State.ESCALATED, 2, Step.MEDIATE, (0.6, 0.85), level="city"),
    Stage(State.REOPENED, 5, elapsed=(0.6, 0.95)),
)
# Of those that somebody works on: so many are late, so many are due today.
OVERDUE, DUE_TODAY = 6, 17
WORKED_ON = (State.DISPATCHED, State.IN_PROGRESS)
# Urgent ones among those that are due today: few, and not far yet.
URGENT = 4
# Of those that can be plain requests so many are.
REQUEST_SHARE = 0.25

BEGINNING = (Name.ACCEPT, Name.FILE, Name.DISPATCH)
DONE = (*BEGINNING, Name.START, Name.HANDLE)
# The moves by which a case came to where it is. Raised to a level below, it climbs once for each rung.
WAY_TO: dict[State, tuple[Name, ...]] = {
    State.REGISTERED: (),
    State.ACCEPTED: (Name.ACCEPT,),
    State.FILED: (Name.ACCEPT, Name.FILE),
    State.DISPATCHED: BEGINNING,
    State.IN_PROGRESS: (*BEGINNING, Name.START),
    State.RETURNED: (*BEGINNING, Name.RETURN),
    State.SUSPENDED: (*BEGINNING, Name.START, Name.SUSPEND),
    State.ESCALATED: (*BEGINNING, Name.START, Name.ESCALATE),
    State.HANDLED: DONE,
    State.CHECKED: (*DONE, Name.CHECK),
    State.VISITED: (*DONE, Name.CHECK, Name.VISIT),
    State.REOPENED: (*DONE, Name.CHECK, Name.VISIT, Name.REOPEN),
}
RUNGS = {"community": 1, "village": 1, "subdistrict": 2, "suburb": 2, "city": 3}


def way_to(stage: Stage) -> tuple[Name, ...]:
    """The moves up to a stage, in order."""
    climbs = RUNGS.get(stage.level, 1) - 1
    return WAY_TO[stage.state] + (Name.ESCALATE,) * climbs

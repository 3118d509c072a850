"""What a person is to a case, and what they may therefore do with it. Pure: no question to the database."""

from collections.abc import Iterable
from dataclasses import dataclass

from gridmap.accounts.models import Role
from gridmap.accounts.scope import Scope
from gridmap.incidents.states import (
    CAME_BACK,
    DESK,
    HANDLERS,
    HELD,
    MOVES,
    OPEN,
    Move,
    Name,
    Part,
    State,
    Step,
)

OF_A_CELL = frozenset({Role.GRID_MEMBER, Role.GRID_LEADER})
OF_AN_AREA = frozenset(
    {Role.GRID_LEADER, Role.COMMUNITY_OFFICER, Role.DISTRICT_COMMANDER, Role.CITY_ADMIN}
)
HELPERS = frozenset({Role.MEDIATOR, Role.HANDLING_UNIT})
DISPATCHERS = frozenset({Role.DISPATCHER, Role.CITY_ADMIN})
CALLERS = frozenset({Role.VISITOR, Role.HOTLINE_OPERATOR})


@dataclass(frozen=True)
class Standing:
    """What decides about a case who may do what: its place, its level, its teams, how far it is.

    `above` is the area over the one that the case was raised to, None at the top and while a cell holds it;
    `has_below` says of an escalated case whether somebody would take it if it came down.
    """

    state: State
    step: str
    is_dispute: bool
    registered_by: int | None
    area: int
    cell: int | None
    raised_to: int | None
    above: int | None
    teams: frozenset[int]
    has_below: bool = True

    @property
    def is_at_top(self) -> bool:
        return self.raised_to is not None and self.above is None

    @property
    def can_climb(self) -> bool:
        """What has no place lies with the city already."""
        return self.cell is not None and not self.is_at_top


def parts_of(case: Standing, scope: Scope) -> frozenset[Part]:
    """All that a person is to a case."""
    held = {
        Part.REPORTER: case.registered_by is not None and case.registered_by == scope.user_id,
        Part.TERRITORY: _holds(case, scope),
        Part.FUNCTION: _helps(case, scope),
        Part.DISPATCH: _reaches(case, scope, DISPATCHERS),
        Part.SUPERVISION: _is_above(case, scope),
        Part.VISIT: _reaches(case, scope, CALLERS),
    }
    return frozenset(part for part, is_held in held.items() if is_held)


def _reaches(case: Standing, scope: Scope, roles: frozenset[Role]) -> bool:
    return case.area in scope.areas_of(roles)


def _holds(case: Standing, scope: Scope) -> bool:
    """Answers for the place at the level where the case is."""
    if case.raised_to is None:
        return bool(scope.roles & OF_A_CELL) and case.cell in scope.cell_ids
    return case.raised_to in scope.areas_of(OF_AN_AREA)


def _helps(case: Standing, scope: Scope) -> bool:
    return bool(case.teams & scope.team_ids) or _reaches(case, scope, HELPERS)


def _is_above(case: Standing, scope: Scope) -> bool:
    """Answers for an area over the level where the case is; nobody is above the top but the city's admin."""
    if case.is_at_top:
        return case.raised_to in scope.areas_of({Role.CITY_ADMIN})
    level = case.area if case.raised_to is None else case.above
    return level in scope.areas_of(OF_AN_AREA)


def possible_moves(case: Standing, parts: Iterable[Part]) -> list[Move]:
    """The moves that would be taken from somebody with these parts, in the order of the table."""
    mine = frozenset(parts)
    return [move for move in MOVES.values() if move.parts & mine and is_possible(case, move)]


def is_possible(case: Standing, move: Move) -> bool:
    """Whether the case is where the move begins."""
    if case.state not in move.sources:
        return False
    if move.after_settling and case.is_dispute and case.step != Step.SETTLE:
        return False
    if move.name is Name.PULL_DOWN:
        return case.has_below
    return case.can_climb or move.name is not Name.ESCALATE


def can_take_step(case: Standing, parts: Iterable[Part]) -> bool:
    """Whether the next of the five steps may be recorded."""
    takes_part = can_handle(case, parts)
    return takes_part and case.state is State.IN_PROGRESS and case.step != Step.SETTLE


def can_add_photo(case: Standing, parts: Iterable[Part]) -> bool:
    """Whether a picture may be added: by whoever has a part in it, as long as it is open."""
    return case.state in OPEN and bool(frozenset(parts))


def can_ask_for_time(case: Standing, parts: Iterable[Part]) -> bool:
    """Whether more time may be asked for: while somebody has the case, or it came back."""
    return case.state in HELD | CAME_BACK and can_handle(case, parts)


def can_handle(case: Standing, parts: Iterable[Part]) -> bool:
    """Whether supervision may be answered."""
    return case.state in OPEN and bool(frozenset(parts) & frozenset(HANDLERS))


def can_direct(case: Standing, parts: Iterable[Part]) -> bool:
    """Whether more time may be granted, and the case be put under supervision."""
    return case.state in OPEN and bool(frozenset(parts) & frozenset(DESK))

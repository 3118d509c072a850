"""The parts of an area beside each other, and teams: figures and measures of each, never as a league table."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import add

from django.db.models import Exists, F, OuterRef

from geodata.models import Area, Cell, CellVersion
from gridmap.accounts.models import GuideTeam
from gridmap.accounts.scope import Scope
from gridmap.performance.areas import Tree, over_areas, read_tree
from gridmap.performance.figures import Figures
from gridmap.performance.measures import Share
from gridmap.performance.periods import Periods
from gridmap.performance.shares import Shares, none, total
from gridmap.performance.situation import Read, read_parts, seen_in

Place = Area | Cell | GuideTeam


class NoSuchArea(LookupError):
    """No area of this code is in scope."""


@dataclass(frozen=True)
class Part:
    """One place or team; `place` is None for what belongs to none of those listed."""

    place: Place | None
    figures: Figures
    shares: Mapping[str, Share]


@dataclass(frozen=True)
class Comparison:
    """The parts of `here` (of all that is in scope where it is None), in the order of the tree.

    `path` leads from the top down to `here`, `codes` are of the areas that it is made of. `total` is all of `here`; `whole` all that is in scope, with which
    parts are compared: of another's areas nothing is ever in it. `since` is the first day of the measures.
    """

    at: datetime
    since: date
    here: Area | None
    path: Sequence[Area]
    codes: Sequence[str]
    parts: Sequence[Part]
    total: Part
    whole: Part


@dataclass(frozen=True)
class Interval:
    """One row of a drawing; between 0 and 1, and all three None where there are too few cases."""

    place: Place | None
    share: Share
    value: float | None
    low: float | None
    high: float | None


def by_area(scope: Scope, at: datetime, code: str = "") -> Comparison:
    """The children of an area, or the cells of a community; three statements at most.

    Raises
    ------
    NoSuchArea
        No area of this code is in scope.
    """
    mine = over_areas(scope)
    tree = read_tree(mine)
    here = _here(tree, code)
    children = tree.children(here) if here else tree.tops
    cells = _cells(mine, here) if here and not children else None
    column = F("area_id") if cells is None else F("cell_id")
    read = read_parts(seen_in(mine, mine.area_ids), column, Periods(at))
    listed: list[tuple[Place, set[int]]] = [(area, tree.below(area)) for area in children]
    listed += [(cell, {cell.pk}) for cell, is_current in cells or [] if is_current]
    inside = tree.below(here) if here else None
    if cells is not None:
        inside = {cell.pk for cell, _ in cells}
    return _compared(read, listed, inside, at, here, tree)


def by_team(scope: Scope, at: datetime, code: str = "") -> Comparison:
    """The teams that lead the cases of an area, in the order of the table; three statements.

    Raises
    ------
    NoSuchArea
        No area of this code is in scope.
    """
    mine = over_areas(scope)
    tree = read_tree(mine)
    here = _here(tree, code)
    areas = tree.below(here) if here else mine.area_ids
    read = read_parts(seen_in(mine, areas), F("lead_team_id"), Periods(at))
    listed: list[tuple[Place, set[int]]] = [
        (team, {team.pk}) for team in GuideTeam.objects.order_by("pk")
    ]
    return _compared(read, listed, None, at, here, tree)


def compare(parts: Iterable[Part], measure: str) -> list[Interval]:
    """A measure of each part with its 95 % interval, in their order; nothing is said of few cases.

    Each interval is for itself: of twenty that are compared with a line, one lies beside it by chance.
    """
    return [_interval(part, part.shares[measure]) for part in parts]


def _interval(part: Part, share: Share) -> Interval:
    if share.is_few:
        return Interval(part.place, share, None, None, None)
    return Interval(part.place, share, share.value, *share.interval)


def _here(tree: Tree, code: str) -> Area | None:
    """The area of a code; without one the only top, or None where there are several."""
    if code:
        found = tree.find(code)
        if found is None:
            raise NoSuchArea(code)
        return found
    return tree.tops[0] if len(tree.tops) == 1 else None


def _cells(scope: Scope, community: Area) -> list[tuple[Cell, bool]]:
    """All cells that a community ever had, in the order of their codes, and whether it has them today."""
    today = CellVersion.objects.filter(cell=OuterRef("pk"), valid_to=None)
    rows = scope.cells().filter(community=community).annotate(is_current=Exists(today))
    return [(cell, cell.is_current) for cell in rows.order_by("code")]


def _compared(
    read: Read,
    listed: Sequence[tuple[Place, set[int]]],
    inside: set[int] | None,
    at: datetime,
    here: Area | None,
    tree: Tree,
) -> Comparison:
    known = {*read.figures, *read.shares}
    mine = known if inside is None else known & inside
    parts = [_part(read, place, keys) for place, keys in listed]
    rest = mine - set().union(*(keys for _, keys in listed))
    if rest:
        parts.append(_part(read, None, rest))
    return Comparison(
        at=at,
        since=Periods(at).since,
        here=here,
        path=tree.path(here) if here else [],
        codes=[one.code for one in ([here] if here else tree.tops)],
        parts=parts,
        total=_part(read, here, mine),
        whole=_part(read, None, known),
    )


def _part(read: Read, place: Place | None, keys: Collection[int | None]) -> Part:
    figures = [read.figures[key] for key in keys if key in read.figures]
    shares: list[Shares] = [read.shares[key] for key in keys if key in read.shares]
    return Part(place, reduce(add, figures, Figures()), total(shares) if shares else none())

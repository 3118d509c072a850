"""Areas in scope and what lies below them."""

from collections.abc import Iterable

from geodata.models import Area
from gridmap.accounts.scope import Scope


def ids_below(scope: Scope, area: Area) -> set[int]:
    """The ids of an area in scope and of all areas in scope below it; none where it is not in scope."""
    return below(area.pk, scope.areas().values_list("pk", "parent_id"))


def below(area: int, rows: Iterable[tuple[int, int | None]]) -> set[int]:
    """The ids of an area and of all below it, from pairs of an id and that of its parent."""
    known = dict(rows)
    found: set[int] = set()
    for pk in known:
        above: int | None = pk
        while above is not None and above != area:
            above = known.get(above)
        if above == area and area in known:
            found.add(pk)
    return found

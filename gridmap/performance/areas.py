"""Areas in scope and what lies below them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from geodata.models import Area
from gridmap.accounts.scope import Scope
from gridmap.incidents.querysets import WITHOUT_CASES


def over_areas(scope: Scope) -> Scope:
    """The same without cells, posts and teams that are held by name, and without areas that are only planned for."""
    return scope.only_as(scope.roles - WITHOUT_CASES)


def ids_below(scope: Scope, area: Area) -> set[int]:
    """The ids of an area in scope and of all areas in scope below it; none where it is not in scope."""
    return below(area.pk, scope.areas().values_list("pk", "parent_id"))


def below(area: int, rows: Iterable[tuple[int, int | None]]) -> set[int]:
    """The ids of an area and of all below it, from pairs of an id and that of its parent."""
    parents = dict(rows)
    return {pk for pk in parents if area in parents and area in _up(pk, parents)}


def _up(pk: int | None, parents: dict[int, int | None]) -> list[int]:
    """An area and all above it that are known."""
    found = []
    while pk is not None:
        found.append(pk)
        pk = parents.get(pk)
    return found


@dataclass(frozen=True)
class Tree:
    """Areas in the order of their codes, which is that of the tree."""

    areas: Sequence[Area]

    def find(self, code: str) -> Area | None:
        return next((area for area in self.areas if area.code == code), None)

    @property
    def tops(self) -> list[Area]:
        """Those that lie under no other one."""
        known = {area.pk for area in self.areas}
        return [area for area in self.areas if area.parent_id not in known]

    def children(self, of: Area) -> list[Area]:
        return [area for area in self.areas if area.parent_id == of.pk]

    def below(self, area: Area) -> set[int]:
        """The ids of an area and of all below it."""
        return below(area.pk, ((one.pk, one.parent_id) for one in self.areas))

    def path(self, to: Area) -> list[Area]:
        """From the top down to an area."""
        by_id = {area.pk: area for area in self.areas}
        up = _up(to.pk, {area.pk: area.parent_id for area in self.areas})
        return [by_id[pk] for pk in reversed(up) if pk in by_id]


def read_tree(scope: Scope) -> Tree:
    """All areas in scope; one statement."""
    return Tree(list(scope.areas().order_by("code")))

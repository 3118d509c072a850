"""Lists of many imagined cities, and how true they are."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from gridmap.incidents.demo_cases.sites import Site
from layers.hotspots.conflicts import Conflict
from tests.recurring.imagined import Imagined, Wanted, imagine

# Two buildings of an estate are two addresses or the estate; a village's group is a cell and an estate in one.
RIGHT_LEVELS = {
    "toll": {"address"},
    "market": {"street"},
    "zixuan": {"estate"},
    "lanxin": {"address", "estate"},
    "school": {"address", "estate"},
    "tieshan": {"estate"},
    "hongda": {"estate"},
    "hekou": {"cell", "estate"},
    "gebi": {"address"},
    "longhu": {"address", "estate"},
    "shengli": {"address"},
    "yongle": {"estate"},
}
# Words of the name by which the conflicts of the source document must be listed.
SOURCE = {
    "toll": ("收费站", "交通噪音", "夜间"),
    "market": ("镜铁西路", "马路市场", "早上"),
    "zixuan": ("紫轩花苑", "供排水"),
}


@dataclass
class Tally:
    """What the lists of some seeds came to.

    `false` are shares of each list, `listed` and `right` name sites once for each list that has them.
    """

    false: list[float] = field(default_factory=list)
    decoys: list[str] = field(default_factory=list)
    could_be_decoys: int = 0
    listed: list[str] = field(default_factory=list)
    right: list[str] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    in_top_five: list[str] = field(default_factory=list)

    @property
    def any_false(self) -> float:
        return float(np.mean([share > 0 for share in self.false]))

    def share_of(self, key: str, names: Sequence[str]) -> float:
        """Of the lists, those that have a site among the names."""
        return names.count(key) / len(self.false)


def tally(seeds: range, wanted: Wanted, *, residents: bool = True) -> Tally:
    found = Tally()
    for seed in seeds:
        city = imagine(seed, wanted)
        _add(found, city, city.found(residents=residents).published)
    return found


def _add(found: Tally, city: Imagined, published: Sequence[Conflict]) -> None:
    sites = [city.site_of(one) for one in published]
    is_true = [site is not None and site.kind == "conflict" for site in sites]
    found.false.append(1 - sum(is_true) / len(is_true) if is_true else 0.0)
    kinds = ("burst", "one_voice", "desk", "busy")
    found.could_be_decoys += sum(site.kind in kinds for site in city.sites)
    found.decoys += {site.key for site in sites if site and site.kind in kinds}
    seen: set[str] = set()
    for rank, (one, site) in enumerate(zip(published, sites, strict=True), 1):
        if site and site.kind == "conflict" and site.key not in seen and city.holds_most(one, site):
            seen.add(site.key)
            _add_site(found, one, site, rank)


def _add_site(found: Tally, one: Conflict, site: Site, rank: int) -> None:
    found.listed.append(site.key)
    if one.level in RIGHT_LEVELS[site.key]:
        found.right.append(site.key)
    if site.key in SOURCE and all(word in one.name.zh for word in SOURCE[site.key]):
        found.named.append(site.key)
    if rank <= 5:
        found.in_top_five.append(site.key)

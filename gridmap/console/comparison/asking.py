"""What the page of the comparison is asked for, as it stands in the address."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.http import Http404
from django.utils.http import urlencode

from gridmap.performance.measures import BY_NAME, MEASURES, Measure

TABS = ("area", "team")


@dataclass(frozen=True)
class Asked:
    """The area whose parts are shown, as places or as teams, and the measure that is drawn."""

    area: str = ""
    by: str = TABS[0]
    measure: str = MEASURES[0].name

    @property
    def drawn(self) -> Measure:
        return BY_NAME[self.measure]

    def query(self, **changes: str) -> str:
        """As it stands in an address; what is as usual is left out."""
        changed, usual = replace(self, **changes), Asked()
        kept = {
            name: value for name, value in vars(changed).items() if value != getattr(usual, name)
        }
        return urlencode(kept)


def parse(query: Mapping[str, str]) -> Asked:
    """What an address asks for.

    Raises
    ------
    Http404
        A tab or a measure that there is not.
    """
    asked = Asked(
        query.get("area", ""), query.get("by", TABS[0]), query.get("measure", MEASURES[0].name)
    )
    if asked.by not in TABS or asked.measure not in BY_NAME:
        raise Http404
    return asked

"""Open cases that a new report may be about: of its topic, near its place, of these weeks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from gridmap.accounts.scope import Scope
from gridmap.console.desk.opened import MOST_NEAR
from gridmap.console.desk.wording import Name, chinese
from gridmap.console.times import moment
from gridmap.incidents.services.joining import near_open_cases
from gridmap.incidents.states import STATE_LABELS, State


@dataclass(frozen=True)
class Near:
    """One of them as it is offered."""

    code: str
    title: Name
    note: str


def near_cases(scope: Scope, topic: str, lon: float, lat: float, now: datetime) -> list[Near]:
    """The nearest first; one statement."""
    found = near_open_cases(topic=topic, at=now, scope=scope, lon=lon, lat=lat)
    columns = ("code", "title", "state", "registered_at", "distance_m")
    return [_near(other, now) for other in found.values(*columns)[:MOST_NEAR]]


def _near(other: Mapping[str, Any], now: datetime) -> Near:
    state = pgettext("state", STATE_LABELS[State(other["state"])])
    words = _("{metres} 米外，{when}登记，{state}")
    metres, when = round(other["distance_m"]), moment(other["registered_at"], now)
    return Near(
        other["code"], chinese(other["title"]), words.format(metres=metres, when=when, state=state)
    )

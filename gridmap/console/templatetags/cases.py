"""What the pages of the case file ask of their templates."""

from datetime import datetime
from typing import Any

from django import template

from gridmap.console import times
from gridmap.console.cases import wording
from gridmap.console.pages import is_english
from gridmap.console.times import Due
from gridmap.incidents.models import Incident

register = template.Library()
for said in (times.moment, times.day, times.day_words, times.long_ago):
    register.filter(said.__name__, said)

# A topic that the city adds has the sign of the others.
TOPIC_ICONS = {
    "water_supply": "drop",
    "noise_neighbour": "sound",
    "property_mgmt": "building",
    "family": "heart",
    "street_market": "stall",
    "noise_road": "road",
    "wages": "yuan",
    "neighbour": "users",
    "parking": "car",
    "heating": "radiator",
    "consumer": "bag",
    "lending": "note",
    "land": "field",
    "tort": "care",
    "repair": "wrench",
}


@register.filter
def topic_icon(code: str) -> str:
    return TOPIC_ICONS.get(code, "more")


@register.filter
def called(place: Any) -> str:
    """The name in the reader's language, as far as there is one."""
    return wording.called(place) if place else ""


@register.simple_tag
def lang_of(place: Any) -> str:
    """` lang="zh-Hans"` where a name is not in the reader's language: for the inside of a tag."""
    return wording.language_of(place)


@register.simple_tag
def foreign() -> str:
    """The language of words that people wrote, where the reader's is another one."""
    return "zh-Hans" if is_english() else ""


@register.filter
def due(case: Incident, now: datetime) -> Due:
    return wording.due(case, now)


@register.filter
def progress(case: Incident) -> str:
    return wording.progress(case)


@register.filter
def place(case: Incident) -> str:
    return wording.where(case)


@register.filter
def chip(state: str) -> str:
    return wording.chip(state)


@register.filter
def initial(name: str) -> str:
    """The sign on the disc of a person or team."""
    return name[:1]

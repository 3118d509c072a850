"""What the pages of the case file ask of their templates."""

from datetime import datetime
from typing import Any

from django import template
from django.utils.translation import get_language

from gridmap.console.cases import wording
from gridmap.console.cases.wording import Due
from gridmap.incidents.models import Incident, Notice

register = template.Library()

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
NOTICE_TONES = {
    Notice.Kind.DUE: "amb",
    Notice.Kind.OVERDUE: "red",
    Notice.Kind.UNROUTED: "red",
    Notice.Kind.ESCALATED: "vio",
    Notice.Kind.SUPERVISED: "amb",
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
    return "zh-Hans" if (get_language() or "").startswith("en") else ""


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
def when(at: datetime, now: datetime) -> str:
    return wording.when(at, now)


@register.filter
def day(at: datetime, now: datetime) -> str:
    return wording.day(at, now)


@register.filter
def long_ago(at: datetime, now: datetime) -> str:
    return wording.long_ago(at, now)


@register.filter
def notice_tone(kind: str) -> str:
    return NOTICE_TONES.get(Notice.Kind(kind), "pri")


@register.filter
def initial(name: str) -> str:
    """The sign on the disc of a person or team."""
    return name[:1]

"""The pure tables as choices of a field, translated when shown."""

from collections.abc import Mapping
from typing import TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from gridmap.incidents.states import STATE_LABELS

Choices = list[tuple[str, str | Promise]]
Key = TypeVar("Key", bound=str)


def choices(labels: Mapping[Key, str]) -> Choices:
    return [(str(key), gettext_lazy(label)) for key, label in labels.items()]


def states() -> Choices:
    """A state and the move that leads to it are one word in Chinese and two in English."""
    return [(str(state), pgettext_lazy("state", label)) for state, label in STATE_LABELS.items()]

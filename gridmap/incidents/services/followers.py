"""Who above wants to know of new cases, and of cases that were placed anew: `CASE_FOLLOWERS` in the settings.

A follower is called inside the transaction that writes the cases, with their ids; what it raises undoes the
intake. The idiom of `MAP_SOURCES`: the apps above are named, and not imported.
"""

from collections.abc import Callable, Sequence
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

Follower = Callable[[Sequence[int]], object]


@cache
def followers() -> tuple[Follower, ...]:
    return tuple(import_string(path) for path in settings.CASE_FOLLOWERS)


def tell_followers(ids: Sequence[int]) -> None:
    for follower in followers():
        follower(ids)

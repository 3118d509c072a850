"""Who looks through the door: the account whose areas it shows."""

from django.conf import settings

from gridmap.accounts.models import User
from gridmap.accounts.scope import Scope, scope


class NoPlanner(LookupError):
    """Nobody was named, or nobody who answers for an area today."""


class _Door:
    """Who was named last; a notebook has one."""

    account = ""


_DOOR = _Door()


def connect(as_: str) -> None:
    """Look as this account from now on; without it the variable GRIDMAP_PLANNER says who.

    Raises
    ------
    NoPlanner
        No such account, or no area is entrusted to it today.
    """
    _scope_of(as_)
    _DOOR.account = as_


def scope_now() -> Scope:
    """What is entrusted to whoever looks, today.

    Raises
    ------
    NoPlanner
        Nobody was named, or nobody who answers for an area today.
    """
    account = _DOOR.account or settings.PLANNER
    if not account:
        raise NoPlanner("who looks? notebook.connect(as_='account'), or GRIDMAP_PLANNER=account")
    return _scope_of(account)


def _scope_of(account: str) -> Scope:
    # The role of the door may read no more of a person than these.
    user = User.objects.only("pk", "is_active").filter(username=account).first()
    found = scope(user) if user else None
    if found is None or not found.area_ids:
        raise NoPlanner(f"as_={account!r}: no account to which an area is entrusted today")
    return found

"""Notices are read."""

from collections.abc import Collection
from datetime import datetime

from gridmap.accounts.models import User
from gridmap.incidents.models import Notice


def read_notices(*, by: User, at: datetime, only: Collection[int] | None = None) -> int:
    """Mark a person's own notices as read, all of them or only some; how many were unread."""
    unread = Notice.objects.filter(user=by, read_at__isnull=True, at__lte=at)
    if only is not None:
        unread = unread.filter(pk__in=only)
    return unread.update(read_at=at)

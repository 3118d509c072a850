"""The search of every night: once, after two in Beijing; tried again a little later where it failed.

A search over all topics that somebody has asked for since then is that of the night.
"""

import logging
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from geodata.querysets import BEIJING
from gridmap.incidents.models import Incident
from gridmap.recurring.models import Night, Run
from gridmap.recurring.services.errors import RunRefused

logger = logging.getLogger(__name__)
HOUR = 2
TRIES = 3
PAUSE = timedelta(minutes=20)


def find_nightly(at: datetime) -> list[str]:
    """Search where it is due; what that failed on. The caller is alone: `tick` holds a lock."""
    night = _due(at)
    if night is None:
        return []
    # Written before the search: one that ends the process is not begun again every minute.
    night.tries, night.tried_at = night.tries + 1, at
    night.save()
    try:
        night.run = _search(at)
    except RunRefused as error:
        # A city that is still being set up is no failure of the clock.
        logger.warning("conflicts: not searched: %s", error)
        return []
    except Exception:
        # Of whatever kind: nothing else that is periodic may wait for the statistics.
        logger.exception("conflicts: the search of the night failed, try %s", night.tries)
        return [_("反复矛盾")]
    night.save()
    return []


def _due(at: datetime) -> Night | None:
    local = at.astimezone(BEIJING)
    begins = local.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    # One that looked at an earlier period only says nothing of today.
    is_done = Run.objects.filter(topics=[], at__gte=begins, until__gte=begins).exists()
    if local < begins or is_done or not Incident.objects.exists():
        return None
    night = Night.objects.filter(day=local.date()).first() or Night(day=local.date(), tried_at=at)
    is_waiting = night.tries > 0 and at - night.tried_at < PAUSE
    return None if night.run_id or is_waiting or night.tries >= TRIES else night


def _search(at: datetime) -> Run:
    # The statistics weigh 100 MB and two seconds, which no other minute of the clock needs.
    from gridmap.recurring.services.finding import find_recurring

    return find_recurring(at=at)

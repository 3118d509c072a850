"""Run beside the torture, on its database: the small city with six reporters, and the sweep at the end.

`python -m tests.torture.intake_city make` prints the reporters, `… sweep` what it found, `… sign_in` the
session of the first reporter, as JSON.
"""

import json
import sys
from dataclasses import asdict
from datetime import timedelta

import django

django.setup()

from django.db import transaction  # noqa: E402 - models need a set-up Django
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from geodata.models import Cell  # noqa: E402
from gridmap.accounts.models import Role, User  # noqa: E402
from gridmap.accounts.services import make_token  # noqa: E402
from gridmap.incidents.services.photos import sweep_photos  # noqa: E402
from tests.incidents.makers import make_rule  # noqa: E402
from tests.makers import appoint, make_small_city, make_team, make_user  # noqa: E402

REPORTERS = 6


def make() -> None:
    """Every cell has one or two of them as its members."""
    with transaction.atomic():
        city = make_small_city()
        make_rule(make_team("housing")).assisting_teams.add(make_team("law"))
        cells = list(city.cells.values())
        print(json.dumps([_reporter(n, cells[n % len(cells)]) for n in range(REPORTERS)]))


def _reporter(number: int, cell: Cell) -> dict[str, str]:
    user = make_user(f"reporter-{number}", password=None)
    appoint(user, Role.GRID_MEMBER, cell)
    now = timezone.now()
    _token, secret = make_token(
        user=user, label="torture", expires_at=now + timedelta(days=1), by="torture", at=now
    )
    return {"name": user.username, "cell": cell.code, "token": secret}


def sweep() -> None:
    """As the clock does it, two hours on: what nobody has claimed by then is nobody's."""
    print(json.dumps(asdict(sweep_photos(timezone.now() + timedelta(hours=2)))))


def sign_in() -> None:
    """As if the form had been filled in: these people have no password."""
    client = Client()
    client.force_login(User.objects.get(username="reporter-0"))
    print(json.dumps(client.cookies["sessionid"].value))


if __name__ == "__main__":
    {"make": make, "sweep": sweep, "sign_in": sign_in}[sys.argv[1]]()

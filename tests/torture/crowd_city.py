"""Run beside the torture, on its database: the demonstration city, and people of it who have signed in.

`python -m tests.torture.crowd_city COMMANDERS MEMBERS` prints the sessions of each kind, as JSON.
"""

import json
import sys
from collections.abc import Iterable
from itertools import cycle, islice

import django

django.setup()

from django.core.management import call_command  # noqa: E402 - models need a set-up Django
from django.test import Client  # noqa: E402

from gridmap.accounts.models import Role, User  # noqa: E402


def main(commanders: int, members: int) -> None:
    call_command("load_demo_city", verbosity=0)
    print(
        json.dumps(
            {
                "commanders": sessions(Role.DISTRICT_COMMANDER, commanders),
                "members": sessions(Role.GRID_MEMBER, members),
            }
        )
    )


def sessions(role: Role, number: int) -> list[str]:
    """So many browsers; where there are fewer people of a role, several of them are the same person's."""
    people: Iterable[User] = User.objects.filter(appointments__role=role).distinct().order_by("pk")
    return [_signed_in(person) for person in islice(cycle(people), number)]


def _signed_in(person: User) -> str:
    client = Client()
    client.force_login(person)
    return client.cookies["sessionid"].value


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

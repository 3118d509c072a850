"""A process that lets the clock strike again and again, with the rights of the application, until killed.

python -m tests.torture.striking DATABASE MOMENT BEGIN: as if it were MOMENT, from BEGIN (epoch) on.
"""

import sys
import time
from datetime import datetime

import django

django.setup()

from django.db import connection  # noqa: E402 after the set-up

from gridmap.incidents.services.clocks import strike  # noqa: E402


def main(database: str, moment: str, begin: str) -> None:
    connection.settings_dict["NAME"] = database
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE gridmap_app")
    print("ready", flush=True)
    while time.time() < float(begin):
        pass
    while True:
        assert strike(at=datetime.fromisoformat(moment)).failed == []


if __name__ == "__main__":
    main(*sys.argv[1:])

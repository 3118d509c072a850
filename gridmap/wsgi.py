"""The application that gunicorn serves: early tiles, and Django behind them."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridmap.settings")
django_application = get_wsgi_application()

from gridmap.accounts.tickets import ticket  # noqa: E402 - models need a set-up Django
from layers.early import EarlyTiles  # noqa: E402


def user_of_session(session_key: str) -> object | None:
    found = ticket(session_key)
    return None if found is None else found.user


application = EarlyTiles(django_application, user_of_session)

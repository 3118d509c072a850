"""The secret that a machine shows instead of a session: read from a request, known by its digest."""

import re
from hashlib import sha256

from django.conf import settings
from django.http import HttpRequest

SHOWN = re.compile(r"Bearer +([A-Za-z0-9_-]{1,100})", re.IGNORECASE)


def is_api(request: HttpRequest) -> bool:
    """Whether a program asks: it shows tokens, and is answered in JSON."""
    return request.path_info.startswith(settings.API_PATH)


def shows_token(request: HttpRequest) -> bool:
    """Whether the request wants to be known by a token, a good one or not."""
    shown = request.headers.get("Authorization", "")
    return is_api(request) and shown.lower().startswith("bearer")


def secret_of(request: HttpRequest) -> str:
    """The secret that a request shows; empty where it shows something else."""
    shown = SHOWN.fullmatch(request.headers.get("Authorization", ""))
    return shown[1] if shown else ""


def digest_of(secret: str) -> str:
    """What is stored of a secret: it is random and long, so that no slow hash is needed."""
    return sha256(secret.encode()).hexdigest()

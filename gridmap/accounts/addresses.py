"""From which address a request comes, seen through the proxies in front."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """The address that the outermost trusted proxy saw; None where none is known.

    Each of `TRUSTED_PROXIES` appends one entry to X-Forwarded-For; what stands left of those
    is the visitor's own claim and is not believed.
    """
    claim = request.META.get("REMOTE_ADDR", "")
    if settings.TRUSTED_PROXIES:
        hops = request.headers.get("X-Forwarded-For", "").split(",")
        seen = [hop for hop in hops if hop][-settings.TRUSTED_PROXIES :]
        claim = seen[0] if len(seen) == settings.TRUSTED_PROXIES else claim
    try:
        return str(ip_address(claim.strip()))
    except ValueError:
        return None

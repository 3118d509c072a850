"""What every page frame needs to know of the person who looks."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language

from gridmap.accounts.models import Role, User
from gridmap.accounts.scope import scope


def frame(request: HttpRequest) -> dict[str, Any]:
    """Theme, language, roles (identifier and label), and whether this is a demonstration."""
    # A page about a request that no middleware has seen (an error outside) knows nobody.
    user = getattr(request, "user", None)
    person = user if isinstance(user, User) else None
    roles = sorted(scope(person).roles, key=Role.values.index) if person else []
    return {
        "theme": person.theme if person else theme_of_cookie(request),
        "language": get_language(),
        "roles": [(role, Role(role).label) for role in roles],
        "role_ids": frozenset(roles),
        # Called by the templates that ask: a page for a person costs no statement.
        "is_demonstration": (lambda: person.is_demonstration) if person else _has_demonstration,
    }


def theme_of_cookie(request: HttpRequest) -> str:
    theme = request.COOKIES.get("theme", "")
    return theme if theme in User.Theme.values else User.Theme.SYSTEM.value


def _has_demonstration() -> bool:
    return User.objects.filter(is_demonstration=True).exists()

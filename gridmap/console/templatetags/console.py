"""What the page frame asks of the console."""

import json
from typing import Any
from urllib.parse import urlencode

from django import template
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gridmap.accounts.models import Role
from gridmap.accounts.scope import scope

register = template.Library()


@register.simple_tag(takes_context=True)
def navigation(context: dict[str, Any]) -> list[dict[str, Any]]:
    """The places that this person's roles open: never a link that would be refused."""
    request: HttpRequest = context["request"]
    person = scope(request.user)
    links = []
    if person.cell_ids or person.post_ids:
        links.append(("my-cells", "map", pgettext_lazy("navigation", "网格")))
    else:
        links.append(("home", "map", pgettext_lazy("navigation", "网格")))
    links.append(("contacts", "users", _("通讯录")))
    if Role.CITY_ADMIN in person.roles:
        links.append(("import", "import", pgettext_lazy("navigation", "导入")))
    return [
        {
            "address": reverse(name),
            "icon": icon,
            "label": label,
            "is_current": request.resolver_match is not None
            and (request.resolver_match.url_name or "").startswith(name),
        }
        for name, icon, label in links
    ]


@register.filter
def number(value: int) -> str:
    """Thousands with a comma, in both languages."""
    return f"{value:,}"


@register.filter
def unlocalized(value: float) -> str:
    """Degrees for a program: a point before the decimals in every language."""
    return f"{value:.6f}"


@register.simple_tag
def share(part: int, whole: int) -> str:
    """A count with its denominator; nothing where there is nothing to count."""
    return f"{part:,} / {whole:,}" if whole else "–"


@register.simple_tag
def area_address(code: str, is_first: bool = False) -> str:
    """The overview of an area; the first one needs no filter."""
    return reverse("home") if is_first else f"{reverse('home')}?{urlencode({'area': code})}"


@register.filter
def json_array(values: list[float] | None) -> str:
    """Numbers for a data attribute; `null` where there are none."""
    return json.dumps(values)

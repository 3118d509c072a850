"""What the page frame asks of the console."""

from typing import Any

from django import template
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

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
        links.append(("my-cells", "map", _("网格")))
    else:
        links.append(("home", "map", _("网格")))
    links.append(("contacts", "users", _("通讯录")))
    if Role.CITY_ADMIN in person.roles:
        links.append(("import", "import", _("导入")))
    return [
        {
            "address": reverse(name),
            "icon": icon,
            "label": label,
            "is_current": request.resolver_match is not None
            and request.resolver_match.url_name == name,
        }
        for name, icon, label in links
    ]


@register.filter
def number(value: int) -> str:
    """Thousands with a comma, in both languages."""
    return f"{value:,}"

"""The menu of kept views, and the way back from deleting one."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.utils import timezone

from gridmap.console.saved.showing import restored, views_of

register = template.Library()
register.filter("restored", restored)


@register.inclusion_tag("console/saved_views.html", takes_context=True)
def saved_views(
    context: dict[str, Any], rows: Iterable[Mapping[str, Any]], page: str, query: str, look: str
) -> dict[str, Any]:
    """The own views of a page, and a form that keeps `query`; `look` is the class of its button."""
    return {
        "csrf_token": context.get("csrf_token"),
        "views": views_of(rows, page, timezone.now()),
        "page": page,
        "query": query,
        "look": look,
    }

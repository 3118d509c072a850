"""The briefing as a page and as a document to be printed."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET

from gridmap.accounts.guards import person_of
from gridmap.accounts.scope import scope
from gridmap.console.briefing.asking import Asked, read_asked
from gridmap.console.briefing.briefing import Briefing, read_briefing
from gridmap.console.briefing.telling import Told, tell
from gridmap.console.briefing.wording import halves
from gridmap.console.pages import page

FORMATS = ("", "pdf")


@require_GET
@never_cache
@gzip_page
def briefing(request: HttpRequest) -> HttpResponse:
    """A week of an area, for who works with cases in it."""
    query = request.GET
    form = query.get("format", "")
    if form not in FORMATS:
        raise Http404
    asked = read_asked(
        scope(request.user), query.get("week", ""), query.get("area", ""), timezone.now()
    )
    found = read_briefing(asked)
    told = tell(found, is_made_up=person_of(request).is_demonstration)
    if form == "pdf":
        return _document(found, told)
    return page(request, "console/briefing/page.html", _values(asked, found, told))


def _values(asked: Asked, found: Briefing, told: Told) -> dict[str, Any]:
    return {
        "now": asked.now,
        "asked": asked,
        "found": found,
        "told": told,
        "areas": asked.tree.areas,
        # Of our own drawing: names in it are escaped there.
        "picture": mark_safe(found.ground.picture.svg(told.map_title)) if found.ground else "",  # noqa: S308
        "halves": halves(found.communities),
        "before": asked.query(asked.week.moved(-1)),
        "after": asked.query(asked.after) if asked.after else "",
        "document": asked.query(format="pdf"),
    }


def _document(found: Briefing, told: Told) -> HttpResponse:
    # The library and its font weigh half a second that no page needs.
    from gridmap.console.briefing.document import draw_document

    name = f"{found.asked.week.code}-{found.asked.area.code}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return HttpResponse(draw_document(found, told), content_type="application/pdf", headers=headers)

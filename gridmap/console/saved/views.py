"""Keep the state of a page under a name, and let it go again."""

from datetime import datetime

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gridmap.accounts.guards import person_of
from gridmap.accounts.scope import scope
from gridmap.console.saved.pages import PAGES, Page
from gridmap.console.saved.showing import RESTORE, address_of
from gridmap.incidents.models import SavedView

MOST_VIEWS = 30


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep what the page understands; under a name that is taken it takes the place of what was there."""
    page, query = _asked(request, timezone.now())
    name = " ".join(request.POST.get("name", "").split())
    view = SavedView(user=person_of(request), name=name, query=f"{page.name}?{query}")
    try:
        _store(view, page)
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    else:
        messages.info(request, _("存好了：{name}").format(name=view.name))
    return redirect(address_of(page, query))


def _store(view: SavedView, page: Page) -> None:
    """Raises ValidationError."""
    if len(view.query) > (SavedView._meta.get_field("query").max_length or 0):
        raise ValidationError(_("筛选太多，存不下。少选几项再存。"))
    if not view.name.isprintable():
        raise ValidationError(_("名称里有不能用的字符。"))
    view.clean_fields(exclude=["user", "query"])
    own = SavedView.objects.filter(user=view.user)
    taken = own.filter(name=view.name).first()
    if taken is None and own.count() >= MOST_VIEWS:
        raise ValidationError(_("最多存 30 个视图，先删掉不用的。"))
    if taken and not taken.query.startswith(f"{page.name}?"):
        other = PAGES[taken.query.partition("?")[0]].title
        words = _("“{page}”已经有一个“{name}”，换个名字。")
        raise ValidationError(words.format(page=other, name=view.name))
    own.update_or_create(user=view.user, name=view.name, defaults={"query": view.query})


@require_POST
def delete(request: HttpRequest, number: int) -> HttpResponse:
    """Gone at once; the line that says so can bring it back."""
    page, query = _asked(request, timezone.now())
    view = get_object_or_404(SavedView, pk=number, user=person_of(request))
    view.delete()
    name, _sign, kept = view.query.partition("?")
    back = urlencode({"page": name, "query": kept, "name": view.name})
    words = _("视图“{name}”删掉了").format(name=view.name)
    messages.info(request, words, extra_tags=f"{RESTORE}{back}")
    return redirect(address_of(page, query))


def _asked(request: HttpRequest, now: datetime) -> tuple[Page, str]:
    """The page that the form came from, and what it understands of its address."""
    page = PAGES.get(request.POST.get("page", ""))
    query = QueryDict(request.POST.get("query", ""))
    understood = page.understood(scope(request.user), query, now) if page else None
    if page is None or understood is None:
        raise Http404
    return page, understood

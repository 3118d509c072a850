"""What the views of all pages share."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language

from gridmap.incidents.bulk.sheets import as_csv
from gridmap.incidents.services.errors import Refused


def is_english() -> bool:
    return (get_language() or "").startswith("en")


def page(
    request: HttpRequest, template: str, values: dict[str, Any], status: int = 200
) -> HttpResponse:
    return render(request, template, {"now": timezone.now(), **values}, status=status)


def csv_file(name: str, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """A table to be saved under a name, for spreadsheets: no cell is a formula."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(as_csv(names, rows), "text/csv; charset=utf-8", headers=headers)


def page_number(text: str) -> int:
    """A page of a list; what is no sensible number names no page."""
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 100_000):
        raise Http404
    return int(text)


def show_refusal(form: BaseForm, error: Refused) -> None:
    """At the field that the service names; where the form has none of that name, over the whole."""
    form.add_error(error.field if error.field in form.fields else None, str(error))

"""What the views of all pages share."""

from typing import Any

from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language

from gridmap.incidents.services.errors import Refused


def is_english() -> bool:
    return (get_language() or "").startswith("en")


def page(
    request: HttpRequest, template: str, values: dict[str, Any], status: int = 200
) -> HttpResponse:
    return render(request, template, {"now": timezone.now(), **values}, status=status)


def page_number(text: str) -> int:
    """A page of a list; what is no sensible number names no page."""
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 100_000):
        raise Http404
    return int(text)


def show_refusal(form: BaseForm, error: Refused) -> None:
    """At the field that the service names; where the form has none of that name, over the whole."""
    form.add_error(error.field if error.field in form.fields else None, str(error))

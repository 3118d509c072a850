"""What the page frame asks of the console."""

import json
from typing import Any
from urllib.parse import urlencode

from django import template
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gridmap.accounts.models import Role
from gridmap.accounts.scope import Scope, scope
from gridmap.console.command.asking import commanded
from gridmap.console.desk.boards import COMMUNITY, TEAMS, TRIAGE
from gridmap.console.waiting import Waiting, read_waiting
from gridmap.incidents.parts import OF_AN_AREA
from gridmap.incidents.querysets import works_with_cases
from gridmap.performance.areas import over_areas
from gridmap.recurring.querysets import sees_conflicts

register = template.Library()
DOT = SafeString('<span class="dot"> · </span>')


@register.simple_tag(takes_context=True)
def waiting(context: dict[str, Any]) -> Waiting:
    """What waits for this person, for the badges of the frame; one statement, where the page has not
    counted what is unread itself."""
    person = scope(context["request"].user)
    unread = context.get("unread")
    if unread is not None and not person.roles & TRIAGE.roles:
        return Waiting(unread, 0)
    return read_waiting(person)


@register.simple_tag(takes_context=True)
def navigation(context: dict[str, Any]) -> list[dict[str, Any]]:
    """The places that this person's roles open: never a link that would be refused."""
    request: HttpRequest = context["request"]
    links = _links(scope(request.user))
    here = _here(request, [name for name, _icon, _label in links])
    return [
        {
            "name": name,
            "address": reverse(name),
            "icon": icon,
            "label": label,
            "is_current": name == here,
        }
        for name, icon, label in links
    ]


def _links(person: Scope) -> list[tuple[str, str, Any]]:
    """Address, icon and word of each entry, the situation and the daily work first."""
    links: list[tuple[str, str, Any]] = []
    if commanded(person):
        links.append(("command", "chart", pgettext_lazy("navigation", "态势")))
    if person.roles & TRIAGE.roles:
        links.append(("desk", "inbox", pgettext_lazy("navigation", "派遣")))
        links.append(("desk-cases", "list", pgettext_lazy("navigation", "案件")))
    if person.roles & TEAMS.roles:
        links.append(("desk-teams", "list", pgettext_lazy("navigation", "队伍")))
    if person.roles & COMMUNITY.roles:
        links.append(("desk-community", "building", pgettext_lazy("navigation", "社区")))
    cells = "my-cells" if person.cell_ids or person.post_ids else "areas"
    links.append((cells, "map", pgettext_lazy("navigation", "网格")))
    if sees_conflicts(person):
        links.append(("conflicts", "repeat", pgettext_lazy("navigation", "反复")))
    if over_areas(person).area_ids:
        links.append(("briefing", "file", pgettext_lazy("navigation", "简报")))
    if works_with_cases(person) and not person.roles & TRIAGE.roles:
        links.append(("cases", "list", _("案件")))
    if person.roles & OF_AN_AREA:
        links.append(("desk-hand-over", "swap", pgettext_lazy("navigation", "移交")))
    links.append(("contacts", "users", _("通讯录")))
    if Role.CITY_ADMIN in person.roles:
        links.append(("desk-rules", "rule", pgettext_lazy("navigation", "规则")))
        links.append(("import", "import", pgettext_lazy("navigation", "导入")))
    return links


def _here(request: HttpRequest, names: list[str]) -> str:
    """The entry to which the page belongs: the longest that its name begins with."""
    match = request.resolver_match
    shown = (match.url_name if match else "") or ""
    page = "areas" if shown == "home" else shown
    page = "cases" if page.split("-")[0] == "case" else page
    page = "conflicts" if page.split("-")[0] == "conflict" else page
    return max(
        (name for name in names if page == name or page.startswith(f"{name}-")), key=len, default=""
    )


@register.simple_tag(takes_context=True)
def takes_reports(context: dict[str, Any]) -> bool:
    """Whether this person takes reports down and sees cases."""
    request: HttpRequest = context["request"]
    return works_with_cases(scope(request.user))


@register.filter
def number(value: int) -> str:
    """Thousands with a comma, in both languages."""
    return f"{value:,}"


@register.filter
def parted(name: str) -> SafeString:
    """A name of several parts: the dot between them stands as close as everywhere."""
    return format_html_join(DOT, "{}", ((part,) for part in name.split(" · ")))


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
    return reverse("areas") if is_first else f"{reverse('areas')}?{urlencode({'area': code})}"


@register.filter
def json_array(values: list[float] | None) -> str:
    """Numbers for a data attribute; `null` where there are none."""
    return json.dumps(values)

"""What the boards' templates ask for: names in their language, addresses with the filters."""

from collections.abc import Iterable

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from gridmap.console.addresses import case_address
from gridmap.console.desk.filters import Filters
from gridmap.console.desk.wording import Name
from gridmap.console.pages import is_english

register = template.Library()
register.filter("case_address", case_address)
DOT = SafeString('<span class="dot"> · </span>')


@register.filter
def spoken(name: Name) -> SafeString:
    """A name; marked with its language where that is not the page's."""
    if not name.lang:
        return format_html("{}", name.text)
    return format_html('<span lang="{}">{}</span>', name.lang, name.text)


@register.filter
def dotted(names: Iterable[Name]) -> SafeString:
    """Names with a dot between them."""
    return format_html_join(DOT, "{}", ((spoken(name),) for name in names))


@register.filter
def spaced(names: Iterable[Name]) -> SafeString:
    """Names that follow each other."""
    return format_html_join(" ", "{}", ((spoken(name),) for name in names))


@register.simple_tag
def chinese_lang() -> SafeString:
    """The language of what people wrote, where the page has another one."""
    return format_html(' lang="{}"', "zh-Hans") if is_english() else SafeString()


@register.simple_tag
def address(filters: Filters, **changes: object) -> str:
    """The query of the same list with something changed."""
    return f"?{filters.query(**changes)}"

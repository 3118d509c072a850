"""How shares and usual ranges are written."""

from datetime import datetime

from django import template
from django.utils.translation import gettext as _

from gridmap.console import times
from gridmap.performance.measures import Share

register = template.Library()


@register.filter
def percent(share: Share) -> str:
    """94.2%; of few cases 5 / 8, of none a dash."""
    if share.value is None:
        return "–"
    if share.is_few:
        return _as_part(share)
    return in_percent(share.value)


@register.filter
def of_all(share: Share) -> str:
    """1,206 / 1,280 件; what is told as such already needs a word only."""
    if share.is_few:
        return _("件数太少") if share.denominator else _("还没有")
    return _("{part} / {whole} 件").format(
        part=f"{share.numerator:,}", whole=f"{share.denominator:,}"
    )


@register.simple_tag
def of_visited(share: Share, visited: Share) -> str:
    """724 / 793，回访了 62%: of those who were asked, with how many were."""
    if not share.denominator:
        return _("还没有")
    words = _("回访了 {share}").format(share=percent(visited))
    if share.is_few:
        return words
    return _("{part}，{rest}").format(part=_as_part(share), rest=words)


def _as_part(share: Share) -> str:
    return _("{part} / {whole}").format(part=f"{share.numerator:,}", whole=f"{share.denominator:,}")


@register.filter
def reach(share: Share) -> str:
    """92.8～95.4%: the 95 % interval."""
    low, high = share.interval
    return _("{low}～{high}%").format(low=f"{100 * low:.1f}", high=f"{100 * high:.1f}")


@register.filter
def waited(since: datetime, at: datetime) -> str:
    """How long something has been waiting."""
    return times.span(at - since)


@register.filter
def unlocalized_tenth(value: float) -> str:
    """A place in a drawing: a point before the decimal in every language."""
    return f"{value:.1f}"


def in_percent(value: float) -> str:
    return _("{value}%").format(value=f"{100 * value:.1f}")

"""The comparison as a file for spreadsheets: every share with its numerator, denominator and interval."""

from typing import Any

from django.utils.translation import gettext as _

from geodata.querysets import BEIJING
from gridmap.accounts.models import GuideTeam
from gridmap.console.comparison.wording import FIGURES, Row
from gridmap.performance.comparison import Comparison
from gridmap.performance.measures import MEASURES, Share


def column_names() -> list[str]:
    names = [
        _("时间"),
        _("登记自"),
        _("代码"),
        _("名称"),
        *(str(label) for label in FIGURES.values()),
    ]
    parts = (_("分子"), _("分母"), "%", _("95% 下限"), _("95% 上限"))
    for measure in MEASURES:
        names += [f"{_(measure.label)} {part}" for part in parts]
    return names


def cells_of(row: Row, compared: Comparison) -> list[Any]:
    at = f"{compared.at.astimezone(BEIJING):%Y-%m-%d %H:%M}"
    place = row.part.place
    code = "" if place is None or isinstance(place, GuideTeam) else place.code
    found: list[Any] = [
        at,
        str(compared.since),
        code,
        row.name,
        *(count for count, _tone in row.figures),
    ]
    for measure in MEASURES:
        found += _share(row.part.shares[measure.name])
    return found


def _share(share: Share) -> list[Any]:
    """Numbers for a program, of few cases as well: the denominator stands beside them."""
    if share.value is None:
        return [share.numerator, share.denominator, "", "", ""]
    percents = (f"{100 * value:.1f}" for value in (share.value, *share.interval))
    return [share.numerator, share.denominator, *percents]

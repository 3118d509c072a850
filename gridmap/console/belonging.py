"""What a case belongs to of what keeps coming back, as the pages of cases say it."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q

from gridmap.accounts.scope import Scope
from gridmap.console.pages import is_english
from gridmap.incidents.models import Incident
from gridmap.incidents.states import NOT_COUNTED
from gridmap.recurring.models import RecurringConflict

YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Belonging:
    """A conflict that a case belongs to; `number` is which one it is there within twelve months."""

    code: str
    name: str
    number: int
    owner: str
    has_plan: bool


def belongings_of(case: Incident, scope: Scope) -> list[Belonging]:
    """Those that this person may see; one statement. Who reported and sees none of them learns of none."""
    begins = case.occurred_at - YEAR
    counted = Q(cases__occurred_at__gt=begins, cases__occurred_at__lte=case.occurred_at)
    rows = (
        RecurringConflict.objects.visible_to(scope)
        .known()
        .filter(pk__in=RecurringConflict.cases.through.objects.filter(incident=case.pk).values("recurringconflict"))
        .defer("geom", "geom_3857")
        .annotate(number=Count("cases", filter=counted & ~Q(cases__state__in=NOT_COUNTED)))
        .select_related("owner")
        .order_by("pk")
    )  # fmt: skip
    return [
        Belonging(
            row.code,
            name_of(row),
            row.number,
            str(row.owner) if row.owner and scope.sees_people else "",
            bool(row.plan),
        )
        for row in rows
    ]


def name_of(conflict: RecurringConflict) -> str:
    """In the reader's language."""
    return str(conflict.name_en) if is_english() else str(conflict.name)

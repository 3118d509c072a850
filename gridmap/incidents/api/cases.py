"""Cases: the list with its filters, and one with its story."""

from datetime import datetime
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from geodata.models import Area
from geodata.querysets import subtree
from gridmap.accounts.scope import scope
from gridmap.incidents.api.asking import CODE, ApiView, case_of, person
from gridmap.incidents.api.errors import NAMING, operation
from gridmap.incidents.api.inputs import CaseFilters
from gridmap.incidents.api.outputs import CasesOut, WholeCaseOut
from gridmap.incidents.models import HandOver, Incident, MoveRecord, StepRecord, Visit
from gridmap.incidents.querysets import IncidentQuerySet, is_overdue


class CasesView(ApiView):
    @operation(
        "list_cases",
        _("权限范围内的案件，新的在前"),
        {200: CasesOut},
        parameters=[CaseFilters],
    )
    def get(self, request: Request) -> Response:
        asked = CaseFilters(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        filters = asked.validated_data
        visible = Incident.objects.visible_to(scope(person(request)))
        found = narrowed(visible.with_places(), filters, timezone.now()).order_by("-pk")
        limit = filters["limit"]
        # One more tells whether there is a next page.
        rows = list(found[: limit + 1])
        page = rows[:limit]
        rest = page[-1].pk if len(rows) > limit else None
        return Response(CasesOut({"cases": page, "next": rest}).data)


def narrowed(cases: IncidentQuerySet, filters: dict[str, Any], at: datetime) -> IncidentQuerySet:
    """The cases that the filters leave, at a moment."""
    columns = {
        "state": "state",
        "topic": "topic__code",
        "cell": "cell__code",
        "open": "is_open",
        "before": "pk__lt",
    }
    given = {column: filters[name] for name, column in columns.items() if name in filters}
    cases = cases.filter(**given)
    if "area" in filters:
        cases = cases.filter(area__in=_below(filters["area"]))
    if "text" in filters:
        cases = cases.matching(filters["text"])
    if "overdue" in filters:
        late = is_overdue(at)
        cases = cases.filter(late if filters["overdue"] else ~late)
    return cases


def _below(code: str) -> Any:
    return subtree(list(Area.objects.filter(code=code).values_list("pk", flat=True)))


class CaseView(ApiView):
    @operation(
        "case",
        _("一个案件和它的经过"),
        {200: WholeCaseOut},
        NAMING,
        parameters=[CODE],
    )
    def get(self, request: Request, code: str) -> Response:
        case = case_of(request, code)
        prefetch_related_objects([case], *STORY)
        return Response(WholeCaseOut(case).data)


# What was done, in as many statements as there are tables.
STORY = (
    "assisting_teams",
    "reports",
    "parties",
    "photos",
    Prefetch("moves", MoveRecord.objects.select_related("by", "area")),
    Prefetch("steps", StepRecord.objects.select_related("by")),
    Prefetch("visits", Visit.objects.select_related("by")),
    Prefetch(
        "hand_overs",
        HandOver.objects.select_related("by", "from_cell", "to_cell", "from_team", "to_team"),
    ),
)

"""How many cases there were by cell; by community for whoever may not see cases."""

from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from geodata.models import Area, Cell
from gridmap.accounts.scope import Scope, scope
from gridmap.incidents import topics
from gridmap.incidents.api.asking import ApiView, person
from gridmap.incidents.api.errors import operation
from gridmap.incidents.api.fields import Choice, Day, Input, Many, Pattern
from gridmap.incidents.api.inputs import TOPIC_CODE, one_of
from gridmap.incidents.api.outputs import CodedOut, Out
from gridmap.incidents.counting import (
    UNTOLD,
    Chosen,
    NotApart,
    Window,
    count_areas_merged,
    count_cells,
)
from gridmap.incidents.models import Incident, Topic
from gridmap.incidents.querysets import works_with_cases

MOST_VALUES = 50


class TopicFilters(Input):
    """Days in Beijing, from `since` on and before `until`; all topics where none is named."""

    since = Day()
    until = Day()
    topic = Many(child=Pattern(TOPIC_CODE), required=False, max_length=MOST_VALUES)


class CountFilters(TopicFilters):
    """All cases where nothing else is named."""

    # Called like an attribute of every serializer; REST framework tells them apart.
    source = Many(child=one_of(topics.SOURCES), required=False, max_length=MOST_VALUES)  # type: ignore[assignment]
    state = Many(
        child=Choice(choices=Incident._meta.get_field("state").flatchoices),
        required=False,
        max_length=MOST_VALUES,
    )
    urgency = Many(child=one_of(topics.URGENCIES), required=False, max_length=MOST_VALUES)


class CellCountOut(CodedOut):
    """A cell of today, also one without cases."""

    cases = serializers.IntegerField()


class AreaCountOut(Out):
    """Communities together; null where the count may not be told."""

    areas = CodedOut(many=True)
    cases = serializers.IntegerField(allow_null=True)


class CountsOut(Out):
    """By cell, or by community for whoever may not see cases, over whole quarters; the other list is empty."""

    since = serializers.DateField()
    until = serializers.DateField()
    cells = CellCountOut(many=True)
    areas = AreaCountOut(many=True)


class CountsView(ApiView):
    @operation(
        "counts",
        gettext_lazy(
            "权限范围内每个网格的案件数；不看案件的人按社区、按过完的季度，太少的并在一起或者不公布"
        ),
        {200: CountsOut},
        parameters=[CountFilters],
    )
    def get(self, request: Request) -> Response:
        window, chosen = read_filters(CountFilters, request.query_params)
        asked = scope(person(request))
        told = _cells if works_with_cases(asked) else _areas
        found = {"cells": [], "areas": [], **vars(window), **told(asked, window, chosen)}
        return Response(CountsOut(found).data)


def read_filters(kind: type[TopicFilters], params: QueryDict) -> tuple[Window, Chosen]:
    """What is asked, each of several values of one name.

    Raises
    ------
    ValidationError
        What cannot be, by field.
    """
    known = kind().fields
    asked = kind(
        data={
            name: params.getlist(name) if isinstance(known.get(name), Many) else value
            for name, value in params.items()
        }
    )
    asked.is_valid(raise_exception=True)
    filters = dict(asked.validated_data)
    return _window(filters), _chosen(filters)


def _window(filters: dict[str, Any]) -> Window:
    if not filters["since"] < filters["until"]:
        raise exceptions.ValidationError({"until": [_("要晚于开始日期。")]})
    return Window(filters["since"], filters["until"])


def _chosen(filters: dict[str, Any]) -> Chosen:
    codes = set(filters.get("topic", ()))
    known = dict(Topic.objects.filter(code__in=codes).values_list("code", "pk"))
    if codes - known.keys():
        raise exceptions.ValidationError({"topic": [_("没有这个选项。")]})
    return Chosen(
        topics=tuple(sorted(known.values())),
        sources=tuple(filters.get("source", ())),
        states=tuple(filters.get("state", ())),
        urgencies=tuple(filters.get("urgency", ())),
    )


def _cells(asked: Scope, window: Window, chosen: Chosen) -> dict[str, Any]:
    found = count_cells(asked, window, chosen)
    counts = dict(zip(found.cells.tolist(), found.counts.tolist(), strict=True))
    rows = Cell.objects.filter(pk__in=counts).order_by("code").values("pk", "code", "name")
    return {"cells": [{**row, "cases": counts[row["pk"]]} for row in rows]}


def _areas(asked: Scope, window: Window, chosen: Chosen) -> dict[str, Any]:
    try:
        found = count_areas_merged(asked, window, chosen)
    except NotApart as error:
        message = _("不看案件的账号，件数只按专题分开。")
        raise exceptions.ValidationError({name: [message] for name in error.fields}) from error
    known = Area.objects.in_bulk([area for group in found.groups for area in group])
    rows = [
        {
            "areas": [known[area] for area in group],
            "cases": None if number == UNTOLD else number,
        }
        for group, number in zip(found.groups, found.counts.tolist(), strict=True)
    ]
    return {"areas": rows, **vars(found.window)}

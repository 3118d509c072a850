"""Every table of words that a program needs to fill in a report or a move."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from gridmap.accounts.models import GuideTeam
from gridmap.incidents import states, topics
from gridmap.incidents.api.asking import ApiView
from gridmap.incidents.api.errors import operation
from gridmap.incidents.api.outputs import LookupsOut
from gridmap.incidents.models import Incident, Topic, Unit

TABLES: dict[str, Mapping[Any, str]] = {
    "categories": topics.CATEGORIES,
    "sources": topics.SOURCES,
    "scales": topics.SCALES,
    "risks": topics.RISKS,
    "urgencies": topics.URGENCIES,
    "steps": states.STEP_LABELS,
    "hearts": states.HEARTS,
    "moves": {name: move.label for name, move in states.MOVES.items()},
    "outcomes": topics.OUTCOMES,
    "unrouted": topics.UNROUTED,
    "visit_ways": topics.VISIT_WAYS,
    "results": topics.RESULTS,
    "satisfactions": topics.SATISFACTIONS,
    "no_visit": topics.NO_VISIT,
}


class LookupsView(ApiView):
    @operation(
        "lookups",
        _("专题、队伍、单位和所有用词"),
        {200: LookupsOut},
    )
    def get(self, _request: Request) -> Response:
        tables = {
            name: [{"code": str(key), "label": gettext(label)} for key, label in table.items()]
            for name, table in TABLES.items()
        }
        tables["states"] = [
            {"code": code, "label": str(label)}
            for code, label in Incident._meta.get_field("state").flatchoices
        ]
        named = {"teams": _named(GuideTeam), "units": _named(Unit), "topics": _topics()}
        return Response(LookupsOut({**tables, **named}).data)


def _topics() -> list[dict[str, Any]]:
    return [
        {"code": topic.code, "label": _shown(topic), "category": topic.category,
         "is_dispute": topic.is_dispute}
        for topic in Topic.objects.all()
    ]  # fmt: skip


def _named(model: type[GuideTeam] | type[Unit]) -> list[dict[str, Any]]:
    return [{"id": row.pk, "name": _shown(row)} for row in model._default_manager.all()]


def _shown(row: GuideTeam | Unit | Topic) -> str:
    """The name in the reader's language, as far as there is one."""
    is_english = get_language() == "en" and row.name_en
    return row.name_en if is_english else row.name

"""What keeps coming back, for programs: the figures that the page shows, and no persons."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from django.urls import path
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from gridmap.accounts.scope import scope
from gridmap.incidents.api.asking import ApiView, person
from gridmap.incidents.api.errors import operation
from gridmap.incidents.api.outputs import CodedOut, Out, word
from gridmap.recurring.models import LEVELS, Evidence, RecurringConflict
from gridmap.recurring.querysets import knows_the_city
from gridmap.recurring.states import STATE_LABELS


class RunOut(Out):
    """The search that the figures are of; how many cases and pairs of the city, only for whoever has all of it."""

    at = serializers.DateTimeField()
    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    cases = serializers.IntegerField(allow_null=True)
    tested = serializers.IntegerField(allow_null=True)


class EvidenceOut(Out):
    """What that search saw; intervals are of 90 %, `claims` as the statistics have them.

    `rank` is among what this person sees.
    """

    run = RunOut()
    rank = serializers.IntegerField(allow_null=True)
    observed = serializers.IntegerField()
    expected = serializers.FloatField()
    ratio = serializers.FloatField()
    ratio_low = serializers.FloatField()
    ratio_high = serializers.FloatField()
    q = serializers.FloatField()
    avoidable = serializers.FloatField()
    claims = serializers.DictField()


class ConflictOut(Out):
    """A place and a topic."""

    code = serializers.CharField()
    name = serializers.CharField()
    name_en = serializers.CharField()
    level = word(LEVELS)
    topic = serializers.CharField(source="topic.code")
    area = CodedOut()
    state = word([state.value for state in STATE_LABELS])
    state_since = serializers.DateTimeField()
    evidence = EvidenceOut(source="latest", allow_null=True)


class ConflictsOut(Out):
    """In the order of the page."""

    conflicts = ConflictOut(many=True)


class ConflictsView(ApiView):
    @operation(
        "list_conflicts",
        _("权限范围内没有办结的反复矛盾，可避免最多的在前"),
        {200: ConflictsOut},
    )
    def get(self, request: Request) -> Response:
        of_person = scope(person(request))
        found = list(RecurringConflict.objects.visible_to(of_person).current().ranked())
        if not knows_the_city(of_person):
            _keep_to_own([one.latest for one in found if one.latest])
        told: Any = {"conflicts": found}
        return Response(ConflictsOut(told).data)


def _keep_to_own(evidence: Sequence[Evidence]) -> None:
    """Gaps between ranks, and numbers of the city less the own ones, would tell of others."""
    listed = sorted((one for one in evidence if one.rank is not None), key=attrgetter("rank"))
    for rank, one in enumerate(listed, 1):
        one.rank = rank
    for one in evidence:
        # Never saved.
        one.run.cases = one.run.tested = None  # type: ignore[assignment]


urlpatterns = [path("conflicts/", ConflictsView.as_view(), name="api-conflicts")]

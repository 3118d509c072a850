"""What may be done with a case now, and doing it."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.request import Request
from rest_framework.response import Response

from geodata.models import Cell
from gridmap.accounts.models import GuideTeam
from gridmap.accounts.scope import Scope, scope
from gridmap.incidents.api.asking import CODE, ApiView, case_of, person
from gridmap.incidents.api.errors import NAMING, WRITING, operation
from gridmap.incidents.api.inputs import MoveInput, StepInput
from gridmap.incidents.api.outputs import MovedOut, PossibleMovesOut
from gridmap.incidents.models import Incident, Unit
from gridmap.incidents.parts import can_take_step, parts_of, possible_moves
from gridmap.incidents.services.details import Details, VisitDraft
from gridmap.incidents.services.errors import MoveRefused
from gridmap.incidents.services.moving import move_incident
from gridmap.incidents.services.steps import record_step
from gridmap.incidents.standing import standing_of
from gridmap.incidents.states import STEPS, Name, Step, next_step


class MovesView(ApiView):
    @operation(
        "possible_moves",
        gettext_lazy("这个人现在能对案件做什么"),
        {200: PossibleMovesOut},
        NAMING,
        parameters=[CODE],
    )
    def get(self, request: Request, code: str) -> Response:
        case = case_of(request, code)
        return Response(PossibleMovesOut(_possible(case, scope(person(request)))).data)

    @operation(
        "move",
        gettext_lazy("做一个动作；同一个 key 重发只做一次"),
        {200: MovedOut},
        WRITING,
        parameters=[CODE],
        request=MoveInput,
    )
    def post(self, request: Request, code: str) -> Response:
        case, asked = case_of(request, code), MoveInput(data=request.data)
        asked.is_valid(raise_exception=True)
        move = asked.validated_data
        details = _details(move.get("details", {}), scope(person(request)))
        known = {"key": move["key"], "version": move["version"]}
        try:
            move_incident(
                incident=case,
                name=Name(move["name"]),
                by=person(request),
                at=timezone.now(),
                details=Details(**details, **known),
            )
        except MoveRefused as refusal:
            refusal.field = refusal.field and f"details.{refusal.field}"
            raise
        return Response(_moved(case))


class StepsView(ApiView):
    @operation(
        "record_step",
        gettext_lazy("记下五步里的下一步"),
        {200: MovedOut},
        WRITING,
        parameters=[CODE],
        request=StepInput,
    )
    def post(self, request: Request, code: str) -> Response:
        case, asked = case_of(request, code), StepInput(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        record_step(
            incident=case,
            step=Step(said["step"]),
            by=person(request),
            at=timezone.now(),
            note=said["note"],
            hearts=said.get("hearts", ()),
            version=said["version"],
        )
        return Response(_moved(case))


def _possible(incident: Incident, asked: Scope) -> dict[str, Any]:
    case = standing_of(incident)
    parts = parts_of(case, asked)
    taken = STEPS[: STEPS.index(Step(case.step)) + 1] if case.step else ()
    return {
        "version": incident.version,
        "moves": [
            {
                "name": move.name.value,
                "label": _(move.label),
                "needs": sorted(need.value for need in move.needs),
                "leads_to": move.target,
                "is_final": move.is_final,
            }
            for move in possible_moves(case, parts)
        ],
        "step": next_step(taken) if can_take_step(case, parts) else None,
    }


def _moved(case: Incident) -> dict[str, Any]:
    case.refresh_from_db(fields=["state", "step", "version"])
    return MovedOut(case).data


def _details(said: dict[str, Any], asked: Scope) -> dict[str, Any]:
    """What is said with a move, its places and teams looked up.

    Raises
    ------
    MoveRefused
        Something named is not there, or not in scope.
    """
    found = dict(said)
    for name, rows, column in (
        ("cell", Cell.objects.select_related("community"), "code"),
        ("team", GuideTeam.objects.all(), "pk"),
        ("unit", Unit.objects.all(), "pk"),
        ("other", Incident.objects.visible_to(asked), "code"),
    ):
        if name in said:
            found[name] = rows.filter(**{column: said[name]}).first()
            if found[name] is None:
                raise MoveRefused(_("没有找到，或者已经不归你管。"), f"details.{name}")
    if said.get("visit"):
        found["visit"] = VisitDraft(**said["visit"])
    return found

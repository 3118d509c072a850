"""The standing of a case, read with two statements; an escalated one needs its ladder as well."""

from collections.abc import Iterable
from datetime import date

from gridmap.accounts.scope import Scope, today
from gridmap.incidents.levels import ladder_of
from gridmap.incidents.models import Incident
from gridmap.incidents.parts import Standing, parts_of
from gridmap.incidents.states import Part, State


def standing_of(
    incident: Incident, on: date | None = None, assisting: Iterable[int] | None = None
) -> Standing:
    """How a case stands today, or on a day; `assisting` are the ids of those teams, where they are known."""
    if assisting is None:
        assisting = (team.pk for team in incident.assisting_teams.all())
    teams = set(assisting)
    if incident.lead_team_id is not None:
        teams.add(incident.lead_team_id)
    state = State(incident.state)
    return Standing(
        state=state,
        step=incident.step,
        is_dispute=incident.is_dispute,
        registered_by=incident.registered_by_id,
        area=incident.area_id,
        cell=incident.cell_id,
        raised_to=incident.raised_to_id,
        above=incident.raised_to.parent_id if incident.raised_to else None,
        teams=frozenset(teams),
        has_below=state is not State.ESCALATED or ladder_of(incident, on or today()).has_below,
    )


def parts_in(incident: Incident, scope: Scope) -> frozenset[Part]:
    """What the person of a scope is to a case."""
    return parts_of(standing_of(incident, scope.day), scope)

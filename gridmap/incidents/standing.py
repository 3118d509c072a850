"""The standing of a case, read with two statements at most."""

from gridmap.accounts.scope import Scope
from gridmap.incidents.models import Incident
from gridmap.incidents.parts import Standing, parts_of
from gridmap.incidents.states import Part, State


def standing_of(incident: Incident) -> Standing:
    teams = set(incident.assisting_teams.values_list("pk", flat=True))
    if incident.lead_team_id is not None:
        teams.add(incident.lead_team_id)
    return Standing(
        state=State(incident.state),
        step=incident.step,
        is_dispute=incident.is_dispute,
        registered_by=incident.registered_by_id,
        area=incident.area_id,
        cell=incident.cell_id,
        raised_to=incident.raised_to_id,
        above=incident.raised_to.parent_id if incident.raised_to else None,
        teams=frozenset(teams),
    )


def parts_in(incident: Incident, scope: Scope) -> frozenset[Part]:
    """What the person of a scope is to a case."""
    return parts_of(standing_of(incident), scope)

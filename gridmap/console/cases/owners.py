"""Who has a case today: the people of its place, and those of its teams, stand-ins in their place."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from gridmap.accounts.models import Appointment, GuideTeam, Role, User
from gridmap.console.cases.wording import called, cell_name, language_of
from gridmap.incidents.models import Incident
from gridmap.incidents.parts import OF_AN_AREA

# Of a team, as many are named as fit on a line.
NAMED = 3


@dataclass(frozen=True)
class Owner:
    """One owner of a case: somebody for the place, or a team."""

    part: str
    title: str
    title_lang: str
    place: str
    role: str
    people: tuple[User, ...]
    is_me: bool

    @property
    def phone(self) -> str:
        return next((person.phone for person in self.people if person.phone), "")

    @property
    def called(self) -> str:
        """Whom the call button calls."""
        return next((str(person) for person in self.people if person.phone), "")

    @property
    def named(self) -> tuple[User, ...]:
        return self.people[:NAMED]


def owners_of(incident: Incident, on: date, me: int | None) -> list[Owner]:
    """Territory first, then the leading team, then those that assist; `me` is who reads it."""
    teams = list(incident.assisting_teams.all())
    lead = [incident.lead_team] if incident.lead_team else []
    held = _appointments(incident, [*lead, *teams], on)
    return [
        _territory(incident, held, on, me),
        *(_team("lead", team, held, on, me) for team in lead),
        *(_team("assist", team, held, on, me) for team in teams),
    ]


def _appointments(incident: Incident, teams: list[GuideTeam], day: date) -> list[Appointment]:
    place = (
        Q(cell=incident.cell_id, cell__isnull=False, role=Role.GRID_MEMBER)
        if incident.raised_to_id is None
        else Q(area=incident.raised_to_id, role__in=OF_AN_AREA)
    )
    rows = Appointment.objects.valid_on(day).filter(place | Q(guide_team__in=teams))
    return list(rows.select_related("user", "stand_in").order_by("pk"))


def _territory(incident: Incident, held: list[Appointment], on: date, me: int | None) -> Owner:
    mine = [one for one in held if one.guide_team_id is None]
    people = _people(mine, on)
    if incident.raised_to is not None:
        place = called(incident.raised_to)
    else:
        place = cell_name(incident.cell) if incident.cell else called(incident.area)
    title = str(people[0]) if people else ""
    role = mine[0].get_role_display() if mine else ""
    return Owner("territory", title, "zh-Hans", place, role, people, _is_among(people, me))


def _team(part: str, team: GuideTeam, held: list[Appointment], on: date, me: int | None) -> Owner:
    people = _people([one for one in held if one.guide_team_id == team.pk], on)
    return Owner(part, called(team), language_of(team), "", "", people, _is_among(people, me))


def _people(held: list[Appointment], day: date) -> tuple[User, ...]:
    found = {person.pk: person for one in held if (person := one.holder_on(day)).is_active}
    return tuple(found.values())


def _is_among(people: tuple[User, ...], me: int | None) -> bool:
    return any(person.pk == me for person in people)

"""Who is in office in the demonstration city, read once, as arrays."""

from collections import defaultdict

import numpy as np

from gridmap.accounts.models import Appointment, Role
from gridmap.incidents.demo_cases.clock import Ints
from gridmap.incidents.demo_cases.town import Staff, Town

NOBODY = -1


def read_staff(town: Town) -> Staff:
    """The people of the city, by what they are appointed to."""
    rows = Appointment.objects.order_by("pk").values_list(
        "user_id", "role", "cell_id", "post_id", "area_id", "guide_team__name"
    )
    held: dict[str, dict[int, int]] = defaultdict(dict)
    teams: dict[str, list[int]] = defaultdict(list)
    city: dict[str, list[int]] = defaultdict(list)
    for user, role, cell, post, area, team in rows:
        if team:
            teams[team].append(user)
        elif area == town.city_id:
            city[role].append(user)
        else:
            held[role][cell or post or area] = user
    communities = town.communities

    def in_office(role: Role, places: Ints) -> Ints:
        return np.array([held[role].get(int(place), NOBODY) for place in places])

    return Staff(
        member=in_office(Role.GRID_MEMBER, town.cells.ids),
        officer=in_office(Role.COMMUNITY_OFFICER, communities.ids),
        grid_leader=in_office(Role.GRID_LEADER, communities.ids),
        mediator=in_office(Role.MEDIATOR, communities.ids),
        commander=in_office(Role.DISTRICT_COMMANDER, communities.district_ids),
        leader_of_post=dict(held[Role.BUILDING_LEADER]),
        guides={name: np.array(people) for name, people in teams.items()},
        dispatchers=np.array(city[Role.DISPATCHER]),
        operators=np.array(city[Role.HOTLINE_OPERATOR]),
        visitors=np.array(city[Role.VISITOR]),
        admins=np.array(city[Role.CITY_ADMIN]),
    )

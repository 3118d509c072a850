"""What the generator knows of the city: places, and who holds which office, as arrays. Pure."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gridmap.incidents.demo_cases.clock import Ints, Numbers

Texts = npt.NDArray[np.object_]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Communities:
    """Communities and villages in the order of their codes; `district` is the code above them."""

    ids: Ints
    codes: Texts
    names: Texts
    districts: Texts
    district_ids: Ints

    def index(self, code: str) -> int:
        return int(np.flatnonzero(self.codes == code)[0])


@dataclass(frozen=True)
class Cells:
    """Cells in the order of their codes; `community` counts within `Communities`."""

    ids: Ints
    codes: Texts
    names: Texts
    is_base: Flags
    community: Ints
    is_vacant: Flags


@dataclass(frozen=True)
class Spots:
    """Places that an address can name: first every building, then house numbers along streets, then landmarks.

    `building` is the place's own number, -1 where it is none; `cell` is -1 where no building says it.
    `near` weighs it: households of a home, and for the rest the homes around it.
    """

    lon: Numbers
    lat: Numbers
    address: Texts
    name: Texts
    kind: Texts
    cell: Ints
    building: Ints
    near: Numbers
    is_roadside: Flags

    def __len__(self) -> int:
        return len(self.lon)


@dataclass(frozen=True)
class Buildings:
    """What a spot does not say of a building; in the order of the codes."""

    ids: Ints
    estate: Texts
    number: Texts
    floors: Ints
    units: Ints
    households: Ints

    def at(self, estate: str, number: str) -> int:
        """The building of a number in an estate.

        Raises
        ------
        NoSuchPlace
            The city has none.
        """
        found = np.flatnonzero((self.estate == estate) & (self.number == number))
        if not len(found):
            raise NoSuchPlace(f"{estate} {number}")
        return int(found[0])


class NoSuchPlace(LookupError):
    """A place that something is to be planted at is not in this city."""


@dataclass(frozen=True)
class Town:
    """Everything about the places."""

    communities: Communities
    cells: Cells
    buildings: Buildings
    spots: Spots
    city_id: int


@dataclass(frozen=True)
class Staff:
    """Ids of the people in office.

    `member` by cell (-1 where nobody is); `officer`, `grid_leader`, `mediator` and `commander` by community;
    `leader_of_post` by the id of the post; `guides` by the name of the team, whoever else helps it at the end.
    """

    member: Ints
    officer: Ints
    grid_leader: Ints
    mediator: Ints
    commander: Ints
    leader_of_post: dict[int, int]
    guides: dict[str, Ints]
    dispatchers: Ints
    operators: Ints
    visitors: Ints
    admins: Ints


@dataclass(frozen=True)
class Located:
    """Where the registry says that each case lies; -1 where it says nothing.

    `cell` and `community` are places in `Cells` and `Communities`, the rest are ids.
    """

    version_id: Ints
    cell: Ints
    community: Ints
    building_id: Ints
    post_id: Ints

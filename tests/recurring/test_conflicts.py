"""A conflict is seen in its area only, and a new case belongs to it at once."""

from datetime import date

import pytest

from gridmap.accounts.models import Role, User
from gridmap.accounts.scope import scope
from gridmap.recurring.models import RecurringConflict
from tests.incidents.makers import make_incident
from tests.makers import appoint, make_small_city, make_user
from tests.recurring.makers import make_conflict, square

pytestmark = pytest.mark.django_db
DAY = date(2026, 7, 14)


class Cast:
    """A commander over sub-district x, an officer of community p, a neighbour of q, and a conflict in p."""

    def __init__(self) -> None:
        self.city = make_small_city()
        self.chen, self.li, self.sun, self.ma = (
            make_user(name) for name in ("chen", "li", "sun", "ma")
        )
        appoint(self.chen, Role.DISTRICT_COMMANDER, self.city.areas["x"])
        appoint(self.li, Role.COMMUNITY_OFFICER, self.city.areas["p"])
        appoint(self.sun, Role.COMMUNITY_OFFICER, self.city.areas["q"])
        appoint(self.ma, Role.GRID_MEMBER, self.city.cells["a"])
        self.conflict = make_conflict(self.city.areas["p"])


@pytest.fixture
def cast() -> Cast:
    return Cast()


def test_a_conflict_is_seen_in_its_area_and_nowhere_else(cast: Cast) -> None:
    def seen(user: User) -> bool:
        return RecurringConflict.objects.visible_to(scope(user, DAY)).exists()

    assert [seen(user) for user in (cast.chen, cast.li, cast.sun, cast.ma)] == [
        True,
        True,
        False,
        False,
    ]
    cast.conflict.cases.add(make_incident(cast.ma))
    assert seen(cast.ma)


def test_a_new_case_belongs_to_the_conflict_of_its_place_and_topic_at_once(cast: Cast) -> None:
    case = make_incident(cast.ma)
    assert list(RecurringConflict.objects.of_case(case)) == [cast.conflict]
    for stranger in (make_incident(cast.ma, topic="wages"), make_incident(cast.ma, column=1.5)):
        assert not RecurringConflict.objects.of_case(stranger).exists()
    # A conflict of a building is that of its own cases, however near the others lie.
    RecurringConflict.objects.update(building=case.building, geom=square(0, 0, 2))
    assert case.building is not None
    assert list(RecurringConflict.objects.of_case(case)) == [cast.conflict]
    assert not RecurringConflict.objects.of_case(make_incident(cast.ma, column=1.5)).exists()
    nowhere = make_incident(cast.ma, lon=None, lat=None)
    assert not RecurringConflict.objects.of_case(nowhere).exists()

from collections.abc import Iterable
from datetime import date
from random import Random

import pytest
from django.contrib.auth.models import AnonymousUser

from geodata.models import Area
from gridmap.accounts.models import Appointment, Role, User
from gridmap.accounts.scope import Scope, scope
from tests.makers import SmallCity, appoint, make_small_city, make_team, make_user, square

pytestmark = pytest.mark.django_db

MONDAY, TUESDAY, WEDNESDAY = date(2026, 7, 13), date(2026, 7, 14), date(2026, 7, 15)


def seen(found: Scope) -> tuple[str, str, str, str]:
    """Areas, cells, posts and buildings in a scope, by the last word of their names."""
    querysets = (found.areas(), found.cells(), found.posts(), found.buildings())
    return tuple(
        " ".join(sorted(name.split("-")[1] for name in rows.values_list("name", flat=True)))
        for rows in querysets
    )  # type: ignore[return-value]


@pytest.fixture
def city() -> SmallCity:
    return make_small_city()


@pytest.fixture
def zhou() -> User:
    return make_user("zhou")


def test_a_person_without_an_appointment_sees_nothing(city: SmallCity, zhou: User) -> None:
    assert scope(zhou).is_empty
    assert seen(scope(zhou)) == ("", "", "", "")
    assert not scope(zhou).people().exists()


def test_a_visitor_who_is_not_signed_in_sees_nothing(city: SmallCity) -> None:
    assert scope(AnonymousUser()).is_empty
    assert seen(scope(AnonymousUser())) == ("", "", "", "")


def test_a_disabled_person_sees_nothing(city: SmallCity) -> None:
    user = make_user("gone", is_active=False)
    appoint(user, Role.GRID_MEMBER, city.cells["a"])
    assert scope(user).is_empty


def test_a_grid_member_sees_the_own_cells_with_posts_and_buildings(
    city: SmallCity, zhou: User
) -> None:
    appoint(zhou, Role.GRID_MEMBER, city.cells["a"])
    appoint(zhou, Role.GRID_MEMBER, city.cells["c"])
    assert seen(scope(zhou)) == ("", "a c", "a1 a2 c1", "a1 a2 c1")


def test_a_building_leader_sees_the_own_post_and_the_outline_of_its_cell(
    city: SmallCity, zhou: User
) -> None:
    appoint(zhou, Role.BUILDING_LEADER, city.posts["a2"])
    assert seen(scope(zhou)) == ("", "a", "a2", "a2")


def test_a_community_officer_sees_everything_in_the_community(city: SmallCity, zhou: User) -> None:
    appoint(zhou, Role.COMMUNITY_OFFICER, city.areas["p"])
    assert seen(scope(zhou)) == ("p", "a b", "a1 a2 b1", "a1 a2 b1")


def test_a_commander_sees_the_whole_tree_below(city: SmallCity, zhou: User) -> None:
    appoint(zhou, Role.DISTRICT_COMMANDER, city.areas["x"])
    assert seen(scope(zhou)) == ("p q x", "a b c", "a1 a2 b1 c1", "a1 a2 b1 c1")


def test_an_appointment_to_the_city_holds_everything(city: SmallCity, zhou: User) -> None:
    appoint(zhou, Role.DISPATCHER, city.areas["city"])
    assert seen(scope(zhou))[1] == "a b c d"
    assert scope(zhou).area_ids == {area.pk for area in city.areas.values()}


def test_a_guide_sees_the_own_team_and_no_place(city: SmallCity, zhou: User) -> None:
    team, colleague = make_team(), make_user("colleague")
    appoint(zhou, Role.GUIDE, team)
    appoint(colleague, Role.GUIDE, team)
    assert scope(zhou).team_ids == {team.pk}
    assert seen(scope(zhou)) == ("", "", "", "")
    assert set(scope(zhou).people()) == {zhou, colleague}


def test_several_appointments_add_up(city: SmallCity, zhou: User) -> None:
    appoint(zhou, Role.GRID_MEMBER, city.cells["d"])
    appoint(zhou, Role.BUILDING_LEADER, city.posts["b1"])
    assert seen(scope(zhou)) == ("", "b d", "b1 d1", "b1 d1")
    assert scope(zhou).roles == {"grid_member", "building_leader"}


def test_people_in_scope_are_those_who_answer_for_its_places(city: SmallCity, zhou: User) -> None:
    leader, neighbour = make_user("leader"), make_user("neighbour")
    appoint(zhou, Role.GRID_MEMBER, city.cells["a"])
    appoint(leader, Role.BUILDING_LEADER, city.posts["a1"])
    appoint(neighbour, Role.BUILDING_LEADER, city.posts["b1"])
    assert set(scope(zhou).people()) == {zhou, leader}
    assert set(scope(leader).people()) == {zhou, leader}


@pytest.mark.parametrize("role", [Role.GRID_LEADER, Role.COMMUNITY_OFFICER, Role.MEDIATOR])
def test_a_member_and_a_leader_see_the_staff_of_their_community(
    city: SmallCity, zhou: User, role: Role
) -> None:
    leader, staff, others = make_user("leader"), make_user("staff"), make_user("others")
    appoint(zhou, Role.GRID_MEMBER, city.cells["a"])
    appoint(leader, Role.BUILDING_LEADER, city.posts["b1"])
    appoint(staff, role, city.areas["p"])
    appoint(others, role, city.areas["q"])
    assert set(scope(zhou).people()) == {zhou, staff}
    assert set(scope(leader).people()) == {leader, staff}
    # To be called is no scope: the member sees no more places than before.
    assert seen(scope(zhou)) == ("", "a", "a1 a2", "a1 a2")


def test_nobody_else_above_a_cell_is_seen(city: SmallCity, zhou: User) -> None:
    appoint(zhou, Role.GRID_MEMBER, city.cells["a"])
    appoint(make_user("commander"), Role.DISTRICT_COMMANDER, city.areas["x"])
    appoint(make_user("officer"), Role.COMMUNITY_OFFICER, city.areas["x"])
    appoint(make_user("visitor"), Role.VISITOR, city.areas["p"])
    assert set(scope(zhou).people()) == {zhou}


def test_a_planner_of_a_cell_sees_no_staff_above_it(city: SmallCity, zhou: User) -> None:
    appoint(zhou, Role.PLANNER, city.cells["a"])
    appoint(make_user("officer"), Role.COMMUNITY_OFFICER, city.areas["p"])
    assert not scope(zhou).people().exists()


CALLABLE_FROM_BELOW = {"grid_leader", "community_officer", "mediator"}


def areas_above(area: Area | None) -> list[Area]:
    return [] if area is None else [area, *areas_above(area.parent)]


def holders(appointment: Appointment, day: date) -> set[User]:
    """Who has the rights of an appointment on a day; nobody before or after it."""
    begins, ends = appointment.stand_in_from, appointment.stand_in_to
    if not appointment.begins_on <= day < (appointment.ends_on or date.max):
        return set()
    is_away = appointment.stand_in and begins and ends and begins <= day < ends
    return {appointment.user, *([appointment.stand_in] if is_away else [])}


def answers_to(held: Appointment, other: Appointment) -> bool:
    """Whether who holds the one may call who holds the other, as the rules are told in words."""
    if held.guide_team:
        return held.guide_team == other.guide_team
    theirs = other.cell or (other.post.cell if other.post else None)
    if held.area:
        places = areas_above(other.area or (theirs.community if theirs else None))
        return held.area in places
    mine = held.cell or held.post.cell
    if other.area:
        return other.area == mine.community and other.role in CALLABLE_FROM_BELOW
    if held.post and other.post:
        return held.post == other.post
    return theirs == mine


def callable_by(user: User, everything: Iterable[Appointment], day: date) -> set[User]:
    mine = [one for one in everything if user in holders(one, day)]
    # Areas are planned without people, also by somebody who has another office besides.
    mine = [one for one in mine if not (one.area and one.role == "planner")]
    if not user.is_active or {one.role for one in mine} <= {"planner"}:
        return set()
    found = {
        person
        for other in everything
        # Nobody is listed for somebody who was disabled, the stand-in neither.
        if other.user.is_active and any(answers_to(one, other) for one in mine)
        for person in holders(other, day)
    }
    return {person for person in found if person.is_active}


@pytest.mark.parametrize("seed", range(5))
def test_people_are_those_that_the_rules_in_words_name(city: SmallCity, seed: int) -> None:
    draw = Random(seed)
    people = [make_user(f"person-{n}", is_active=n % 8 > 0) for n in range(24)]
    places = [*city.areas.values(), *city.cells.values(), *city.posts.values(), make_team()]
    # Often those roles on which the rules turn.
    roles = [*Role.values, *sorted(CALLABLE_FROM_BELOW) * 4]
    for _ in range(40):
        user, stand_in = draw.sample(people, 2)
        away = {"stand_in": stand_in, "stand_in_from": MONDAY, "stand_in_to": TUESDAY}
        appoint(
            user,
            draw.choice(roles),
            draw.choice(places),
            ends_on=draw.choice([None, None, TUESDAY]),
            **(away if draw.random() < 0.3 else {}),
        )
    everything = list(
        Appointment.objects.select_related("user", "stand_in", "cell__community", "post__cell")
    )
    for day in (MONDAY, TUESDAY):
        for person in people:
            expected = callable_by(person, everything, day)
            assert set(scope(person, on=day).people()) == expected, (person, day)


def test_people_who_were_disabled_answer_no_more(city: SmallCity, zhou: User) -> None:
    appoint(zhou, Role.GRID_MEMBER, city.cells["a"])
    appoint(make_user("gone", is_active=False), Role.BUILDING_LEADER, city.posts["a1"])
    assert set(scope(zhou).people()) == {zhou}


def test_a_planner_sees_places_and_no_people(city: SmallCity, zhou: User) -> None:
    appoint(zhou, Role.PLANNER, city.areas["city"])
    appoint(make_user("leader"), Role.BUILDING_LEADER, city.posts["a1"])
    assert scope(zhou).posts().count() == 5
    assert not scope(zhou).people().exists()


def test_a_planner_with_another_office_sees_the_people_of_that_one(
    city: SmallCity, zhou: User
) -> None:
    appoint(zhou, Role.PLANNER, city.areas["city"])
    appoint(zhou, Role.GRID_MEMBER, city.cells["a"])
    near, far = make_user("near"), make_user("far")
    appoint(near, Role.BUILDING_LEADER, city.posts["a1"])
    appoint(far, Role.BUILDING_LEADER, city.posts["d1"])
    assert set(scope(zhou).people()) == {zhou, near}


def test_an_appointment_counts_from_its_first_day_until_before_its_last(
    city: SmallCity, zhou: User
) -> None:
    appoint(zhou, Role.GRID_MEMBER, city.cells["a"], begins_on=TUESDAY, ends_on=WEDNESDAY)
    counts = [not scope(zhou, on=day).is_empty for day in (MONDAY, TUESDAY, WEDNESDAY)]
    assert counts == [False, True, False]


def test_a_stand_in_has_the_scope_on_the_agreed_days_only(city: SmallCity, zhou: User) -> None:
    li = make_user("li")
    appoint(
        zhou,
        Role.GRID_MEMBER,
        city.cells["a"],
        stand_in=li,
        stand_in_from=TUESDAY,
        stand_in_to=WEDNESDAY,
    )
    days = (MONDAY, TUESDAY, WEDNESDAY)
    assert [seen(scope(li, on=day))[1] for day in days] == ["", "a", ""]
    assert [seen(scope(zhou, on=day))[1] for day in days] == ["a", "a", "a"]


def test_a_stand_in_has_no_more_than_the_appointment_itself(city: SmallCity, zhou: User) -> None:
    li = make_user("li")
    appoint(
        zhou,
        Role.GRID_MEMBER,
        city.cells["a"],
        ends_on=TUESDAY,
        stand_in=li,
        stand_in_from=MONDAY,
        stand_in_to=WEDNESDAY,
    )
    assert [scope(li, on=day).is_empty for day in (MONDAY, TUESDAY)] == [False, True]


def test_two_people_who_see_the_same_share_a_digest(city: SmallCity, zhou: User) -> None:
    li, wang = make_user("li"), make_user("wang")
    for user, cell in ((zhou, "a"), (li, "a"), (wang, "b")):
        appoint(user, Role.GRID_MEMBER, city.cells[cell])
    assert scope(zhou).digest == scope(li).digest
    assert scope(zhou).digest != scope(wang).digest


def test_a_role_alone_changes_the_digest(city: SmallCity, zhou: User) -> None:
    li = make_user("li")
    appoint(zhou, Role.PLANNER, city.areas["city"])
    appoint(li, Role.DISPATCHER, city.areas["city"])
    assert scope(zhou).digest != scope(li).digest


def test_a_building_on_a_border_belongs_to_the_cell_of_its_middle(
    city: SmallCity, zhou: User
) -> None:
    building = city.buildings["a1"]
    building.geom = square(1.9, 0.4, width=0.6, height=0.2)
    building.save()
    appoint(zhou, Role.GRID_MEMBER, city.cells["b"])
    assert seen(scope(zhou))[3] == "a1 b1"

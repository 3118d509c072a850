"""The clock: what it does, when, to whom, and that it does it once."""

import logging
from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, connections

from geodata.querysets import BEIJING
from gridmap.accounts.models import Appointment, Role
from gridmap.console.management.commands.tick import LOCK
from gridmap.incidents.models import CalendarDay, ClockEvent, Incident, MoveRecord, Notice
from gridmap.incidents.services import clocks, due
from gridmap.incidents.services.clocks import strike
from gridmap.incidents.services.details import Details
from gridmap.incidents.services.errors import Overtaken
from gridmap.incidents.services.moving import move_incident
from gridmap.incidents.services.steps import (
    answer_supervision,
    ask_extension,
    decide_extension,
    supervise,
)
from gridmap.incidents.states import Name
from tests.incidents.makers import NOW, make_incident, make_rule
from tests.incidents.test_moving import Cast
from tests.makers import appoint, make_user

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
# A case that no service can change: the next number is out of the range of the column.
NO_NEXT_VERSION = 2_147_483_647


def at(text: str) -> datetime:
    """A moment of 2026 in Beijing, as month-day hour:minute."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=BEIJING)


# The case of the cast: registered on Tuesday 14 July, 09:20; contact within four hours, five working days.
CONTACT_DUE, DUE = at("07-14 13:20"), at("07-21 09:20")
# A quarter of the seven days before.
WARNED = at("07-19 15:20")
LEVELS = [at("07-22 09:20"), at("07-23 09:20"), at("07-24 09:20")]


@pytest.fixture
def cast() -> Cast:
    """A case at work in cell a, and nothing said about it yet."""
    cast = Cast()
    cast.in_progress()
    Notice.objects.all().delete()
    return cast


def struck(moment: datetime) -> dict[str, int]:
    """What a strike did, without the kinds that had nothing to do."""
    result = strike(at=moment)
    assert result.failed == []
    return {kind: count for kind, count in result.counts.items() if count}


def told(kind: str) -> set[str]:
    names = Notice.objects.filter(kind=kind).values_list("user__username", flat=True)
    assert max(Counter(names).values(), default=1) == 1
    return set(names)


def test_who_has_not_been_in_contact_in_time_is_told_once(cast: Cast) -> None:
    assert struck(CONTACT_DUE) == {}
    assert struck(CONTACT_DUE + SECOND) == {"contact": 1}
    assert told("contact") == {"ma", "zhang"}
    assert struck(CONTACT_DUE + DAY) == {}


def test_who_has_been_in_contact_is_not_told(cast: Cast) -> None:
    Incident.objects.update(contacted_at=NOW)
    assert struck(CONTACT_DUE + DAY) == {}


def test_a_warning_comes_when_a_quarter_of_the_span_is_left(cast: Cast) -> None:
    Incident.objects.update(contacted_at=NOW)
    assert struck(WARNED - SECOND) == {}
    assert struck(WARNED) == {"warning": 1}
    assert told("due") == {"ma", "zhang"}
    assert struck(WARNED + SECOND) == {}


def test_a_warning_comes_at_least_four_hours_before(cast: Cast) -> None:
    case = make_incident(cast.member, urgency="emergency")
    assert case.due_at - case.registered_at == timedelta(hours=4)
    assert struck(NOW) == {"warning": 1}
    short = make_incident(cast.member)
    Incident.objects.filter(pk=short.pk).update(due_at=NOW + timedelta(hours=6), contacted_at=NOW)
    assert struck(NOW + timedelta(hours=2) - SECOND).get("warning") is None
    assert struck(NOW + timedelta(hours=2))["warning"] == 1


def test_a_warning_that_its_deadline_has_overtaken_is_not_given(cast: Cast) -> None:
    Incident.objects.update(contacted_at=NOW)
    assert struck(DUE + SECOND) == {"overdue": 1}


def test_an_overdue_case_is_said_so_once(cast: Cast) -> None:
    Incident.objects.update(contacted_at=NOW)
    strike(at=WARNED)
    assert struck(DUE) == {}
    assert struck(DUE + SECOND) == {"overdue": 1}
    assert struck(DUE + timedelta(hours=3)) == {}
    assert told("overdue") == {"ma", "zhang"}


def test_what_is_overdue_at_the_desk_is_told_to_the_desk() -> None:
    Cast()
    Notice.objects.all().delete()
    strike(at=DUE + SECOND)
    assert told("overdue") == {"ma", "zhang", "sun"}


def test_the_clock_does_not_run_while_the_work_is_being_looked_at(cast: Cast) -> None:
    cast.settle()
    cast.move(Name.HANDLE, cast.member, outcome="agreement_oral", text="说好了")
    assert struck(DUE + 9 * DAY) == {}
    cast.move(Name.REWORK, cast.officer, reason="水还是小")
    assert struck(DUE + SECOND) == {"overdue": 1}


def test_an_overdue_case_climbs_one_level_each_working_day_up_to_the_city(cast: Cast) -> None:
    strike(at=DUE + SECOND)
    Notice.objects.all().delete()
    for moment, place, person in zip(LEVELS, ("p", "x", "city"), ("li", "chen", "he"), strict=True):
        assert struck(moment) == {}
        assert struck(moment + SECOND) == {"escalation": 1}
        case = Incident.objects.get()
        assert (case.state, case.raised_to) == ("escalated", cast.city.areas[place])
        assert person in told("escalated")
        Notice.objects.all().delete()
    assert struck(LEVELS[-1] + 30 * DAY) == {}
    moves = MoveRecord.objects.filter(name="escalate")
    assert [(move.by, move.note) for move in moves] == [(None, "超期满一个工作日")] * 3


def test_a_level_has_a_working_day_and_no_weekend(cast: Cast) -> None:
    Incident.objects.update(due_at=at("07-16 18:00"))
    assert "escalation" not in struck(at("07-17 18:00"))
    assert struck(at("07-17 18:01"))["escalation"] == 1
    assert struck(at("07-20 18:00")) == {}
    assert struck(at("07-20 18:01")) == {"escalation": 1}


def test_after_a_stop_everything_is_caught_up_in_its_order(cast: Cast) -> None:
    late = LEVELS[-1] + SECOND
    assert struck(late) == {"contact": 1, "overdue": 1, "escalation": 3}
    events = list(ClockEvent.objects.order_by("pk").values_list("kind", "due_at", "fired_at"))
    assert events == [
        ("contact", CONTACT_DUE, late),
        ("overdue", DUE, late),
        *(("escalation", moment, late) for moment in LEVELS),
    ]
    places = MoveRecord.objects.filter(name="escalate").values_list("area__name", flat=True)
    assert list(places) == ["area-p", "area-x", "area-city"]
    assert struck(late) == {}


def test_what_has_no_place_does_not_climb(cast: Cast) -> None:
    """It lies with the city already; the clock tried it again and again, and failed."""
    Incident.objects.update(due_at=at("12-31 18:00"))
    cast.case = make_incident(cast.member, lon=None, lat=None)
    cast.move(Name.DECLINE, cast.admin, reason="不归这里")
    cast.move(Name.REOPEN, cast.admin, reason="归这里")
    assert "escalation" not in struck(LEVELS[-1] + 30 * DAY)


def test_whoever_was_given_the_case_by_a_person_has_a_working_day_for_it(cast: Cast) -> None:
    strike(at=DUE + SECOND)
    raised = at("07-22 08:00")
    details = Details(reason="办不动")
    move_incident(
        incident=cast.case, name=Name.ESCALATE, by=cast.member, at=raised, details=details
    )
    assert struck(raised + DAY) == {}
    assert struck(raised + DAY + SECOND) == {"escalation": 1}
    down = at("07-23 10:00")
    move_incident(incident=cast.case, name=Name.PULL_DOWN, by=cast.admin, at=down, details=details)
    assert struck(down + DAY) == {}
    assert struck(down + DAY + SECOND) == {"escalation": 1}


def test_a_reopened_case_has_a_new_deadline_and_new_strikes(cast: Cast) -> None:
    assert struck(LEVELS[1]) == {"contact": 1, "overdue": 1, "escalation": 1}
    again = at("08-03 09:00")
    for name, by in ((Name.WITHDRAW, cast.admin), (Name.REOPEN, cast.admin)):
        move_incident(
            incident=cast.case, name=name, by=by, at=again, details=Details(reason="又来了")
        )
    assert struck(again) == {}
    assert struck(at("08-03 13:00") + SECOND) == {"contact": 1}
    # Seven days again, and a quarter of them.
    assert struck(at("08-08 15:00") - SECOND) == {}
    assert struck(at("08-08 15:00")) == {"warning": 1}
    assert struck(at("08-10 09:00") + SECOND) == {"overdue": 1}
    assert struck(at("08-11 09:00") + SECOND) == {"escalation": 1}


def test_more_time_that_was_granted_moves_the_strikes(cast: Cast) -> None:
    strike(at=DUE + SECOND)
    until = at("07-27 09:20")
    asked = ask_extension(
        incident=cast.case, until=until, reason="等件", by=cast.member, at=DUE + SECOND
    )
    decide_extension(extension=asked, is_granted=True, by=cast.officer, at=DUE + SECOND)
    assert struck(LEVELS[0] + SECOND) == {}
    assert struck(at("07-24 09:20")) == {"warning": 1}
    assert struck(until + SECOND) == {"overdue": 1}


def test_a_suspended_case_is_left_alone_and_resumed_on_its_day(cast: Cast) -> None:
    Incident.objects.update(contacted_at=NOW)
    cast.move(Name.SUSPEND, cast.officer, reason="等材料", until=date(2026, 8, 3))
    assert struck(at("08-02 23:59")) == {}
    Notice.objects.all().delete()
    assert struck(at("08-03 00:00")) == {"resume": 1}
    case = Incident.objects.get()
    assert (case.state, case.due_at) == ("in_progress", DUE + (at("08-03 00:00") - NOW))
    assert told("moved") == {"ma", "zhang"}
    assert ClockEvent.objects.get().due_at == at("08-03 00:00")
    assert "resume" not in struck(at("08-04 00:00"))


def test_the_unrouted_are_told_of_again_at_eight_on_each_working_day() -> None:
    cast = Cast()
    make_incident(cast.member, column=20)
    Incident.objects.update(due_at=at("09-01 09:00"), contacted_at=NOW)
    Notice.objects.all().delete()
    assert struck(at("07-14 23:59")) == {}
    assert struck(at("07-15 07:59")) == {}
    for day in (15, 16, 17):
        assert struck(at(f"07-{day} 08:00")) == {"unrouted": 1}
        assert told("unrouted") == {"sun"}
        assert struck(at(f"07-{day} 20:00")) == {}
        Notice.objects.all().delete()
    assert struck(at("07-18 12:00")) == struck(at("07-19 12:00")) == {}
    CalendarDay.objects.create(day=date(2026, 7, 20), is_working=False)
    assert struck(at("07-20 12:00")) == {}
    # Two days later: of the reminders that were missed only today's is given.
    assert struck(at("07-23 09:00")) == {"unrouted": 1}


def test_who_owes_an_answer_is_reminded_until_it_is_given(cast: Cast) -> None:
    Incident.objects.update(due_at=at("09-01 09:00"), contacted_at=NOW)
    asked = supervise(incident=cast.case, words="查清楚", by=cast.admin, at=NOW)
    supervise(incident=cast.case, words="再查", by=cast.admin, at=NOW)
    Notice.objects.all().delete()
    assert struck(at("07-14 20:00")) == {}
    assert struck(at("07-15 08:00")) == {"supervised": 1}
    assert told("supervised") == {"ma", "zhang"}
    answer_supervision(supervision=asked, answer="查清了", by=cast.member, at=NOW)
    assert struck(at("07-16 08:00")) == {"supervised": 1}
    answer_supervision(
        supervision=cast.case.supervisions.last(), answer="也查清了", by=cast.member, at=NOW
    )
    assert struck(at("07-17 08:00")) == {}


def test_a_cell_that_lost_its_member_brings_its_cases_into_the_queue_and_a_new_one_out(
    cast: Cast,
) -> None:
    quiet = at("07-14 12:00")
    assert struck(quiet) == {}
    Appointment.objects.filter(user=cast.member).update(ends_on=date(2026, 7, 14))
    assert struck(quiet) == {"enqueue": 1}
    case = Incident.objects.get()
    assert (case.unrouted_reason, case.version) == ("no_member", cast_version(cast) + 1)
    assert told("unrouted") == {"sun"}
    # The alarm of the day has been given.
    Notice.objects.all().delete()
    assert struck(quiet) == {}
    successor = make_user("guo")
    appoint(successor, Role.GRID_MEMBER, cast.city.cells["a"], begins_on=date(2026, 7, 15))
    assert struck(at("07-14 12:01")) == {}
    assert struck(at("07-15 00:01"))["dequeue"] == 1
    assert told("arrived") == {"guo", "zhang"}
    assert Incident.objects.get().unrouted_reason == ""


def cast_version(cast: Cast) -> int:
    return MoveRecord.objects.filter(incident=cast.case).count()


def test_a_stand_in_keeps_a_cell_and_a_disabled_account_does_not(cast: Cast) -> None:
    Appointment.objects.filter(user=cast.member).update(
        stand_in=cast.neighbour, stand_in_from=date(2026, 7, 1), stand_in_to=date(2026, 8, 1)
    )
    cast.member.is_active = False
    cast.member.save()
    assert struck(NOW) == {}
    cast.neighbour.is_active = False
    cast.neighbour.save()
    assert struck(NOW) == {"enqueue": 1}


def test_only_what_the_cell_holds_and_somebody_works_on_comes_into_the_queue(cast: Cast) -> None:
    handled, suspended = (make_incident(cast.member) for _ in range(2))
    for case in (handled, suspended):
        cast.case = case
        cast.in_progress()
    cast.move(Name.SUSPEND, cast.officer, reason="等材料", until=date(2026, 8, 3))
    cast.case = handled
    cast.settle()
    cast.move(Name.HANDLE, cast.member, outcome="agreement_oral", text="说好了")
    cast.case = Incident.objects.earliest("pk")
    cast.move(Name.ESCALATE, cast.member, reason="办不动")
    Appointment.objects.filter(user=cast.member).delete()
    assert struck(NOW) == {}


def test_a_level_that_lost_its_people_brings_its_cases_into_the_queue_and_a_new_one_out(
    cast: Cast,
) -> None:
    cast.move(Name.ESCALATE, cast.member, reason="办不动")
    assert struck(NOW) == {}
    cast.officer.is_active = False
    cast.officer.save()
    assert struck(NOW) == {"enqueue": 1}
    case = Incident.objects.get()
    assert (case.unrouted_reason, case.raised_to) == ("no_officer", cast.city.areas["p"])
    assert told("unrouted") == {"sun"}
    appoint(make_user("yu"), Role.COMMUNITY_OFFICER, cast.city.areas["p"])
    assert struck(NOW) == {"dequeue": 1}
    assert Incident.objects.get().unrouted_reason == ""


def test_a_rule_that_comes_takes_its_cases_out_as_intake_would_have_routed_them() -> None:
    cast = Cast()
    rule = cast.case.rule
    assert rule is not None
    rule.valid_to = date(2026, 7, 10)
    rule.save()
    waiting = make_incident(cast.member, urgency="urgent")
    assert waiting.unrouted_reason == "no_rule"
    Incident.objects.update(contacted_at=NOW)
    assert struck(NOW) == {}
    helper = make_rule(cast.team, area=cast.city.areas["city"]).lead_team
    chosen = make_rule(helper, "water_supply", area=cast.city.areas["x"], urgency="urgent")
    chosen.assisting_teams.add(helper)
    assert struck(NOW)["dequeue"] == 1
    again = make_incident(cast.member, urgency="urgent")
    waiting.refresh_from_db()
    assert (waiting.unrouted_reason, waiting.rule, waiting.lead_team) == ("", chosen, helper)
    assert (again.rule, again.lead_team, again.unit) == (chosen, helper, waiting.unit)
    assert list(waiting.assisting_teams.all()) == list(again.assisting_teams.all()) == [helper]


def test_a_case_that_still_lacks_a_rule_stays_with_that_reason() -> None:
    cast = Cast()
    assert cast.case.rule is not None
    cast.case.rule.delete()
    waiting = make_incident(cast.member, column=2.5)
    Appointment.objects.filter(user=cast.neighbour).update(ends_on=date(2026, 7, 14))
    waiting = make_incident(cast.member, column=2.5)
    assert waiting.unrouted_reason == "no_member"
    appoint(make_user("guo"), Role.GRID_MEMBER, cast.city.cells["b"])
    assert struck(NOW) == {}
    waiting.refresh_from_db()
    assert waiting.unrouted_reason == "no_rule"


def test_one_case_that_fails_is_named_and_does_not_stop_the_others(
    cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    others = [make_incident(cast.member) for _ in range(2)]
    for case in others:
        cast.case = case
        cast.in_progress()
    broken = others[0]
    Incident.objects.filter(pk=broken.pk).update(version=NO_NEXT_VERSION)
    with caplog.at_level(logging.ERROR):
        result = strike(at=LEVELS[0] + SECOND)
    assert result.failed == [broken.code]
    assert (result.counts["escalation"], broken.code in caplog.text) == (2, True)
    assert not ClockEvent.objects.filter(incident=broken, kind="escalation").exists()
    Incident.objects.filter(pk=broken.pk).update(version=1)
    assert struck(LEVELS[0] + 2 * SECOND) == {"escalation": 1}


def test_a_person_who_was_faster_than_the_clock_is_not_overruled(cast: Cast) -> None:
    strike(at=DUE + SECOND)
    late = LEVELS[0] + SECOND
    (found,) = due.escalations(late)
    move_incident(
        incident=cast.case,
        name=Name.ESCALATE,
        by=cast.member,
        at=late,
        details=Details(reason="难"),
    )
    with pytest.raises(Overtaken):
        clocks._escalate(found, at=late)
    assert not ClockEvent.objects.filter(kind="escalation").exists()
    assert due.escalations(late) == []


def test_the_clock_strikes_with_the_rights_of_the_application(cast: Cast) -> None:
    call_command("grant_app")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE gridmap_app")
        assert struck(LEVELS[0] + SECOND) == {"contact": 1, "overdue": 1, "escalation": 1}
        cursor.execute("RESET ROLE")


def test_a_tick_strikes_loads_the_calendar_and_says_what_failed(cast: Cast) -> None:
    Incident.objects.update(version=NO_NEXT_VERSION)
    with pytest.raises(CommandError, match=cast.case.code):
        call_command("tick")
    assert CalendarDay.objects.exists()
    assert set(ClockEvent.objects.values_list("kind", flat=True)) == {"contact", "overdue"}
    Incident.objects.update(version=1)
    call_command("tick")
    assert MoveRecord.objects.filter(name="escalate", by=None).count() == 3


def test_a_second_tick_does_nothing_while_one_is_at_it(cast: Cast) -> None:
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        call_command("tick")
        assert not ClockEvent.objects.exists()
        cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    other.close()
    call_command("tick")
    assert ClockEvent.objects.exists()

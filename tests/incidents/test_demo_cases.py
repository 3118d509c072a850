"""The cases of the demonstration city, as they stand in its database."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Count, F, Q
from django.utils import timezone

from geodata.models import Area, CellVersion
from geodata.querysets import BEIJING
from gridmap.accounts.models import Role, User
from gridmap.accounts.scope import scope
from gridmap.incidents.demo_cases.scripted import SCRIPTS
from gridmap.incidents.models import (
    CaseNumber,
    Extension,
    HandOver,
    Incident,
    LogEntry,
    MoveRecord,
    Notice,
    Party,
    PartyLook,
    Report,
    RoutingRule,
    StepRecord,
    Supervision,
    TimeLimit,
    Topic,
    Visit,
)
from gridmap.incidents.services.details import Details
from gridmap.incidents.services.moving import move_incident
from gridmap.incidents.services.steps import record_step
from gridmap.incidents.states import OPEN, STEPS, TRANSITIONS, Name, State, Step
from gridmap.incidents.topics import UNROUTED
from tests.makers import make_small_city, make_user

TODAYS = "楼上夜间装修"


def loaded_on() -> date:
    """The day that the demonstration ends with: on it the case `TODAYS` is due at six."""
    due = Incident.objects.get(title=TODAYS, cell__code="620201002012002", is_imported=False)
    return due.due_at.astimezone(BEIJING).date()


def rows(sql: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return [
            tuple(float(one) if isinstance(one, Decimal) else one for one in row)
            for row in cursor.fetchall()
        ]


def beginning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=BEIJING)


def test_five_years_have_the_figures_of_the_city(demo_city: None) -> None:
    sql = """
    SELECT count(*), count(*) FILTER (WHERE succeeded), min(registered_at), max(closed_at),
           (SELECT count(*) FROM incidents_party WHERE incident_id = ANY(array_agg(incident.id)))
    FROM incidents_incident AS incident WHERE is_dispute AND state = 'closed'
    """
    ((mediated, succeeded, first, last, parties),) = rows(sql)
    assert (mediated, succeeded, parties) == (13_399, 13_372, 28_079)
    assert Incident.objects.mediated().count() == mediated
    today = beginning(loaded_on())
    assert timedelta(5 * 365 - 3) < today - first <= timedelta(5 * 365 + 2)
    assert last < today


def test_open_cases_stand_in_every_state_and_at_every_step(demo_city: None) -> None:
    open_ = Incident.objects.open()
    assert {State(state) for state in open_.values_list("state", flat=True)} == OPEN
    in_progress = open_.filter(state="in_progress")
    assert set(in_progress.values_list("step", flat=True)) == {"", *STEPS}
    assert 275 <= open_.count() <= 305
    assert open_.filter(is_dispute=False).count() > 5
    assert open_.filter(urgency="urgent").exists()


def test_raised_cases_stand_at_every_level(demo_city: None) -> None:
    raised = Incident.objects.open().filter(state="escalated")
    kinds = set(raised.values_list("raised_to__kind", flat=True))
    assert kinds == {"community", "village", "subdistrict", "suburb", "city"}
    assert raised.filter(raised_to__code="620201002000").exists()


def test_the_queue_has_a_case_for_each_reason(demo_city: None) -> None:
    queue = Incident.objects.unrouted()
    # Every level of the demonstration city has its people.
    reasons = set(UNROUTED) - {"no_officer"}
    assert set(queue.values_list("unrouted_reason", flat=True)) == reasons
    assert not queue.filter(
        unrouted_reason__in=("no_place", "outside"), cell__isnull=False
    ).exists()
    assert not queue.filter(unrouted_reason="no_member", cell__appointments__isnull=False).exists()
    assert not queue.filter(unrouted_reason="no_rule", rule__isnull=False).exists()


def test_some_are_late_some_due_today_and_some_wait_for_a_visit(demo_city: None) -> None:
    open_, today = Incident.objects.open(), beginning(loaded_on())
    assert open_.overdue(today).count() == 7
    assert open_.filter(due_at__gte=today, due_at__lt=today + timedelta(1)).count() == 18
    assert open_.filter(state="checked").count() == 41


def test_the_grid_member_has_six_open_cases_and_one_is_late(demo_city: None) -> None:
    member, today = User.objects.get(username="grid-member"), beginning(loaded_on())
    mine = Incident.objects.visible_to(scope(member)).open().order_by("due_at")
    assert mine.count() == 6
    late, due_today, *later = mine
    assert (late.title, late.step, late.risk_level) == ("反复停水，水压低", "investigate", "orange")
    assert timedelta() < today - late.due_at < timedelta(hours=3)
    assert late.address == "紫轩花苑 7 号楼 2 单元"
    assert late.reports.count() == 3
    assert late.moves.filter(name="report").count() == 2
    # On some dates somebody else is drawn beside the two.
    assert {"reporter", "respondent"} <= set(late.parties.values_list("role", flat=True))
    assert due_today.due_at.astimezone(BEIJING).hour == 18
    assert all(case.due_at >= today + timedelta(1) for case in later)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.PLANNER}))
def test_every_role_finds_open_cases(demo_city: None, role: Role) -> None:
    person = User.objects.get(username=role.value.replace("_", "-"))
    assert Incident.objects.visible_to(scope(person)).open().exists()


def test_an_open_case_goes_on_by_the_rules(demo_city: None) -> None:
    member = User.objects.get(username="grid-member")
    case = Incident.objects.get(
        title="反复停水，水压低", is_open=True, cell__code="620201002012003"
    )
    at = max(case.moves.last().at, case.steps.last().at) + timedelta(minutes=5)
    for step in (Step.DELIBERATE, Step.MEDIATE, Step.SETTLE):
        record_step(incident=case, step=step, by=member, at=at, note="约三方到社区议事厅。")
    details = Details(outcome="agreement_written", text="水泵已换。")
    move_incident(incident=case, name=Name.HANDLE, by=member, at=at, details=details)
    assert Incident.objects.get(pk=case.pk).state == "handled"


def test_the_last_move_of_every_case_explains_its_state(demo_city: None) -> None:
    sql = """
    SELECT count(*) FROM incidents_incident AS incident
    LEFT JOIN LATERAL (SELECT to_state FROM incidents_moverecord AS move
                       WHERE move.incident_id = incident.id ORDER BY at DESC, id DESC LIMIT 1) AS last ON true
    WHERE last.to_state IS DISTINCT FROM incident.state
    """
    assert rows(sql) == [(0,)]


def test_every_recent_story_is_a_chain_of_moves_that_are_allowed(demo_city: None) -> None:
    sql = """
    SELECT DISTINCT move.from_state, move.to_state, lag(to_state) OVER (PARTITION BY incident_id ORDER BY at, move.id)
    FROM incidents_moverecord AS move JOIN incidents_incident AS incident ON incident.id = incident_id
    WHERE incident.registered_at > %s AND move.name <> 'report' AND incident.state <> 'merged'
    """
    moves = rows(sql, beginning(loaded_on()) - timedelta(days=59))
    assert {(source, target) for source, target, _ in moves if source and source != target} <= {
        (source.value, target.value) for source, target in TRANSITIONS
    }
    assert all(before == source for source, _, before in moves if source)
    assert len(moves) > 15


def test_nothing_happens_before_the_report_or_after_today(demo_city: None) -> None:
    today = beginning(loaded_on())
    for model in (MoveRecord, StepRecord, Visit, HandOver, Extension, Supervision, PartyLook):
        times = model._default_manager.aggregate(
            early=Count("pk", filter=Q(at__lt=F("incident__registered_at"))),
            late=Count("pk", filter=Q(at__gt=today, incident__registered_at__lt=today)),
        )
        assert times == {"early": 0, "late": 0}, model
    assert Incident.objects.filter(registered_at__gt=timezone.now()).count() == 0


def test_closed_cases_are_taken_over_and_open_ones_are_our_own(demo_city: None) -> None:
    kinds = Incident.objects.values_list("is_open", "is_imported").distinct()
    assert set(kinds) == {(False, True), (True, False)}


def test_disputes_have_their_five_steps_in_each_round(demo_city: None) -> None:
    sql = """
    SELECT DISTINCT incident.round, incident.outcome = 'resolved_on_site', count(*)
    FROM incidents_incident AS incident JOIN incidents_steprecord AS step ON step.incident_id = incident.id
    WHERE state = 'closed' GROUP BY incident.id
    """
    assert set(rows(sql)) == {(1, False, 5), (1, True, 1), (2, False, 10)}
    plain = StepRecord.objects.filter(incident__is_dispute=False)
    assert not plain.exists()
    assert not StepRecord.objects.filter(note="").exists()


def test_deadlines_are_those_of_the_database(demo_city: None) -> None:
    sql = """
    SELECT count(*), count(*) FILTER (WHERE (incident.contact_due_at, incident.due_at)
                                            <> (span.contact_due_at, span.due_at))
    FROM (SELECT * FROM incidents_incident
          WHERE round = 1 AND (id % 40 = 0 OR is_open)
            AND NOT EXISTS (SELECT FROM incidents_extension WHERE incident_id = incidents_incident.id)) AS incident
    CROSS JOIN LATERAL case_deadlines(topic_id, urgency, registered_at) AS span
    """
    ((looked_at, different),) = rows(sql)
    assert looked_at > 700
    assert different == 0


def test_rules_and_places_are_those_of_an_intake(demo_city: None) -> None:
    sql = """
    WITH place AS (
        SELECT DISTINCT topic_id, urgency, area_id, rule_id FROM incidents_incident
        WHERE cell_id IS NOT NULL
    ),
    above AS (
        SELECT place.*, tree.id AS over, tree.height FROM place CROSS JOIN LATERAL (
            WITH RECURSIVE up AS (
                SELECT place.area_id AS id, 0 AS height
                UNION ALL
                SELECT area.parent_id, height + 1 FROM up JOIN geodata_area AS area ON area.id = up.id
                WHERE area.parent_id IS NOT NULL)
            SELECT * FROM up) AS tree
    )
    SELECT count(*), count(*) FILTER (WHERE place.rule_id IS DISTINCT FROM (
        SELECT rule.id FROM incidents_routingrule AS rule
        LEFT JOIN above ON above.over = rule.area_id AND (above.topic_id, above.urgency, above.area_id)
                                                         = (place.topic_id, place.urgency, place.area_id)
        WHERE (rule.topic_id = place.topic_id OR rule.topic_id IS NULL)
          AND (rule.area_id IS NULL OR above.over IS NOT NULL) AND rule.urgency IN (place.urgency, '')
        ORDER BY above.height NULLS LAST, rule.topic_id IS NULL, rule.urgency = '', rule.id LIMIT 1))
    FROM place
    """
    ((looked_at, different),) = rows(sql)
    assert looked_at > 500
    assert different == 0


def test_cases_lie_where_the_registry_says(demo_city: None) -> None:
    placed = Incident.objects.filter(geom__isnull=False)
    some = list(placed.filter(pk__in=range(0, 40_000, 37)))
    found = CellVersion.objects.locate(
        [case.geom.x for case in some], [case.geom.y for case in some], on=beginning(loaded_on())
    )
    assert [case.cell_as_reported_id or -1 for case in some] == found.tolist()
    assert not placed.filter(cell__isnull=False).exclude(area=F("cell__community")).exists()
    assert not placed.exclude(cell_as_reported__cell=F("cell")).filter(cell__isnull=False).exists()
    assert not placed.filter(post__isnull=False).exclude(post__cell=F("cell")).exists()
    assert placed.filter(post__isnull=False).count() > 12_000


def test_every_topic_has_a_limit_and_each_team_leads(demo_city: None) -> None:
    assert set(TimeLimit.objects.exclude(topic=None).values_list("topic", flat=True)) == set(
        Topic.objects.values_list("pk", flat=True)
    )
    assert RoutingRule.objects.values("lead_team").distinct().count() == 7
    assert (
        Incident.objects.open().values("lead_team").exclude(lead_team=None).distinct().count() == 7
    )


def test_names_of_persons_stand_with_the_parties_only(demo_city: None) -> None:
    persons = Party.objects.filter(is_organisation=False)
    names = {name for name in persons.values_list("name", flat=True) if len(name) == 3}
    said = set()
    for model, fields in {
        Incident: ("title", "summary", "resolution_text", "state_reason", "explanation", "address",
                   "organisations_involved"),
        Report: ("words", "address"),
        MoveRecord: ("note",),
        StepRecord: ("note",),
        Visit: ("note",),
        Extension: ("note",),
        Supervision: ("note", "answer"),
    }.items():  # fmt: skip
        for field in fields:
            said |= set(model._default_manager.values_list(field, flat=True).distinct())
    heard = {text[n : n + 3] for text in said for n in range(len(text) - 2)}
    assert names & heard == set()
    assert len(names) > 15_000


def test_nobody_can_be_called(demo_city: None) -> None:
    assert not Party.objects.exclude(phone__regex=r"^0937-0\d\d-\d{4}$").exists()


def test_visits_are_as_many_and_as_good_as_in_the_city(demo_city: None) -> None:
    closed = Incident.objects.filter(state="closed")
    assert 0.58 < closed.filter(is_visited=True).count() / closed.count() < 0.66
    said = Visit.objects.filter(round=F("incident__round"))
    content = said.filter(satisfaction__in=("satisfied", "basically")).count() / said.count()
    assert 0.88 < content < 0.95
    assert 0.85 < said.filter(result="solved").count() / said.count() < 0.93
    assert not closed.filter(is_visited=False, no_visit_reason="").exists()
    assert not closed.filter(is_unhappy=True, explanation="").exists()


def test_most_are_settled_in_time_and_few_are_not(demo_city: None) -> None:
    settled = Incident.objects.filter(state="closed")
    in_time = settled.filter(resolved_at__lte=F("due_at")).count() / settled.count()
    assert 0.92 < in_time < 0.98
    heard = settled.filter(contacted_at__lte=F("contact_due_at")).count() / settled.count()
    assert 0.9 < heard < 0.99


def test_numbers_count_the_cases_of_a_day_without_a_gap(demo_city: None) -> None:
    sql = """
    SELECT count(*) FROM (
        SELECT substring(code, 5, 8)::date AS day, array_agg(right(code, 5)::int ORDER BY registered_at, id) AS numbers
        FROM incidents_incident GROUP BY 1
    ) AS counted LEFT JOIN incidents_casenumber AS number USING (day)
    WHERE numbers <> ARRAY(SELECT generate_series(1, number.last)) OR number.last IS NULL
    """
    assert rows(sql) == [(0,)]
    assert CaseNumber.objects.count() > 1800
    wrong = Incident.objects.exclude(code__regex=r"^JYG-\d{8}-\d{5}$")
    assert not wrong.exists()


def test_reports_merge_into_cases_that_have_several(demo_city: None) -> None:
    merged = Incident.objects.filter(state="merged")
    assert merged.count() > 200
    assert (
        not merged.filter(merged_into__topic__isnull=False)
        .exclude(merged_into__topic=F("topic"))
        .exists()
    )
    several = Incident.objects.annotate(voices=Count("reports")).filter(voices__gt=1)
    assert several.count() > 500
    assert not Incident.objects.filter(reports__isnull=True).exists()
    assert not Report.objects.filter(words="").exists()


def test_people_are_told_of_what_came_lately(demo_city: None) -> None:
    guide = User.objects.get(username="guide")
    assert Notice.objects.filter(user=guide, read_at=None).exists()
    assert Notice.objects.filter(kind="unrouted", user__username="dispatcher").exists()
    assert not Notice.objects.filter(read_at__lt=F("at")).exists()


def test_communities_report_unevenly_and_addresses_are_used_again(demo_city: None) -> None:
    communities = Area.objects.filter(kind="community").annotate(cases=Count("incidents"))
    cases = sorted(area.cases for area in communities)
    assert cases[-4] > 2.5 * cases[3]
    sql = """
    SELECT sum(n) FILTER (WHERE n > 1) / sum(n)
    FROM (SELECT count(*) AS n FROM incidents_incident WHERE geom IS NOT NULL GROUP BY geom) AS point
    """
    ((again,),) = rows(sql)
    assert 0.6 < again < 0.95


SHARE = """
SELECT avg((extract(month FROM at) BETWEEN {months})::int), avg((extract(hour FROM at) IN ({hours}))::int),
       avg((extract(isodow FROM at) > 5)::int), count(*)
FROM (SELECT registered_at AT TIME ZONE 'Asia/Shanghai' AS at FROM incidents_incident AS incident
      JOIN incidents_topic AS topic ON topic.id = topic_id
      WHERE topic.code = %s AND incident.address LIKE %s AND state = 'closed') AS case_at
"""


def test_the_motorway_is_loud_in_summer_nights(demo_city: None) -> None:
    sql = SHARE.format(months="5 AND 9", hours="22, 23, 0, 1, 2, 3")
    ((months, hours, _weekend, cases),) = rows(sql, "noise_road", "G30 嘉峪关收费站%")
    assert cases > 35
    assert months > 0.95
    assert hours > 0.65
    years = rows("""
        SELECT count(DISTINCT extract(year FROM registered_at)) FROM incidents_incident
        WHERE address LIKE 'G30 嘉峪关收费站%'
    """)
    assert years[0][0] >= 5


def test_the_market_is_there_in_the_morning_and_at_weekends(demo_city: None) -> None:
    sql = SHARE.format(months="3 AND 11", hours="6, 7, 8, 9, 10")
    ((months, hours, weekend, cases),) = rows(sql, "street_market", "镜铁西路 %")
    assert cases > 50
    assert months > 0.85
    assert hours > 0.55
    # A day of a weekend beside a weekday: drawn 2.8 times as often, of which some 75 cases tell this much.
    assert weekend / 2 > 1.3 * (1 - weekend) / 5


def test_water_comes_back_after_it_was_settled(demo_city: None) -> None:
    sql = """
    WITH water AS (
        SELECT registered_at, closed_at FROM incidents_incident AS incident
        JOIN incidents_topic AS topic ON topic.id = topic_id AND topic.code = 'water_supply'
        WHERE address LIKE '紫轩花苑%' AND state = 'closed'
    )
    SELECT count(*), count(*) FILTER (WHERE registered_at > last_closed + interval '30 days')
    FROM (SELECT *, max(closed_at) OVER (ORDER BY registered_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
                 AS last_closed FROM water) AS line
    """
    ((cases, returns),) = rows(sql)
    assert cases >= 45
    assert returns >= 5


def test_heating_is_a_matter_of_winter_and_wages_of_the_end_of_the_year(demo_city: None) -> None:
    winter = SHARE.format(months="5 AND 9", hours="0")
    ((summer, _, _, cases),) = rows(winter, "heating", "%")
    assert cases > 600
    assert summer < 0.1
    turn = """
    SELECT avg((extract(month FROM registered_at) IN (12, 1, 2))::int) FROM incidents_incident AS incident
    JOIN incidents_topic AS topic ON topic.id = topic_id WHERE topic.code = %s
    """
    assert rows(turn, "wages")[0][0] > 1.4 * rows(turn, "property_mgmt")[0][0]


def test_each_table_was_written_in_one_statement(demo_city: None) -> None:
    for table in (
        "incidents_incident",
        "incidents_report",
        "incidents_party",
        "incidents_steprecord",
    ):
        (entry,) = LogEntry.objects.filter(table=table, action="INSERT")
        ((written,),) = rows(f"SELECT count(*) FROM {table}")
        assert (entry.count, entry.rows) == (written, None)


def test_loading_twice_changes_no_case(demo_city: None) -> None:
    before = Incident.objects.count(), MoveRecord.objects.count(), LogEntry.objects.count()
    said = StringIO()
    call_command("load_demo_city", stdout=said)
    assert "已经在库里" in said.getvalue()
    assert (
        Incident.objects.count(),
        MoveRecord.objects.count(),
        LogEntry.objects.count(),
    ) == before


@pytest.mark.django_db
def test_a_demonstration_that_was_changed_gets_no_cases_and_says_so() -> None:
    make_small_city()
    make_user("guest", is_demonstration=True)
    said = StringIO()
    call_command("load_demo_city", stdout=said)
    assert "演示城市改过" in said.getvalue()
    assert not Incident.objects.exists()
    assert not RoutingRule.objects.exists()


def test_titles_are_short_and_of_many_kinds(demo_city: None) -> None:
    titles = set(Incident.objects.values_list("title", flat=True))
    assert len(titles) > 300
    assert all(4 <= len(title) <= 40 and not re.search(r"[{}]", title) for title in titles)
    assert {script.title for script in SCRIPTS} <= titles

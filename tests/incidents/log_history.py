"""A small city with a past, committed in a database of its own, and ways to look at it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.core.management import call_command
from django.db import connection, transaction

from gridmap.accounts.models import Role, User
from gridmap.accounts.scope import act_as
from gridmap.incidents.drafts import PartyDraft
from gridmap.incidents.models import Incident, Party, RoutingRule, Topic, Unit
from gridmap.incidents.services.details import Details
from gridmap.incidents.services.moving import dispatch_incident, move_incident
from gridmap.incidents.services.steps import record_step, supervise
from gridmap.incidents.states import STEPS, Name
from tests.conftest import connected_as
from tests.incidents.makers import NOW, make_incident, make_rule
from tests.makers import appoint, make_small_city, make_team, make_user

APP, OWNER, SUPERUSER = "gridmap_app", "gridmap_owner", "postgres"
# One entry of so many rows has their marks and not their words.
BULK = 600
PARTY = PartyDraft(role="reporter", name="马建国", phone="0937-0000001")


@contextmanager
def acting(user: User) -> Iterator[None]:
    """A transaction like that of a request of this person."""
    with transaction.atomic():
        act_as(user, NOW.date())
        yield


def execute(statement: str, values: Any = None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def seal() -> None:
    """What happens at commit, now."""
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute("SET CONSTRAINTS ALL DEFERRED")


@contextmanager
def silenced() -> Iterator[None]:
    """No trigger fires: what only a superuser can do."""
    execute("SET LOCAL session_replication_role = replica")
    yield
    execute("SET LOCAL session_replication_role = origin")


def make_history() -> None:
    """Cases in several states, a bulk of parties, changed and deleted rules: some hundred entries."""
    city = make_small_city()
    team = make_team("housing")
    make_rule(team).assisting_teams.add(make_team("law"))
    people = {}
    for name, role, place in (
        ("ma", Role.GRID_MEMBER, city.cells["a"]),
        ("sun", Role.DISPATCHER, city.areas["city"]),
    ):
        people[name] = make_user(name, password=None)
        appoint(people[name], role, place)
    call_command("grant_app")
    with connected_as(APP):
        for number in range(8):
            _one_case(number, people["ma"], people["sun"])
        with acting(people["sun"]):
            case = Incident.objects.earliest("pk")
            Party.objects.bulk_create(
                Party(incident=case, role="other", name=f"住户{number}") for number in range(BULK)
            )
            Party.objects.filter(name="住户7").update(phone="0937-0000007")
            Unit.objects.create(name="自来水公司")
        Unit.objects.update(phone="0937-0000002")
        make_rule(team, "wages")
        RoutingRule.objects.filter(topic__code="wages").delete()
        topics = list(Topic.objects.all())
        for topic in topics:
            topic.position += 1
        Topic.objects.bulk_update(topics, ["position"])


def _one_case(number: int, member: User, dispatcher: User) -> None:
    at = NOW + timedelta(hours=number)
    with acting(member):
        case = make_incident(member, at=at, parties=(PARTY,), row=0.4 + number / 50)
    if number % 4 == 0:
        return
    with acting(dispatcher):
        dispatch_incident(incident=case, by=dispatcher, at=at)
        supervise(incident=case, words="抓紧", by=dispatcher, at=at)
    with acting(member):
        move_incident(incident=case, name=Name.START, by=member, at=at)
    if number % 4 == 1:
        return
    with acting(member):
        for step in STEPS:
            record_step(incident=case, step=step, by=member, at=at, note="做了")
    with acting(member):
        done = Details(outcome="agreement_oral", text="说好了")
        move_incident(incident=case, name=Name.HANDLE, by=member, at=at, details=done)

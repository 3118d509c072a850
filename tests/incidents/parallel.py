"""The same reports sent at once, each by many clients on connections of their own."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from gridmap.accounts.models import Role, User
from gridmap.incidents.drafts import ReportDraft
from gridmap.incidents.services.reporting import Receipt, report_incident
from tests.incidents.makers import NOW, make_draft, make_rule
from tests.makers import appoint, make_small_city, make_team, make_user

Answer = Receipt | Exception


def make_reporter() -> User:
    """A member in the small city, with a rule for what is reported."""
    city = make_small_city()
    user = make_user("ma", password=None)
    appoint(user, Role.GRID_MEMBER, city.cells["a"])
    make_rule(make_team("housing"))
    return user


def post_at_once(clients: int, keys: int) -> list[list[Answer]]:
    """For each of the drafts what every client was answered; all send the same draft at the same moment."""
    by = make_reporter()
    drafts = [make_draft() for _ in range(keys)]
    start = threading.Barrier(clients)
    with ThreadPoolExecutor(clients) as pool:
        answers = list(pool.map(lambda _n: _client(drafts, by, start), range(clients)))
    return [list(of_one) for of_one in zip(*answers, strict=True)]


def _client(drafts: Sequence[ReportDraft], by: User, start: threading.Barrier) -> list[Answer]:
    try:
        return [_send(draft, by, start) for draft in drafts]
    finally:
        connection.close()


def _send(draft: ReportDraft, by: User, start: threading.Barrier) -> Answer:
    start.wait()
    try:
        return report_incident(draft=draft, by=by, at=NOW)
    except Exception as error:  # what a client is told, whatever it is
        return error


def told(answers: Sequence[Answer]) -> set[object]:
    """What the clients know afterwards: report, case and number; or the error."""
    return {
        (answer.report_id, answer.incident_id, answer.code)
        if isinstance(answer, Receipt)
        else repr(answer)
        for answer in answers
    }

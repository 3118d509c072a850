"""Cases of the small city, made the way the product makes them."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from gridmap.accounts.models import GuideTeam, User
from gridmap.incidents.drafts import ReportDraft
from gridmap.incidents.models import Incident, RoutingRule, Topic
from gridmap.incidents.services.reporting import report_incident
from tests.makers import SIDE, SOUTH, WEST

# A Tuesday, twenty past nine in Beijing.
NOW = datetime(2026, 7, 14, 1, 20, tzinfo=UTC)


def make_draft(column: float = 0.5, row: float = 0.5, **fields: Any) -> ReportDraft:
    """A report at a place of the chessboard; inside the first building of cell a by default."""
    values: dict[str, Any] = {
        "key": uuid4(),
        "source": "patrol",
        "topic": "water_supply",
        "occurred_at": NOW,
        "words": "早上六点起停水。楼上楼下都没有",
        "lon": WEST + SIDE * column,
        "lat": SOUTH + SIDE * row,
        "accuracy_m": 8.0,
    }
    return ReportDraft(**{**values, **fields})


def make_rule(lead: GuideTeam, topic: str | None = None, **fields: Any) -> RoutingRule:
    """A rule from 2020 on; any topic, area and urgency unless given."""
    chosen = Topic.objects.get(code=topic) if topic else None
    return RoutingRule.objects.create(
        lead_team=lead, topic=chosen, **{"valid_from": date(2020, 1, 1), **fields}
    )


def make_incident(by: User, *, at: datetime = NOW, **fields: Any) -> Incident:
    """A registered case; `fields` are those of `make_draft`."""
    receipt = report_incident(draft=make_draft(**fields), by=by, at=at)
    return Incident.objects.get(pk=receipt.incident_id)

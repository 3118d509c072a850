"""The cases of a story into their tables: cases with their reports and parties."""

from hashlib import sha256
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.db.models import Model

from gridmap.accounts.models import GuideTeam
from gridmap.incidents.demo_cases import writing
from gridmap.incidents.demo_cases.clock import Ints, Times
from gridmap.incidents.demo_cases.events import CODES, WAYS
from gridmap.incidents.demo_cases.story import Story
from gridmap.incidents.demo_cases.tables import RULES
from gridmap.incidents.demo_cases.town import Texts, Town
from gridmap.incidents.models import CaseNumber, Incident, Party, Report, RoutingRule, Topic, Unit
from gridmap.incidents.states import State, Step

WITH_REFERENCE = ("hotline_12345", "police_110", "fire_119", "traffic_122")
FIRST_JOINED = 500_000
# Passed through on the way to being reopened, which takes it off again.
PASSING = {"step": Step.SETTLE.value, "outcome": "agreement_oral"}


def write_cases(story: Story, town: Town) -> Ints:
    """Write cases, reports and parties; returns the ids of the cases in the order of the story."""
    return _Writer(story, town).write()


def table(model: type[Model]) -> str:
    return model._meta.db_table


class _Writer:
    def __init__(self, story: Story, town: Town) -> None:
        self.story, self.town = story, town
        self.plan, self.final = story.plan, story.final
        self.number = len(self.plan.events)
        self.ids = writing.next_ids(table(Incident), self.number)
        self.codes, self.last = _codes(self.plan.events.at)
        self.teams = dict(GuideTeam.objects.values_list("name", "pk"))
        self.rules = np.array(
            [*RoutingRule.objects.order_by("pk").values_list("pk", flat=True), -1]
        )

    def write(self) -> Ints:
        self._incidents()
        self._assisting()
        self._case_numbers()
        self._reports()
        self._parties()
        return self.ids

    def _topic_codes(self) -> Texts:
        return np.array(CODES, dtype=object)[self.plan.events.topic]

    def _incidents(self) -> None:
        writing.copy(
            table(Incident),
            {**self._what(), **self._where(), **self._who(), **self._how_far(), **self._when()},
        )

    def _what(self) -> dict[str, writing.Column]:
        story, plan = self.story, self.plan
        topics = dict(Topic.objects.values_list("code", "pk"))
        amounts = story.wording.amounts
        return {
            "id": writing.ids(self.ids),
            "code": self.codes,
            "title": writing.texts(story.wording.title),
            "summary": [voices[0] for voices in story.wording.voices],
            "source": writing.texts(np.array(WAYS, dtype=object)[plan.events.way]),
            "topic_id": [str(topics[code]) for code in self._topic_codes()],
            "is_dispute": writing.flags(plan.is_dispute),
            "scale": writing.texts(self.story.facts.scale),
            "risk_level": writing.texts(self.story.facts.risk),
            "urgency": writing.texts(np.array(["normal", "urgent", "emergency"])[plan.urgency]),
            "people_involved": writing.ids(story.wording.people),
            "amount_cny": writing.ids(np.where(amounts > 0, amounts, -1)),
            "organisations_involved": self._organisations(),
        }

    def _organisations(self) -> list[str]:
        parties, named = self.story.parties, [""] * self.number
        for row in np.flatnonzero(parties.is_organisation):
            named[parties.case[row]] = str(parties.name[row])
        return named

    def _where(self) -> dict[str, writing.Column]:
        sited, located, town = self.story.sited, self.story.located, self.town
        area = np.where(
            located.community >= 0, town.communities.ids[located.community], town.city_id
        )
        cell = np.where(located.cell >= 0, town.cells.ids[located.cell], -1)
        return {
            "geom": writing.points(sited.lon, sited.lat),
            "location_datum": writing.texts(sited.datum),
            "location_accuracy_m": writing.numbers(sited.accuracy_m),
            "address": writing.texts(sited.address),
            "area_id": writing.ids(area),
            "cell_id": writing.ids(cell),
            "cell_as_reported_id": writing.ids(located.version_id),
            "building_id": writing.ids(located.building_id),
            "post_id": writing.ids(located.post_id),
            "unit_no": writing.texts(sited.unit_no),
            "floor_no": writing.texts(sited.floor_no),
            "room_no": [""] * self.number,
        }

    def _who(self) -> dict[str, writing.Column]:
        routed = self.story.routed
        units = dict(Unit.objects.values_list("name", "pk"))
        of_rule = np.array([*(units.get(rule.unit, -1) for rule in RULES), -1])
        return {
            "registered_by_id": writing.ids(self.story.cast.registrar),
            "raised_to_id": writing.ids(self.final.raised_to),
            "lead_team_id": writing.ids(self._team_ids(routed.lead)),
            "unit_id": writing.ids(of_rule[routed.rule]),
            "rule_id": writing.ids(self.rules[routed.rule]),
            "unrouted_reason": writing.texts(routed.unrouted),
        }

    def _team_ids(self, names: Texts) -> Ints:
        return np.array([self.teams.get(name, -1) for name in names], np.int64)

    def _how_far(self) -> dict[str, writing.Column]:
        """Open cases are written as they were registered; `_walk` takes them to where they are."""
        final, merged = self.final, self.plan.merged_into
        reopened = final.state == State.REOPENED.value
        moves = np.bincount(self.story.ledger.moves.whole()["case"], minlength=self.number)
        steps = np.bincount(self.story.ledger.steps.whole()["case"], minlength=self.number)
        return {
            "state": writing.texts(np.where(final.is_imported, final.state, "registered")),
            "state_since": writing.times(final.state_since),
            "state_reason": writing.texts(final.state_reason),
            "step": writing.texts(np.where(reopened, PASSING["step"], final.step)),
            # An open case is walked there from its first round.
            "round": writing.numbers(np.where(final.is_imported, final.round, 1)),
            "hearts": writing.texts(final.hearts),
            "suspended_until": writing.days(final.suspended_until),
            "merged_into_id": writing.ids(np.where(merged >= 0, self.ids[merged], -1)),
            "outcome": writing.texts(np.where(reopened, PASSING["outcome"], final.outcome)),
            "resolution_text": writing.texts(final.resolution),
            "is_visited": writing.flags(final.is_visited & final.is_imported),
            "no_visit_reason": writing.texts(final.no_visit_reason),
            "is_unhappy": writing.flags(final.is_unhappy),
            "explanation": writing.texts(final.explanation),
            "version": writing.numbers(moves + steps),
            "is_imported": writing.flags(final.is_imported),
        }

    def _when(self) -> dict[str, writing.Column]:
        final, due = self.final, self.plan.due
        return {
            "occurred_at": writing.times(self.story.facts.occurred),
            "registered_at": writing.times(self.plan.events.at),
            "accepted_at": writing.times(final.accepted_at),
            "contacted_at": writing.times(final.contacted_at),
            "resolved_at": writing.times(final.resolved_at),
            "closed_at": writing.times(final.closed_at),
            "contact_due_at": writing.times(np.minimum(due.contact, due.settle)),
            "due_at": writing.times(due.settle),
        }

    def _assisting(self) -> None:
        """The teams that the rule of a case lets assist."""
        rule = self.story.routed.rule
        case, team = [], []
        for n, row in enumerate(RULES):
            for name in row.assisting:
                mine = np.flatnonzero(rule == n)
                case.append(self.ids[mine])
                team.append(np.full(len(mine), self.teams[name]))
        writing.copy(
            table(Incident.assisting_teams.through),
            {
                "incident_id": writing.ids(np.concatenate(case)),
                "guideteam_id": writing.ids(np.concatenate(team)),
            },
        )

    def _case_numbers(self) -> None:
        days = np.array(list(self.last), "datetime64[D]")
        counts = np.array(list(self.last.values()))
        writing.copy(
            table(CaseNumber), {"day": writing.days(days), "last": writing.numbers(counts)}
        )

    def _reports(self) -> None:
        """The first report of each case, and those that joined it."""
        story, events = self.story, self.plan.events
        rows = np.concatenate([np.arange(self.number), story.joined])
        came = np.concatenate([events.at, story.joined_at])
        happened = np.concatenate([self.story.facts.occurred, story.joined_at])
        again = _how_often_before(rows)
        words = [story.wording.voices[row][n] for row, n in zip(rows.tolist(), again, strict=True)]
        way = np.array(WAYS, dtype=object)[events.way[rows]]
        way[self.number :] = "hotline_12345"
        digests = [
            sha256(f"{self.codes[row]} {n}".encode()).digest()
            for row, n in zip(rows.tolist(), again, strict=True)
        ]
        by = story.cast.registrar[rows]
        by[self.number :] = story.cast.visitor[story.joined]
        writing.copy(
            table(Report),
            {
                "key": [str(UUID(bytes=digest[:16], version=4)) for digest in digests],
                "digest": writing.bytes_of(digests),
                "incident_id": writing.ids(self.ids[rows]),
                "registered_as": [self.codes[row] for row in rows.tolist()],
                "source": writing.texts(way),
                "channel_reference": _references(way, came, self.number),
                "words": words,
                "reported_at": writing.times(happened),
                "received_at": writing.times(came),
                "received_by_id": writing.ids(by),
                "geom": writing.points(story.sited.lon[rows], story.sited.lat[rows]),
                "address": writing.texts(story.sited.address[rows]),
            },
        )

    def _parties(self) -> None:
        parties = self.story.parties
        writing.copy(
            table(Party),
            {
                "incident_id": writing.ids(self.ids[parties.case]),
                "role": writing.texts(parties.role),
                "is_organisation": writing.flags(parties.is_organisation),
                "name": writing.texts(parties.name),
                "phone": writing.texts(parties.phone),
                "address": writing.texts(parties.address),
            },
        )


def _codes(at: Times) -> tuple[list[str], dict[str, int]]:
    """A number for each case, counted day by day; and the last number of each day."""
    last: dict[str, int] = {}
    codes = []
    for day in np.datetime_as_string(at.astype("datetime64[D]")).tolist():
        last[day] = last.get(day, 0) + 1
        codes.append(f"{settings.CITY.case_prefix}-{day.replace('-', '')}-{last[day]:05d}")
    return codes, last


def _how_often_before(rows: npt.NDArray[np.int64]) -> Ints:
    """For each place how often its value stands before it."""
    order = np.argsort(rows, kind="stable")
    first = np.flatnonzero(np.diff(rows[order], prepend=-1))
    counted = np.arange(len(rows)) - np.repeat(first, np.diff([*first, len(rows)]))
    found = np.empty(len(rows), np.int64)
    found[order] = counted
    return found


def _references(way: Texts, came: Times, first: int) -> list[str]:
    """The number under which a hotline knows a call; those that joined a case have numbers of their own."""
    days = np.datetime_as_string(came.astype("datetime64[D]")).tolist()
    numbers = [*range(first), *range(FIRST_JOINED, FIRST_JOINED + len(way) - first)]
    return [
        f"{day.replace('-', '')}{n:06d}" if name in WITH_REFERENCE else ""
        for n, name, day in zip(numbers, way.tolist(), days, strict=True)
    ]

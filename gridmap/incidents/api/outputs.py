"""What is answered: plain serializers; a place is `{lon, lat, datum, accuracy_m}`."""

from typing import Any

from rest_framework import serializers

from gridmap.incidents import topics
from gridmap.incidents.models import Incident
from gridmap.incidents.states import HEARTS, STATE_LABELS, STEPS, Need

# Fields that are called like an attribute of every serializer are told apart by REST framework.
Out = serializers.Serializer[Any]
# Decimals of a degree.
CENTIMETRE = 7
STATES = [state.value for state in STATE_LABELS]


def word(table: Any, **options: Any) -> serializers.ChoiceField:
    return serializers.ChoiceField(choices=[str(key) for key in table], **options)


class PlaceOut(Out):
    """Degrees of CGCS2000; null where nobody knows the place."""

    lon = serializers.FloatField()
    lat = serializers.FloatField()
    datum = serializers.CharField()
    accuracy_m = serializers.FloatField(allow_null=True)

    def to_representation(self, instance: Incident) -> Any:
        if instance.geom is None:
            return None
        return {
            "lon": round(instance.geom.x, CENTIMETRE),
            "lat": round(instance.geom.y, CENTIMETRE),
            "datum": "cgcs2000",
            "accuracy_m": instance.location_accuracy_m,
        }


class CodedOut(Out):
    """An area, cell or building."""

    code = serializers.CharField()
    name = serializers.CharField(allow_blank=True)


class NumberedOut(Out):
    """A team, unit or post."""

    id = serializers.IntegerField()
    name = serializers.CharField(allow_blank=True)


class CaseOut(Out):
    """A case in a list."""

    code = serializers.CharField()
    title = serializers.CharField(allow_blank=True)
    source = word(topics.SOURCES)  # type: ignore[assignment]
    topic = serializers.CharField(source="topic.code")
    is_dispute = serializers.BooleanField()
    scale = word(topics.SCALES)
    risk_level = word(topics.RISKS)
    urgency = word(topics.URGENCIES)
    state = word(STATES)
    state_since = serializers.DateTimeField()
    step = word(STEPS, allow_blank=True)
    is_open = serializers.BooleanField()
    unrouted_reason = word(topics.UNROUTED, allow_blank=True)
    place = PlaceOut(source="*", allow_null=True)
    address = serializers.CharField(allow_blank=True)
    area = CodedOut()
    cell = CodedOut(allow_null=True)
    building = CodedOut(allow_null=True)
    raised_to = CodedOut(allow_null=True)
    lead_team = NumberedOut(allow_null=True)
    occurred_at = serializers.DateTimeField()
    registered_at = serializers.DateTimeField()
    contact_due_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()


class CasesOut(Out):
    """One page, newest first; `next` is the `before` of the page after it, null on the last."""

    cases = CaseOut(many=True)
    next = serializers.IntegerField(allow_null=True)


class ReportOut(Out):
    """One voice."""

    source = word(topics.SOURCES)  # type: ignore[assignment]
    channel_reference = serializers.CharField(allow_blank=True)
    words = serializers.CharField(allow_blank=True)
    reported_at = serializers.DateTimeField()
    received_at = serializers.DateTimeField()


class PartyOut(Out):
    """That there is a party. Names and telephones are shown on the page, with a reason."""

    role = serializers.CharField()
    is_organisation = serializers.BooleanField()


class RecordOut(Out):
    """Who did something, and when."""

    by = serializers.CharField(allow_null=True)
    at = serializers.DateTimeField()
    note = serializers.CharField(allow_blank=True)


class MoveRecordOut(RecordOut):
    name = serializers.CharField()
    from_state = word(STATES, allow_blank=True)
    to_state = word(STATES)
    area = CodedOut(allow_null=True)


class StepRecordOut(RecordOut):
    step = word(STEPS)
    round = serializers.IntegerField()


class VisitOut(RecordOut):
    round = serializers.IntegerField()
    way = word(topics.VISIT_WAYS)
    result = word(topics.RESULTS)
    satisfaction = word(topics.SATISFACTIONS)


class HandOverOut(RecordOut):
    from_cell = CodedOut(allow_null=True)
    to_cell = CodedOut(allow_null=True)
    from_team = NumberedOut(allow_null=True)
    to_team = NumberedOut(allow_null=True)


class PhotoOut(Out):
    """A picture of a case; its bytes are at `…/photos/{digest}/`."""

    digest = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    size = serializers.IntegerField()
    added_at = serializers.DateTimeField()


class WholeCaseOut(CaseOut):
    """A case with its story."""

    summary = serializers.CharField(allow_blank=True)
    people_involved = serializers.IntegerField(allow_null=True)
    amount_cny = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    organisations_involved = serializers.CharField(allow_blank=True)
    unit_no = serializers.CharField(allow_blank=True)
    floor_no = serializers.CharField(allow_blank=True)
    room_no = serializers.CharField(allow_blank=True)
    unit = NumberedOut(allow_null=True)
    assisting_teams = NumberedOut(many=True)
    state_reason = serializers.CharField(allow_blank=True)
    hearts = serializers.ListField(child=word(HEARTS))
    round = serializers.IntegerField()
    suspended_until = serializers.DateField(allow_null=True)
    outcome = word(topics.OUTCOMES, allow_blank=True)
    succeeded = serializers.BooleanField()
    resolution_text = serializers.CharField(allow_blank=True)
    is_visited = serializers.BooleanField()
    no_visit_reason = word(topics.NO_VISIT, allow_blank=True)
    explanation = serializers.CharField(allow_blank=True)
    accepted_at = serializers.DateTimeField(allow_null=True)
    contacted_at = serializers.DateTimeField(allow_null=True)
    resolved_at = serializers.DateTimeField(allow_null=True)
    reports = ReportOut(many=True)
    parties = PartyOut(many=True)
    moves = MoveRecordOut(many=True)
    steps = StepRecordOut(many=True)
    visits = VisitOut(many=True)
    hand_overs = HandOverOut(many=True)
    photos = PhotoOut(many=True)


class ReceiptOut(Out):
    """The same for every try to send a report."""

    code = serializers.CharField()
    photos = serializers.ListField(child=serializers.CharField())


class PossibleMoveOut(Out):
    """What may be done now; `is_final` ends the case for somebody outside."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    needs = serializers.ListField(child=word(Need))
    leads_to = word(STATES, allow_null=True)
    is_final = serializers.BooleanField()


class PossibleMovesOut(Out):
    """The moves and the step that this person may make now, and the version to name with them."""

    version = serializers.IntegerField()
    moves = PossibleMoveOut(many=True)
    step = word(STEPS, allow_null=True)


class MovedOut(Out):
    """What became of the case."""

    code = serializers.CharField()
    state = word(STATES)
    step = word(STEPS, allow_blank=True)
    version = serializers.IntegerField()


class HereOut(Out):
    """The places over a point that the person answers for."""

    lon = serializers.FloatField()
    lat = serializers.FloatField()
    cell = CodedOut()
    community = CodedOut()
    building = CodedOut(allow_null=True)
    post = NumberedOut(allow_null=True)


class WordOut(Out):
    """A word of a table, and what it is called."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]


class TopicOut(WordOut):
    category = word(topics.CATEGORIES)
    is_dispute = serializers.BooleanField()


class LookupsOut(Out):
    """Every table of words, in the language of the person."""

    topics = TopicOut(many=True)
    teams = NumberedOut(many=True)
    units = NumberedOut(many=True)
    categories = WordOut(many=True)
    sources = WordOut(many=True)
    scales = WordOut(many=True)
    risks = WordOut(many=True)
    urgencies = WordOut(many=True)
    states = WordOut(many=True)
    steps = WordOut(many=True)
    hearts = WordOut(many=True)
    moves = WordOut(many=True)
    outcomes = WordOut(many=True)
    unrouted = WordOut(many=True)
    visit_ways = WordOut(many=True)
    results = WordOut(many=True)
    satisfactions = WordOut(many=True)
    no_visit = WordOut(many=True)

"""The case: what it is about, where, who has it, how far it is."""

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GistIndex
from django.db.models import F, Q
from django.db.models.expressions import ExpressionWrapper
from django.utils.translation import gettext_lazy as _

from geodata.models import (
    DRAWN,
    STORED,
    Area,
    Building,
    Cell,
    CellVersion,
    LeaderPost,
    drawn,
    in_city,
)
from gridmap.accounts.models import GuideTeam
from gridmap.incidents.models.choices import choices, states
from gridmap.incidents.models.rules import RoutingRule, Topic, Unit
from gridmap.incidents.querysets import IncidentQuerySet
from gridmap.incidents.states import ENDS, HEARTS, STEP_LABELS, State
from gridmap.incidents.topics import (
    NO_VISIT,
    OUTCOMES,
    RISKS,
    SCALES,
    SOURCES,
    SUCCESSES,
    UNROUTED,
    URGENCIES,
)


def holds(condition: Q) -> "ExpressionWrapper[Q]":
    return ExpressionWrapper(condition, output_field=models.BooleanField())


class Incident(models.Model):
    """One dispute or request, from the first report to the end.

    `area` is the community of the cell, or the city where no cell is known. The territory owner is who
    is appointed to the cell, or, once raised, to `raised_to`; the function owner is `lead_team`. Persons
    are looked up when asked for: whoever takes over a cell takes over its cases.
    """

    code = models.CharField(_("编号"), max_length=24, unique=True)
    title = models.CharField(_("事件名称"), max_length=80)
    summary = models.TextField(_("事件简述"), max_length=2000, blank=True)
    source = models.CharField(_("来源"), max_length=13, choices=choices(SOURCES))
    # Indexed together with the time that it is asked for, as is the area.
    topic = models.ForeignKey(
        Topic, models.PROTECT, verbose_name=_("专题"), related_name="incidents", db_index=False
    )
    # As the topic was when the case was registered: what closing demands does not change later.
    is_dispute = models.BooleanField(_("是矛盾纠纷"), default=True)
    scale = models.CharField(_("事件规模"), max_length=2, choices=choices(SCALES), default="01")
    risk_level = models.CharField(
        _("风险等级"), max_length=6, choices=choices(RISKS), default="blue"
    )
    urgency = models.CharField(
        _("紧急程度"), max_length=9, choices=choices(URGENCIES), default="normal"
    )
    people_involved = models.PositiveIntegerField(_("涉及人数"), null=True, blank=True)
    amount_cny = models.DecimalField(
        _("涉及金额（元）"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    organisations_involved = models.CharField(_("涉及单位"), max_length=200, blank=True)

    # Where.
    geom = models.PointField(_("位置"), srid=STORED, null=True, blank=True, spatial_index=False)
    geom_3857 = drawn(models.PointField(srid=DRAWN))
    location_datum = models.CharField(_("坐标来源"), max_length=20, blank=True)
    location_accuracy_m = models.FloatField(_("误差（米）"), null=True, blank=True)
    address = models.CharField(_("发生地点"), max_length=200, blank=True)
    area = models.ForeignKey(
        Area, models.PROTECT, verbose_name=_("区域"), related_name="incidents", db_index=False
    )
    cell = models.ForeignKey(
        Cell, models.PROTECT, null=True, verbose_name=_("所属网格"), related_name="incidents"
    )
    cell_as_reported = models.ForeignKey(
        CellVersion, models.PROTECT, null=True, related_name="incidents"
    )
    building = models.ForeignKey(
        Building, models.PROTECT, null=True, verbose_name=_("楼栋"), related_name="incidents"
    )
    post = models.ForeignKey(
        LeaderPost, models.SET_NULL, null=True, verbose_name=_("责任区"), related_name="incidents"
    )
    unit_no = models.CharField(_("单元"), max_length=10, blank=True)
    floor_no = models.CharField(_("楼层"), max_length=10, blank=True)
    room_no = models.CharField(_("房号"), max_length=10, blank=True)

    # Who.
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="registered_incidents"
    )
    raised_to = models.ForeignKey(
        Area, models.PROTECT, null=True, verbose_name=_("提级到"), related_name="raised_incidents"
    )
    lead_team = models.ForeignKey(
        GuideTeam,
        models.PROTECT,
        null=True,
        verbose_name=_("牵头队伍"),
        related_name="led_incidents",
    )
    assisting_teams = models.ManyToManyField(
        GuideTeam, verbose_name=_("协办队伍"), related_name="assisted_incidents"
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, verbose_name=_("承办单位"), related_name="incidents"
    )
    rule = models.ForeignKey(RoutingRule, models.SET_NULL, null=True, related_name="incidents")
    unrouted_reason = models.CharField(
        _("无主原因"), max_length=10, choices=choices(UNROUTED), blank=True
    )

    # How far.
    state = models.CharField(
        _("状态"), max_length=11, choices=states(), default=State.REGISTERED.value
    )
    is_open = models.GeneratedField(
        expression=holds(~Q(state__in=sorted(state.value for state in ENDS))),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    state_since = models.DateTimeField(_("状态自"))
    state_reason = models.CharField(_("原因"), max_length=500, blank=True)
    step = models.CharField(
        _("步骤"), max_length=11, choices=choices(STEP_LABELS), blank=True, default=""
    )
    # Counts the times that the case was reopened: each has its own five steps and visit.
    round = models.PositiveSmallIntegerField(default=1)
    hearts = ArrayField(
        models.CharField(max_length=20, choices=choices(HEARTS)), default=list, blank=True
    )
    suspended_until = models.DateField(_("挂账到"), null=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")
    outcome = models.CharField(
        _("化解结果"), max_length=17, choices=choices(OUTCOMES), blank=True, default=""
    )
    succeeded = models.GeneratedField(
        expression=holds(Q(outcome__in=sorted(SUCCESSES))),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    resolution_text = models.TextField(_("化解情况"), max_length=2000, blank=True)
    is_visited = models.BooleanField(_("已回访"), default=False)
    no_visit_reason = models.CharField(
        _("没有回访的原因"), max_length=11, choices=choices(NO_VISIT), blank=True, default=""
    )
    # Why a case was closed although the visit says that it is not solved, or not to satisfaction.
    is_unhappy = models.BooleanField(default=False)
    explanation = models.CharField(_("说明"), max_length=500, blank=True, default="")

    # When.
    occurred_at = models.DateTimeField(_("发生时间"))
    registered_at = models.DateTimeField(_("登记时间"))
    accepted_at = models.DateTimeField(_("受理时间"), null=True)
    contacted_at = models.DateTimeField(_("首次联系时间"), null=True)
    resolved_at = models.DateTimeField(_("化解时间"), null=True)
    closed_at = models.DateTimeField(_("结案时间"), null=True)
    contact_due_at = models.DateTimeField(_("首次联系时限"))
    due_at = models.DateTimeField(_("化解时限"))
    # Counts every change by a service: who writes on what is no longer there is told so.
    version = models.PositiveIntegerField(default=1)
    # Taken over from another system: its past is that system's, not ours.
    is_imported = models.BooleanField(default=False)

    app_rights = "SELECT, INSERT, UPDATE"
    # Nothing that somebody wrote, and nobody: what the statistics read.
    reader_rights = (
        "SELECT (id, topic_id, source, urgency, state, is_open, round, geom, area_id, cell_id, building_id,"
        " occurred_at, resolved_at)"
    )
    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("案件")
        verbose_name_plural = _("案件")
        constraints = [
            in_city("geom", "incident_in_city"),
            models.CheckConstraint(
                # Somebody answers for every open case: the cell, or whoever clears the queue.
                condition=Q(is_open=False) | Q(cell__isnull=False) | ~Q(unrouted_reason=""),
                name="incident_has_owner",
            ),
            models.CheckConstraint(
                condition=~Q(state="suspended") | Q(suspended_until__isnull=False),
                name="incident_suspended_until_a_day",
            ),
            models.CheckConstraint(
                condition=Q(state="merged", merged_into__isnull=False)
                | (~Q(state="merged") & Q(merged_into__isnull=True)),
                name="incident_merged_into_another",
            ),
            models.CheckConstraint(
                condition=~Q(state="escalated") | Q(raised_to__isnull=False),
                name="incident_escalated_to_an_area",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["declined", "withdrawn", "returned", "reopened"])
                | ~Q(state_reason=""),
                name="incident_reason_is_said",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed")
                | Q(is_imported=True)
                | Q(is_visited=True)
                | ~Q(no_visit_reason=""),
                name="incident_closed_after_visit",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["handled", "checked", "visited", "closed"])
                | Q(is_dispute=False)
                | Q(is_imported=True)
                | Q(step="settle"),
                name="incident_dispute_is_settled",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | ~Q(is_unhappy=True) | ~Q(explanation=""),
                name="incident_unhappy_is_explained",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False)
                | (~Q(state="closed") & Q(closed_at__isnull=True)),
                name="incident_closed_at",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["handled", "checked", "visited", "closed"])
                | ~Q(outcome=""),
                name="incident_has_outcome",
            ),
            models.CheckConstraint(
                condition=Q(due_at__gte=F("contact_due_at")), name="incident_contact_before_due"
            ),
        ]
        indexes = [
            GistIndex(fields=["geom_3857"], name="incident_geom_3857"),
            # The pins of the desk. As an expression, because Django forgets the condition of a spatial index on a field.
            GistIndex(F("geom"), name="incident_open_geom", condition=Q(is_open=True)),
            models.Index(
                fields=["cell", "due_at"], name="incident_open_cell", condition=Q(is_open=True)
            ),
            models.Index(
                fields=["area", "due_at"], name="incident_open_area", condition=Q(is_open=True)
            ),
            models.Index(
                fields=["lead_team", "due_at"], name="incident_open_team", condition=Q(is_open=True)
            ),
            models.Index(fields=["due_at"], name="incident_open_due", condition=Q(is_open=True)),
            models.Index(fields=["topic", "occurred_at"], name="incident_topic_occurred"),
            models.Index(fields=["area", "registered_at"], name="incident_area_registered"),
        ]

    def __str__(self) -> str:
        return self.code

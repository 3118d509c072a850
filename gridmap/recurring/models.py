"""A place and a topic as one thing: what it is, what each run saw of it, and what was done about it."""

from typing import Any

from django.conf import settings
from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from geodata.models import DRAWN, STORED, Area, Building, drawn, in_city
from gridmap.accounts.models import GuideTeam
from gridmap.incidents.models import Incident, Topic
from gridmap.incidents.models.choices import choices
from gridmap.recurring.querysets import ConflictQuerySet
from gridmap.recurring.states import STATE_LABELS, Act, State

LEVELS: dict[str, Any] = {
    "address": _("地址"),
    "street": _("路段"),
    "estate": _("小区"),
    "cell": _("网格"),
    "community": _("社区（村）"),
}


class Run(models.Model):
    """One search with all that it depended on: the same cases and parameters find the same."""

    at = models.DateTimeField(_("时间"))
    since = models.DateTimeField(_("起"))
    until = models.DateTimeField(_("止"))
    topics = models.JSONField(_("专题"), default=list)
    seed = models.PositiveIntegerField(_("随机种子"))
    # Of the cases and places that were read.
    digest = models.CharField(_("数据指纹"), max_length=64)
    cases = models.PositiveIntegerField(_("案件数"))
    placed = models.PositiveIntegerField(_("有位置的案件数"))
    tested = models.PositiveIntegerField(_("检验的组合数"))
    listed = models.PositiveIntegerField(_("列出的矛盾数"))
    # By level, the fewest cases that this run could see.
    visible = models.JSONField(_("看得见的最少案件数"), default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="runs")

    app_rights = "SELECT, INSERT"

    class Meta:
        verbose_name = _("查找记录")
        verbose_name_plural = _("查找记录")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"


class RecurringConflict(models.Model):
    """What keeps coming back at one place in one topic, across all runs.

    `key` tells the place for good; when a later run sees the same conflict at another level, place, key and
    ground follow it, and the identity stays. `community` is the one community it lies in, empty where it
    reaches over several: then only those above all of them see it.
    """

    code = models.CharField(_("编号"), max_length=24, unique=True)
    topic = models.ForeignKey(
        Topic, models.PROTECT, verbose_name=_("专题"), related_name="conflicts"
    )
    level = models.CharField(_("层级"), max_length=9, choices=choices(LEVELS))
    key = models.CharField(max_length=80)
    name = models.CharField(_("名称"), max_length=120)
    name_en = models.CharField(_("英文名称"), max_length=160)
    geom = models.MultiPolygonField(_("范围"), srid=STORED)
    geom_3857 = drawn(models.MultiPolygonField(srid=DRAWN))
    area = models.ForeignKey(Area, models.PROTECT, verbose_name=_("区域"), related_name="conflicts")
    building = models.ForeignKey(
        Building, models.PROTECT, null=True, verbose_name=_("楼栋"), related_name="conflicts"
    )
    cases = models.ManyToManyField(Incident, verbose_name=_("案件"), related_name="conflicts")
    state = models.CharField(
        _("状态"), max_length=10, choices=choices(dict(STATE_LABELS)), default=State.CANDIDATE.value
    )
    state_since = models.DateTimeField(_("状态自"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="owned_conflicts"
    )
    team = models.ForeignKey(
        GuideTeam, models.PROTECT, null=True, verbose_name=_("队伍"), related_name="conflicts"
    )
    plan = models.TextField(_("方案"), max_length=2000, blank=True)
    # Counts every change by a person.
    version = models.PositiveIntegerField(default=1)

    app_rights = "SELECT, INSERT, UPDATE"
    objects = ConflictQuerySet.as_manager()

    class Meta:
        verbose_name = _("反复矛盾")
        verbose_name_plural = _("反复矛盾")
        constraints = [
            in_city("geom", "conflict_in_city"),
            models.UniqueConstraint(fields=["topic", "key"], name="conflict_once_a_place"),
            models.CheckConstraint(
                condition=~models.Q(state="under_plan")
                | (~models.Q(plan="") & models.Q(owner__isnull=False)),
                name="conflict_plan_has_owner",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Evidence(models.Model):
    """What one run saw of one conflict; `rank` is its place on the list, empty where it was not listed."""

    run = models.ForeignKey(Run, models.PROTECT, related_name="evidence")
    conflict = models.ForeignKey(RecurringConflict, models.PROTECT, related_name="evidence")
    rank = models.PositiveSmallIntegerField(_("名次"), null=True)
    avoidable = models.FloatField(_("下季可避免"))
    q = models.FloatField()
    observed = models.PositiveIntegerField(_("案件数"))
    expected = models.FloatField(_("通常"))
    ratio = models.FloatField(_("倍数"))
    ratio_low = models.FloatField()
    ratio_high = models.FloatField()
    # The five claims with their intervals, as `layers.hotspots.claims` has them.
    claims = models.JSONField(default=dict)

    app_rights = "SELECT, INSERT"

    class Meta:
        verbose_name = _("证据")
        verbose_name_plural = _("证据")
        constraints = [
            models.UniqueConstraint(fields=["run", "conflict"], name="evidence_once_a_run")
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.conflict_id}"


class ConflictRecord(models.Model):
    """What was done about a conflict, or what a run made of it."""

    conflict = models.ForeignKey(RecurringConflict, models.PROTECT, related_name="records")
    act = models.CharField(
        _("做了什么"), max_length=10, choices=[(act.value, act.value) for act in Act]
    )
    from_state = models.CharField(max_length=10, blank=True)
    to_state = models.CharField(max_length=10)
    at = models.DateTimeField(_("时间"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="conflict_records"
    )
    note = models.TextField(_("说明"), max_length=2000, blank=True)

    app_rights = "SELECT, INSERT"

    class Meta:
        verbose_name = _("办理记录")
        verbose_name_plural = _("办理记录")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.conflict_id} {self.act}"


class Measure(models.Model):
    """Something that was tried on the spot, from a day on: what followed is looked at before and after it."""

    conflict = models.ForeignKey(RecurringConflict, models.PROTECT, related_name="measures")
    words = models.CharField(_("措施"), max_length=500)
    taken_on = models.DateField(_("日期"))
    at = models.DateTimeField(_("记录时间"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="conflict_measures"
    )

    app_rights = "SELECT, INSERT"

    class Meta:
        verbose_name = _("措施")
        verbose_name_plural = _("措施")
        ordering = ["taken_on", "pk"]

    def __str__(self) -> str:
        return self.words

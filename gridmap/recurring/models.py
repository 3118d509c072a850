"""A place and a topic as one thing: what it is, what each run saw of it, and what was done about it."""

from typing import Any

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from geodata.models import DRAWN, STORED, Area, Building, drawn, in_city
from gridmap.accounts.models import GuideTeam
from gridmap.incidents.models import Incident, Topic
from gridmap.incidents.models.choices import choices
from gridmap.recurring.querysets import ConflictQuerySet, JointTaskQuerySet
from gridmap.recurring.states import ACT_LABELS, STATE_LABELS, State

LEVELS: dict[str, Any] = {
    "address": _("地址"),
    "street": _("路段"),
    "estate": _("小区"),
    "cells": _("相邻两个网格"),
    "cell": _("网格"),
    "community": _("社区（村）"),
}


class Run(models.Model):
    """One search with all that it depended on: the same cases, places and parameters find the same."""

    at = models.DateTimeField(_("时间"))
    since = models.DateTimeField(_("起"))
    until = models.DateTimeField(_("止"))
    topics = models.JSONField(_("专题"), default=list)
    seed = models.PositiveIntegerField(_("随机种子"))
    # Of the cases that were read, and of who is heard in which of them.
    digest = models.CharField(_("数据指纹"), max_length=64)
    cases = models.PositiveIntegerField(_("案件数"))
    placed = models.PositiveIntegerField(_("有位置的案件数"))
    tested = models.PositiveIntegerField(_("检验的组合数"))
    listed = models.PositiveIntegerField(_("列出的矛盾数"))
    # By level, the fewest cases that this run could see.
    visible = models.JSONField(_("看得见的最少案件数"), default=dict)

    app_rights = "SELECT, INSERT"
    reader_rights = "SELECT (id, at, since, until, topics, seed, digest, tested, visible)"

    class Meta:
        verbose_name = _("查找记录")
        verbose_name_plural = _("查找记录")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"


class RecurringConflict(models.Model):
    """What keeps coming back at one place in one topic, across all runs.

    `key` tells the place for good; when a later run sees the same conflict at another level, place, key and
    ground follow it, and the identity stays. `area` is the smallest around all of its ground.
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
    # What the last run that looked at it saw.
    latest = models.ForeignKey("Evidence", models.PROTECT, null=True, related_name="+")
    state = models.CharField(
        _("状态"), max_length=10, choices=choices(STATE_LABELS), default=State.CANDIDATE.value
    )
    state_since = models.DateTimeField(_("状态自"))
    confirmed_at = models.DateTimeField(_("确认时间"), null=True)
    # Since when it rests; a case that happens later brings it back, also after it was closed.
    quiet_since = models.DateTimeField(_("平静自"), null=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        verbose_name=_("负责人"),
        related_name="owned_conflicts",
    )
    team = models.ForeignKey(
        GuideTeam, models.PROTECT, null=True, verbose_name=_("队伍"), related_name="conflicts"
    )
    plan = models.CharField(_("方案"), max_length=2000, blank=True)
    plan_due = models.DateField(_("方案期限"), null=True)
    # Counts what people do.
    version = models.PositiveIntegerField(default=1)

    app_rights = "SELECT, INSERT, UPDATE"
    reader_rights = "SELECT (id, code, topic_id, level, name, name_en, geom, area_id, state)"
    is_logged = True
    objects = ConflictQuerySet.as_manager()

    class Meta:
        verbose_name = _("反复矛盾")
        verbose_name_plural = _("反复矛盾")
        constraints = [
            in_city("geom", "conflict_in_city"),
            models.UniqueConstraint(fields=["topic", "key"], name="conflict_once_a_place"),
            models.CheckConstraint(
                condition=~Q(state="under_plan")
                | (~Q(plan="") & Q(plan_due__isnull=False, owner__isnull=False)),
                name="conflict_plan_has_owner_and_day",
            ),
            models.CheckConstraint(
                condition=Q(state="candidate", confirmed_at__isnull=True)
                | Q(state="closed")
                | (~Q(state__in=["candidate", "closed"]) & Q(confirmed_at__isnull=False)),
                name="conflict_at_work_is_confirmed",
            ),
            models.CheckConstraint(
                # Closed without having rested is dismissed, and was never confirmed.
                condition=Q(state="quiet", quiet_since__isnull=False)
                | Q(state="closed", quiet_since__isnull=False, confirmed_at__isnull=False)
                | Q(state="closed", quiet_since__isnull=True, confirmed_at__isnull=True)
                | (~Q(state__in=["quiet", "closed"]) & Q(quiet_since__isnull=True)),
                name="conflict_rests_since",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_dismissed(self) -> bool:
        return self.state == State.CLOSED and self.confirmed_at is None


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
    reader_rights = "SELECT (run_id, conflict_id, rank, avoidable, q, claims)"

    class Meta:
        verbose_name = _("证据")
        verbose_name_plural = _("证据")
        constraints = [
            models.UniqueConstraint(fields=["run", "conflict"], name="evidence_once_a_run")
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.conflict_id}"


class ConflictRecord(models.Model):
    """One act about a conflict, by nobody where the cases themselves say it."""

    conflict = models.ForeignKey(RecurringConflict, models.PROTECT, related_name="records")
    act = models.CharField(_("做了什么"), max_length=10, choices=choices(ACT_LABELS))
    from_state = models.CharField(max_length=10, choices=choices(STATE_LABELS), blank=True)
    to_state = models.CharField(max_length=10, choices=choices(STATE_LABELS))
    at = models.DateTimeField(_("时间"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("谁")
    )
    # Who was made to answer for it.
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    note = models.CharField(_("说明"), max_length=2000, blank=True)

    # Written once: the application's role can neither change nor delete an act.
    app_rights = "SELECT, INSERT"
    is_logged = True

    class Meta:
        verbose_name = _("办理记录")
        verbose_name_plural = _("办理记录")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.conflict_id} {self.act}"


class Measure(models.Model):
    """Something that was tried on the spot on a day; what followed is looked at before and after it."""

    conflict = models.ForeignKey(RecurringConflict, models.PROTECT, related_name="measures")
    words = models.CharField(_("措施"), max_length=200)
    taken_on = models.DateField(_("日期"))
    taken_by = models.CharField(_("谁做的"), max_length=60)
    at = models.DateTimeField(_("记录时间"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    app_rights = "SELECT, INSERT"
    reader_rights = "SELECT (id, conflict_id, taken_on)"
    is_logged = True

    class Meta:
        verbose_name = _("措施")
        verbose_name_plural = _("措施")
        ordering = ["taken_on", "pk"]

    def __str__(self) -> str:
        return self.words


class JointTask(models.Model):
    """What one guide team has to do about a conflict until a day; several get the same words in one act.

    `given` is that act, which tells who gave it and when; taking it back withdraws the task.
    """

    conflict = models.ForeignKey(RecurringConflict, models.PROTECT, related_name="tasks")
    given = models.ForeignKey(ConflictRecord, models.PROTECT, related_name="tasks")
    team = models.ForeignKey(
        GuideTeam, models.PROTECT, verbose_name=_("队伍"), related_name="joint_tasks"
    )
    note = models.CharField(_("做什么"), max_length=500)
    due_on = models.DateField(_("期限"))
    withdrawn_at = models.DateTimeField(_("撤销时间"), null=True)
    done_at = models.DateTimeField(_("办完时间"), null=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("谁办完的"),
    )
    result = models.CharField(_("结果"), max_length=500, blank=True)

    app_rights = "SELECT, INSERT, UPDATE"
    is_logged = True
    objects = JointTaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("联合任务")
        verbose_name_plural = _("联合任务")
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["given", "team"], name="task_once_a_team"),
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None, result="")
                | (
                    Q(done_at__isnull=False, done_by__isnull=False, withdrawn_at=None)
                    & ~Q(result="")
                ),
                name="task_done_by_somebody_with_a_result",
            ),
        ]

    def __str__(self) -> str:
        return self.note


class Night(models.Model):
    """The search of one night: tried a few times, done once."""

    day = models.DateField(_("日期"), primary_key=True)
    tries = models.PositiveSmallIntegerField(default=0)
    tried_at = models.DateTimeField(_("上次开始"))
    run = models.ForeignKey(Run, models.PROTECT, null=True, related_name="+")

    app_rights = "SELECT, INSERT, UPDATE"

    class Meta:
        verbose_name = _("每晚的查找")
        verbose_name_plural = _("每晚的查找")

    def __str__(self) -> str:
        return f"{self.day}"

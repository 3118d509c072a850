"""A place and a topic as one thing: what it is, and what each run saw of it."""

from typing import Any

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from geodata.models import DRAWN, STORED, Area, Building, drawn, in_city
from gridmap.incidents.models import Incident, Topic
from gridmap.incidents.models.choices import choices

LEVELS: dict[str, Any] = {
    "address": _("地址"),
    "street": _("路段"),
    "estate": _("小区"),
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

    app_rights = "SELECT, INSERT, UPDATE"
    reader_rights = "SELECT (id, code, topic_id, level, name, name_en, geom, area_id)"

    class Meta:
        verbose_name = _("反复矛盾")
        verbose_name_plural = _("反复矛盾")
        constraints = [
            in_city("geom", "conflict_in_city"),
            models.UniqueConstraint(fields=["topic", "key"], name="conflict_once_a_place"),
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
    reader_rights = "SELECT (run_id, conflict_id, rank, avoidable, q, claims)"

    class Meta:
        verbose_name = _("证据")
        verbose_name_plural = _("证据")
        constraints = [
            models.UniqueConstraint(fields=["run", "conflict"], name="evidence_once_a_run")
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.conflict_id}"

"""The tables that a city edits: topics, units, who gets what, how long it may take, working days."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from geodata.models import Area
from gridmap.accounts.models import GuideTeam
from gridmap.incidents.models.choices import choices
from gridmap.incidents.querysets import CalendarQuerySet, DatedQuerySet
from gridmap.incidents.topics import CATEGORIES, URGENCIES


class Topic(models.Model):
    """A local topic; many belong to one national category."""

    code = models.CharField(_("代码"), max_length=20, unique=True)
    name = models.CharField(_("名称"), max_length=20)
    name_en = models.CharField(_("英文名称"), max_length=40)
    category = models.CharField(_("事件类别"), max_length=4, choices=choices(CATEGORIES))
    is_dispute = models.BooleanField(_("是矛盾纠纷"), default=True)
    position = models.PositiveSmallIntegerField(_("顺序"), default=0)

    reader_rights = "SELECT"

    class Meta:
        verbose_name = _("专题")
        verbose_name_plural = _("专题")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """An organisation that carries out what a team leads."""

    name = models.CharField(_("名称"), max_length=60, unique=True)
    name_en = models.CharField(_("英文名称"), max_length=80, blank=True)
    phone = models.CharField(_("电话"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("承办单位")
        verbose_name_plural = _("承办单位")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class Dated(models.Model):
    """In force from one day to another, half-open, in Beijing."""

    valid_from = models.DateField(_("生效"))
    valid_to = models.DateField(_("失效"), null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True

    def clean(self) -> None:
        super().clean()
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise ValidationError({"valid_to": _("失效要晚于生效。")})


def ends_after_it_begins(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name=name
    )


class RoutingRule(Dated):
    """Which team leads and assists, and which unit carries out.

    Empty topic, area or urgency stand for any. Of those that fit, the one with the nearest area wins,
    then the one that names the topic, then the one that names the urgency.
    """

    topic = models.ForeignKey(
        Topic, models.PROTECT, null=True, blank=True, verbose_name=_("专题"), related_name="rules"
    )
    area = models.ForeignKey(
        Area, models.PROTECT, null=True, blank=True, verbose_name=_("区域"), related_name="+"
    )
    urgency = models.CharField(_("紧急程度"), max_length=9, choices=choices(URGENCIES), blank=True)
    lead_team = models.ForeignKey(
        GuideTeam, models.PROTECT, verbose_name=_("牵头队伍"), related_name="led_rules"
    )
    assisting_teams = models.ManyToManyField(
        GuideTeam, blank=True, verbose_name=_("协办队伍"), related_name="assisted_rules"
    )
    unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("承办单位"),
        related_name="rules",
    )

    class Meta:
        verbose_name = _("派遣规则")
        verbose_name_plural = _("派遣规则")
        ordering = ["pk"]
        constraints = [
            ends_after_it_begins("routing_rule_ends_after_it_begins"),
            models.UniqueConstraint(
                fields=["topic", "area", "urgency", "valid_from"],
                nulls_distinct=False,
                name="routing_rule_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class TimeLimit(Dated):
    """How long first contact and settling may take, by topic and urgency.

    Empty topic or urgency stand for any; the one that names the topic wins. In working time a
    day that is no working day does not count; an emergency counts every hour.
    """

    topic = models.ForeignKey(
        Topic, models.PROTECT, null=True, blank=True, verbose_name=_("专题"), related_name="limits"
    )
    urgency = models.CharField(_("紧急程度"), max_length=9, choices=choices(URGENCIES), blank=True)
    contact_minutes = models.PositiveIntegerField(_("首次联系（分钟）"))
    settle_minutes = models.PositiveIntegerField(_("办结（分钟）"))
    is_working_time = models.BooleanField(_("只算工作日"), default=True)

    class Meta:
        verbose_name = _("时限")
        verbose_name_plural = _("时限")
        ordering = ["pk"]
        constraints = [
            ends_after_it_begins("time_limit_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(contact_minutes__gt=0, settle_minutes__gte=F("contact_minutes")),
                name="time_limit_contact_before_settling",
            ),
            models.UniqueConstraint(
                fields=["topic", "urgency", "valid_from"],
                nulls_distinct=False,
                name="time_limit_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic or '*'} {self.urgency or '*'}"

    @property
    def settle_days(self) -> int:
        """How many days settling may take; 0 where they are no whole ones."""
        days, rest = divmod(self.settle_minutes, 24 * 60)
        return 0 if rest else days


class CalendarDay(models.Model):
    """Whether a day counts: weekends, public holidays and make-up days as the State Council says."""

    day = models.DateField(_("日期"), primary_key=True)
    is_working = models.BooleanField(_("工作日"))
    name = models.CharField(_("名称"), max_length=20, blank=True)
    # Not announced yet: the rule of the week and the fixed holidays.
    is_provisional = models.BooleanField(_("暂定"), default=False)
    # Set by a person, and not overwritten by the next loading.
    is_edited = models.BooleanField(_("人工修改"), default=False)

    objects = CalendarQuerySet.as_manager()

    class Meta:
        verbose_name = _("日历")
        verbose_name_plural = _("日历")
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day}"

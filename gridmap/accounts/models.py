"""People, their roles, and what they are appointed to."""

from datetime import date
from importlib import import_module

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from geodata.models import Area, Cell, LeaderPost
from gridmap.accounts.querysets import AppointmentQuerySet


class Role(models.TextChoices):
    GRID_MEMBER = "grid_member", _("网格员")
    GRID_LEADER = "grid_leader", _("网格长")
    BUILDING_LEADER = "building_leader", _("楼栋长")
    COMMUNITY_OFFICER = "community_officer", _("社区（村）工作人员")
    DISTRICT_COMMANDER = "district_commander", _("街道／郊区指挥")
    HOTLINE_OPERATOR = "hotline_operator", _("话务员")
    DISPATCHER = "dispatcher", _("派遣员")
    GUIDE = "guide", _("专项网格指导员")
    MEDIATOR = "mediator", _("人民调解员")
    HANDLING_UNIT = "handling_unit", _("承办单位")
    VISITOR = "visitor", _("回访员")
    PLANNER = "planner", _("分析员")
    CITY_ADMIN = "city_admin", _("市级管理员")


class User(AbstractUser):
    """A person who answers for something; signs in where a password is set."""

    class Theme(models.TextChoices):
        SYSTEM = "system", _("跟随系统")
        LIGHT = "light", _("浅色")
        DARK = "dark", _("深色")

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("姓名"), max_length=40)
    phone = models.CharField(_("电话"), max_length=20, blank=True)
    language = models.CharField(_("语言"), max_length=7, default="zh-hans")
    theme = models.CharField(_("外观"), max_length=6, choices=Theme, default=Theme.SYSTEM)
    is_demonstration = models.BooleanField(_("演示账号"), default=False)

    reader_rights = "SELECT (id, username, is_active)"

    class Meta:
        verbose_name = _("人员")
        verbose_name_plural = _("人员")

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class GuideTeam(models.Model):
    """One of the city's teams of specialists who help the grid."""

    name = models.CharField(_("名称"), max_length=40, unique=True)
    name_en = models.CharField(_("英文名称"), max_length=60, blank=True)
    specialty = models.CharField(_("专长"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("专项网格指导员队伍")
        verbose_name_plural = _("专项网格指导员队伍")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


PLACES = ("area", "cell", "post", "guide_team")


def exactly_one_place() -> Q:
    """One of the four is set and the other three are not."""
    condition = Q()
    for chosen in PLACES:
        condition |= Q(**{f"{place}__isnull": place != chosen for place in PLACES})
    return condition


class Appointment(models.Model):
    """A person answers for a cell, post, area or team from one day to another (half-open)."""

    user = models.ForeignKey(
        User, models.PROTECT, related_name="appointments", verbose_name=_("人员")
    )
    role = models.CharField(_("角色"), max_length=20, choices=Role)
    area = models.ForeignKey(
        Area, models.PROTECT, null=True, blank=True, related_name="appointments"
    )
    cell = models.ForeignKey(
        Cell, models.PROTECT, null=True, blank=True, related_name="appointments"
    )
    post = models.ForeignKey(
        LeaderPost, models.PROTECT, null=True, blank=True, related_name="appointments"
    )
    guide_team = models.ForeignKey(
        GuideTeam, models.PROTECT, null=True, blank=True, related_name="appointments"
    )
    begins_on = models.DateField(_("开始"))
    ends_on = models.DateField(_("结束"), null=True, blank=True)
    stand_in = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="stand_ins",
        verbose_name=_("代班人"),
    )
    stand_in_from = models.DateField(_("代班开始"), null=True, blank=True)
    stand_in_to = models.DateField(_("代班结束"), null=True, blank=True)

    reader_rights = "SELECT"
    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("任用")
        verbose_name_plural = _("任用")
        constraints = [
            models.CheckConstraint(condition=exactly_one_place(), name="appointment_one_place"),
            models.CheckConstraint(
                # Half-open: one that ends on its first day never counted, which undoes a mistake.
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=models.F("begins_on")),
                name="appointment_ends_not_before_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(
                    stand_in__isnull=True, stand_in_from__isnull=True, stand_in_to__isnull=True
                )
                | Q(
                    stand_in__isnull=False,
                    stand_in_from__isnull=False,
                    stand_in_to__gt=models.F("stand_in_from"),
                ),
                name="appointment_stand_in_has_dates",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_role_display()}"

    def holder_on(self, day: date) -> User:
        """Who exercises it on a day: the stand-in, while there is one."""
        begins, ends = self.stand_in_from, self.stand_in_to
        if self.stand_in and begins and ends and begins <= day < ends:
            return self.stand_in
        return self.user


class AccountChange(models.Model):
    """One act that changed who may do what."""

    class Action(models.TextChoices):
        ADD = "add", _("新增人员")
        APPOINT = "appoint", _("任用")
        END = "end", _("结束任用")
        STAND_IN = "stand_in", _("安排代班")
        DISABLE = "disable", _("停用账号")
        PASSWORD = "password", _("改密码")
        TOKEN = "token", _("发放令牌")
        REVOKE = "revoke", _("吊销令牌")

    action = models.CharField(_("动作"), max_length=8, choices=Action)
    user = models.ForeignKey(User, models.PROTECT, related_name="changes", verbose_name=_("人员"))
    appointment = models.ForeignKey(
        Appointment, models.PROTECT, null=True, related_name="changes", verbose_name=_("任用")
    )
    made_at = models.DateTimeField(_("时间"))
    made_by = models.CharField(_("账号"), max_length=150)

    class Meta:
        verbose_name = _("人员变更")
        verbose_name_plural = _("人员变更")

    def __str__(self) -> str:
        return f"{self.action} {self.user} {self.made_at:%Y-%m-%d %H:%M}"


class Session(AbstractBaseSession):
    """A log-in; knows its user, so that one statement answers who asks and what they may see."""

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions")

    class Meta:
        verbose_name = _("会话")
        verbose_name_plural = _("会话")

    @classmethod
    def get_session_store_class(cls) -> type:
        # By name, as Django does: the store imports this model.
        store: type = import_module(settings.SESSION_ENGINE).SessionStore
        return store


class ApiToken(models.Model):
    """A machine acts as a person: the digest of a secret that was shown once."""

    user = models.ForeignKey(User, models.PROTECT, related_name="tokens", verbose_name=_("人员"))
    label = models.CharField(_("用途"), max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(_("发放时间"))
    expires_at = models.DateTimeField(_("失效"))
    # To the minute: not every request writes.
    last_used_at = models.DateTimeField(_("最后使用"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("吊销时间"), null=True, blank=True)

    app_rights = "SELECT, INSERT, UPDATE"

    class Meta:
        verbose_name = _("令牌")
        verbose_name_plural = _("令牌")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("created_at")),
                name="api_token_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.label}"

"""Voices that become a case, the persons in it, and their pictures."""

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from geodata.models import STORED
from gridmap.incidents.models.choices import choices
from gridmap.incidents.models.incident import Incident
from gridmap.incidents.topics import SOURCES


class CaseNumber(models.Model):
    """The last case number given on a day in Beijing; its row is locked until the intake commits."""

    day = models.DateField(primary_key=True)
    last = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.day} {self.last}"


class Report(models.Model):
    """One voice: one call, one patrol note, one walk-in.

    `key` comes from the client and is unique: a retry with the same body (`digest`) is the same report.
    """

    key = models.UUIDField(unique=True)
    digest = models.BinaryField(max_length=32)
    incident = models.ForeignKey(
        Incident, models.PROTECT, verbose_name=_("案件"), related_name="reports"
    )
    # What the client was told, whatever became of the case since.
    registered_as = models.CharField(max_length=24)
    source = models.CharField(_("来源"), max_length=13, choices=choices(SOURCES))
    channel_reference = models.CharField(_("来源编号"), max_length=60, blank=True)
    words = models.TextField(_("来件人的话"), max_length=2000, blank=True)
    reported_at = models.DateTimeField(_("来件时间"))
    received_at = models.DateTimeField(_("收到时间"))
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="received_reports"
    )
    geom = models.PointField(_("位置"), srid=STORED, null=True, spatial_index=False)
    address = models.CharField(_("地点"), max_length=200, blank=True)

    app_rights = "SELECT, INSERT, UPDATE"

    class Meta:
        verbose_name = _("来件")
        verbose_name_plural = _("来件")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "channel_reference"],
                condition=~Q(channel_reference=""),
                name="report_once_per_channel",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.reported_at:%Y-%m-%d %H:%M}"


class ReportConflict(models.Model):
    """A second body under a key that is taken: kept for a person to look at."""

    key = models.UUIDField(db_index=True)
    digest = models.BinaryField(max_length=32)
    body = models.JSONField()
    received_at = models.DateTimeField()
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)

    app_rights = "SELECT, INSERT"

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "digest"], name="report_conflict_once"),
        ]

    def __str__(self) -> str:
        return str(self.key)


class Party(models.Model):
    """A person or organisation in a case: the least that mediation needs, under row-level security."""

    class Role(models.TextChoices):
        REPORTER = "reporter", _("来件人")
        RESPONDENT = "respondent", _("被反映方")
        OTHER = "other", _("其他当事人")

    incident = models.ForeignKey(
        Incident, models.PROTECT, verbose_name=_("案件"), related_name="parties"
    )
    role = models.CharField(_("身份"), max_length=10, choices=Role)
    is_organisation = models.BooleanField(_("是单位"), default=False)
    name = models.CharField(_("姓名或名称"), max_length=60)
    phone = models.CharField(_("电话"), max_length=20, blank=True)
    address = models.CharField(_("住址"), max_length=200, blank=True)

    app_rights = "SELECT, INSERT, UPDATE"

    class Meta:
        verbose_name = _("当事人")
        verbose_name_plural = _("当事人")

    def __str__(self) -> str:
        return f"{self.incident_id} {self.role}"


class PartyLook(models.Model):
    """Somebody had the masked data of a case shown, and said why."""

    class Reason(models.TextChoices):
        CONTACT = "contact", _("联系当事人")
        MEDIATE = "mediate", _("组织调解")
        VISIT = "visit", _("回访")
        CHECK = "check", _("核对信息")

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="looks")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="looks")
    reason = models.CharField(_("事由"), max_length=8, choices=Reason)
    at = models.DateTimeField(_("时间"))

    app_rights = "SELECT, INSERT"

    class Meta:
        verbose_name = _("查看记录")
        verbose_name_plural = _("查看记录")

    def __str__(self) -> str:
        return f"{self.user_id} {self.incident_id} {self.at:%Y-%m-%d %H:%M}"


class Photo(models.Model):
    """A picture of a case: our own encoding, without what the camera wrote beside it."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="photos")
    report = models.ForeignKey(Report, models.PROTECT, null=True, related_name="photos")
    digest = models.CharField(max_length=64)
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    size = models.PositiveIntegerField()
    added_at = models.DateTimeField(_("时间"))
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    app_rights = "SELECT, INSERT"

    class Meta:
        verbose_name = _("照片")
        verbose_name_plural = _("照片")
        constraints = [
            models.UniqueConstraint(fields=["incident", "digest"], name="photo_once_per_incident"),
            models.CheckConstraint(
                condition=Q(width__gt=0, height__gt=0, size__gt=0), name="photo_is_a_picture"
            ),
        ]

    def __str__(self) -> str:
        return self.digest[:12]

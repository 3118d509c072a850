"""What the clock did, once each, and what people were told."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gridmap.incidents.models.incident import Incident


class ClockEvent(models.Model):
    """What the clock did about one deadline: a warning, an escalation, a reminder."""

    class Kind(models.TextChoices):
        CONTACT = "contact", _("首次联系超时")
        WARNING = "warning", _("快到期")
        OVERDUE = "overdue", _("超期")
        ESCALATION = "escalation", _("自动提级")
        RESUME = "resume", _("挂账到期")
        UNROUTED = "unrouted", _("无主")
        SUPERVISED = "supervised", _("督办未答复")

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="clock_events")
    kind = models.CharField(_("类型"), max_length=10, choices=Kind)
    # The deadline that it is about, or the moment of an escalation or reminder. With a new deadline
    # the clock may strike again.
    due_at = models.DateTimeField(_("时限"))
    fired_at = models.DateTimeField(_("时间"))

    app_rights = "SELECT, INSERT"

    class Meta:
        verbose_name = _("时钟记录")
        verbose_name_plural = _("时钟记录")
        ordering = ["fired_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "kind", "due_at"], name="clock_event_exactly_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.kind}"


class Notice(models.Model):
    """One line for one person about one thing: a case came, was moved, is due; a joint task came, is done."""

    class Kind(models.TextChoices):
        ARRIVED = "arrived", _("新案件")
        MOVED = "moved", _("案件有变化")
        CONTACT = "contact", _("首次联系超时")
        DUE = "due", _("快到期")
        OVERDUE = "overdue", _("超期")
        ESCALATED = "escalated", _("提级")
        UNROUTED = "unrouted", _("无主")
        SUPERVISED = "supervised", _("督办")
        TASK = "task", pgettext_lazy("notice", "联合任务")
        TASK_DONE = "task_done", _("任务办完")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="notices")
    incident = models.ForeignKey(Incident, models.PROTECT, null=True, related_name="notices")
    # A joint task of `recurring`, which this app does not know: the key to its table is made there.
    task_id = models.BigIntegerField(_("联合任务"), null=True)
    kind = models.CharField(_("类型"), max_length=10, choices=Kind)
    at = models.DateTimeField(_("时间"))
    read_at = models.DateTimeField(_("已读"), null=True)

    app_rights = "SELECT, INSERT, UPDATE"

    class Meta:
        verbose_name = _("通知")
        verbose_name_plural = _("通知")
        indexes = [
            models.Index(fields=["user", "-at"], name="notice_unread", condition=Q(read_at=None)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(incident__isnull=False, task_id=None) & ~Q(kind__in=["task", "task_done"])
                )
                | Q(incident=None, task_id__isnull=False, kind__in=["task", "task_done"]),
                name="notice_of_a_case_or_a_task",
            ),
            models.UniqueConstraint(
                fields=["task_id", "user", "kind"],
                condition=Q(task_id__isnull=False),
                name="notice_of_a_task_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}"

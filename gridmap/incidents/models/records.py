"""What was done with a case: each row one act, written once."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from geodata.models import Area, Cell
from gridmap.accounts.models import GuideTeam
from gridmap.incidents.models.choices import choices, states
from gridmap.incidents.models.incident import Incident
from gridmap.incidents.states import MOVES, STEP_LABELS
from gridmap.incidents.topics import RESULTS, SATISFACTIONS, VISIT_WAYS


class Record(models.Model):
    """One act by one person at one time; by nobody where the clock did it."""

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("谁")
    )
    at = models.DateTimeField(_("时间"))
    note = models.CharField(_("说明"), max_length=2000, blank=True)

    # Written once: the application's role can neither change nor delete an act.
    app_rights = "SELECT, INSERT"

    class Meta:
        abstract = True


class MoveRecord(Record):
    """One move; `register` and `report` are the two ways in."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="moves")
    key = models.UUIDField(null=True, unique=True)
    name = models.CharField(
        _("动作"),
        max_length=14,
        choices=[
            *choices({name: move.label for name, move in MOVES.items()}),
            ("register", _("登记")),
            ("report", _("又来一件")),
            ("separate", _("分出一件")),
            ("import", _("导入")),
        ],
    )
    from_state = models.CharField(max_length=11, choices=states(), blank=True)
    to_state = models.CharField(max_length=11, choices=states())
    # Where an escalation led, or the other case of a merge.
    area = models.ForeignKey(Area, models.PROTECT, null=True, related_name="+")
    other = models.ForeignKey(Incident, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("办理记录")
        verbose_name_plural = _("办理记录")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.name}"


class StepRecord(Record):
    """One of the five steps, taken once in each round."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="steps")
    round = models.PositiveSmallIntegerField(default=1)
    step = models.CharField(_("步骤"), max_length=11, choices=choices(STEP_LABELS))

    class Meta:
        verbose_name = _("五步记录")
        verbose_name_plural = _("五步记录")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["incident", "round", "step"], name="step_once_a_round"),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.step}"


class HandOver(Record):
    """A case went to another cell or team, or its cell to another person."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="hand_overs")
    from_cell = models.ForeignKey(Cell, models.PROTECT, null=True, related_name="+")
    to_cell = models.ForeignKey(Cell, models.PROTECT, null=True, related_name="+")
    from_team = models.ForeignKey(GuideTeam, models.PROTECT, null=True, related_name="+")
    to_team = models.ForeignKey(GuideTeam, models.PROTECT, null=True, related_name="+")
    from_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    to_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("移交记录")
        verbose_name_plural = _("移交记录")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.at:%Y-%m-%d %H:%M}"


class Visit(Record):
    """A return visit: what the person who reported says of it."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="visits")
    round = models.PositiveSmallIntegerField(default=1)
    way = models.CharField(_("方式"), max_length=9, choices=choices(VISIT_WAYS))
    result = models.CharField(_("解决了吗"), max_length=6, choices=choices(RESULTS))
    satisfaction = models.CharField(_("满意吗"), max_length=9, choices=choices(SATISFACTIONS))

    class Meta:
        verbose_name = _("回访记录")
        verbose_name_plural = _("回访记录")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["incident", "round"], name="visit_once_a_round"),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.result}"


class Extension(Record):
    """More time was asked for, and granted or not."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="extensions")
    until = models.DateTimeField(_("延到"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    is_granted = models.BooleanField(null=True)

    app_rights = "SELECT, INSERT, UPDATE"

    class Meta:
        verbose_name = _("延期")
        verbose_name_plural = _("延期")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_granted__isnull=True, decided_at__isnull=True)
                | Q(is_granted__isnull=False, decided_at__isnull=False),
                name="extension_is_decided_once",
            ),
            models.UniqueConstraint(
                fields=["incident"],
                condition=Q(is_granted__isnull=True),
                name="extension_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.until:%Y-%m-%d %H:%M}"


class Supervision(Record):
    """Somebody above has put a case under supervision and wants an answer."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="supervisions")
    answer = models.CharField(_("答复"), max_length=500, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)

    app_rights = "SELECT, INSERT, UPDATE"

    class Meta:
        verbose_name = _("督办")
        verbose_name_plural = _("督办")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.at:%Y-%m-%d}"

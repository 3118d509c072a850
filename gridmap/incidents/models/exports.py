"""What was taken out of the program, and by whom."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from gridmap.incidents.models.reports import PartyLook


class Export(models.Model):
    """A file of cases that somebody made."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="exports", verbose_name=_("谁")
    )
    at = models.DateTimeField(_("时间"))
    # The ending of the file's name.
    form = models.CharField(_("文件格式"), max_length=8)
    count = models.PositiveIntegerField(_("案件数"))
    # What was asked for, as the person said it.
    filters = models.JSONField(_("筛选条件"), default=dict)
    # Why the parties went with it; empty where they did not.
    parties_reason = models.CharField(
        _("带当事人的事由"), max_length=8, choices=PartyLook.Reason, blank=True
    )

    app_rights = "SELECT, INSERT"

    class Meta:
        verbose_name = _("导出记录")
        verbose_name_plural = _("导出记录")

    def __str__(self) -> str:
        return f"{self.user_id} {self.at:%Y-%m-%d %H:%M} {self.count}"

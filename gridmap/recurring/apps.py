from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecurringConfig(AppConfig):
    name = "gridmap.recurring"
    verbose_name = _("反复矛盾")

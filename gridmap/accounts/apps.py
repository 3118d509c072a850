from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "gridmap.accounts"
    verbose_name = _("人员")
    default_auto_field = "django.db.models.BigAutoField"

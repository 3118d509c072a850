from django.apps import AppConfig
from django.core.checks import Tags, register
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "gridmap.accounts"
    verbose_name = _("人员")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from gridmap.accounts.checks import demonstration_accounts, serving_role

        register(demonstration_accounts, Tags.security)
        register(serving_role, Tags.security)

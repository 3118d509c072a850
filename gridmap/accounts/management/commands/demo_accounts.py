from typing import Any

from django.core.management.base import BaseCommand

from gridmap.accounts.demo_people import PASSWORD
from gridmap.accounts.models import Role, User


class Command(BaseCommand):
    help = "Print one demonstration account per role, with the password they share."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        accounts = User.objects.filter(is_demonstration=True, is_active=True)
        names = set(accounts.values_list("username", flat=True))
        for role in Role:
            username = role.value.replace("_", "-")
            if username in names:
                self.stdout.write(f"  {username:<20} {PASSWORD}   {role.label}")

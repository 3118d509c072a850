from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from gridmap.recurring.demo_handling import handle_demo_conflicts


class Command(BaseCommand):
    help = "Let the invented people of the demonstration confirm, plan and give tasks, once."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError(_("生产环境里不能有演示账号：GRIDMAP_ENV=production。"))
        for conflict in handle_demo_conflicts(timezone.now()):
            words = _("{name}：演示的负责人、措施、方案或任务，都是虚构的。")
            self.stdout.write(words.format(name=conflict.name))

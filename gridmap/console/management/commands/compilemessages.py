from typing import Any

import polib
from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Compile the translations without gettext, which a bare machine does not have."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        for folder in settings.LOCALE_PATHS:
            for catalogue in folder.glob("*/LC_MESSAGES/*.po"):
                # A process that reads the catalogue meanwhile sees the old one or the new one.
                draft = catalogue.with_suffix(".mo.draft")
                polib.pofile(str(catalogue)).save_as_mofile(str(draft))
                draft.replace(catalogue.with_suffix(".mo"))

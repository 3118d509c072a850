from datetime import date

from django.db import migrations

from gridmap.incidents.topics import TOPICS

SINCE = date(2021, 1, 1)
DAY = 1440
# Urgency, first contact, settling, working time. Assumed until the city sets its own.
LIMITS = (
    ("", 240, 5 * DAY, True),
    ("urgent", 60, DAY, True),
    ("emergency", 15, 240, False),
)


def fill(apps, _editor):
    topic = apps.get_model("incidents", "Topic")
    topic.objects.bulk_create(
        topic(position=position, **vars(row)) for position, row in enumerate(TOPICS)
    )
    limit = apps.get_model("incidents", "TimeLimit")
    limit.objects.bulk_create(
        limit(
            urgency=urgency,
            contact_minutes=contact,
            settle_minutes=settle,
            is_working_time=is_working_time,
            valid_from=SINCE,
        )
        for urgency, contact, settle, is_working_time in LIMITS
    )


class Migration(migrations.Migration):
    dependencies = [("incidents", "0003_rules_over_rows")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]

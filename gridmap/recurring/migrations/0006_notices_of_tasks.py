from django.db import migrations

# Cases know nothing of tasks, so that the key of their notices is made here.
KEY = """
ALTER TABLE incidents_notice ADD CONSTRAINT notice_of_a_known_task
FOREIGN KEY (task_id) REFERENCES recurring_jointtask (id) DEFERRABLE INITIALLY DEFERRED
"""
# Without it every notice is of a case.
UNDO = """
ALTER TABLE incidents_notice DROP CONSTRAINT notice_of_a_known_task;
DELETE FROM incidents_notice WHERE task_id IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0014_notices_of_tasks"),
        ("recurring", "0005_joint_tasks"),
    ]

    operations = [
        migrations.RunSQL(KEY, UNDO),
    ]

from importlib import import_module

from django.db import migrations, models

BEFORE = import_module("gridmap.incidents.migrations.0003_rules_over_rows").DEADLINE

# The same answers as a walk from day to day: planned once for a connection instead of at every call, one
# look into the calendar for each day of the span instead of a join with all of it, and no end of sight.
DEADLINE = """
CREATE OR REPLACE FUNCTION working_deadline(begins timestamptz, minutes integer) RETURNS timestamptz
LANGUAGE plpgsql STABLE AS $$
DECLARE
    here timestamp := begins AT TIME ZONE 'Asia/Shanghai';
    today date := here;
    midnight timestamp;
    rest interval := minutes * interval '1 minute';
BEGIN
    LOOP
        midnight := today + 1;
        IF coalesce((SELECT is_working FROM incidents_calendarday WHERE day = today),
                    extract(isodow FROM today) < 6) THEN
            IF rest <= midnight - here THEN
                RETURN (here + rest) AT TIME ZONE 'Asia/Shanghai';
            END IF;
            rest := rest - (midnight - here);
        END IF;
        here := midnight;
        today := today + 1;
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("incidents", "0006_records_before_states")]

    operations = [
        migrations.AlterField(
            model_name="clockevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("contact", "首次联系超时"),
                    ("warning", "快到期"),
                    ("overdue", "超期"),
                    ("escalation", "自动提级"),
                    ("resume", "挂账到期"),
                    ("unrouted", "无主"),
                    ("supervised", "督办未答复"),
                ],
                max_length=10,
                verbose_name="类型",
            ),
        ),
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("arrived", "新案件"),
                    ("moved", "案件有变化"),
                    ("contact", "首次联系超时"),
                    ("due", "快到期"),
                    ("overdue", "超期"),
                    ("escalated", "提级"),
                    ("unrouted", "无主"),
                    ("supervised", "督办"),
                ],
                max_length=10,
                verbose_name="类型",
            ),
        ),
        migrations.RunSQL(DEADLINE, BEFORE.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")),
    ]

import django.contrib.gis.db.models.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


# Four indexes less: two by topic and area alone, which begin others, and two by degrees, which only the pins
# of the desk ask for, of open cases. They were about a seventh of what an imported row cost.
class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_api_token'),
        ('geodata', '0003_city_envelope_named_in_full'),
        ('incidents', '0008_exports'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='incident',
            name='area',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='incidents', to='geodata.area', verbose_name='区域'),
        ),
        migrations.AlterField(
            model_name='incident',
            name='geom',
            field=django.contrib.gis.db.models.fields.PointField(blank=True, null=True, spatial_index=False, srid=4490, verbose_name='位置'),
        ),
        migrations.AlterField(
            model_name='incident',
            name='topic',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='incidents', to='incidents.topic', verbose_name='专题'),
        ),
        migrations.AlterField(
            model_name='report',
            name='geom',
            field=django.contrib.gis.db.models.fields.PointField(null=True, spatial_index=False, srid=4490, verbose_name='位置'),
        ),
        migrations.AddIndex(
            model_name='incident',
            index=django.contrib.postgres.indexes.GistIndex(models.F('geom'), condition=models.Q(('is_open', True)), name='incident_open_geom'),
        ),
    ]

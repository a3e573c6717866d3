"""Sums over the ledger of outcomes, hour by hour."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def _integers():
    return django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None)


def _id():
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    dependencies = [
        ("metrics", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SummedUntil",
            fields=[("id", _id()), ("hour", models.DateTimeField())],
            options={
                "db_table": "metric_summed_until",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("pk", 1)), name="metric_summed_until_one")
                ],
            },
        ),
        migrations.CreateModel(
            name="HourSums",
            fields=[
                ("id", _id()),
                ("hour", models.DateTimeField()),
                ("operation", models.CharField(max_length=16)),
                ("algorithm", models.CharField(max_length=64)),
                ("kind", models.CharField(blank=True, max_length=32)),
                ("count", models.BigIntegerField()),
                ("failures", models.BigIntegerField()),
                ("bytes_in", models.BigIntegerField()),
                ("bytes_out", models.BigIntegerField()),
                ("micros", models.BigIntegerField()),
                ("compress_mb_s_intervals", _integers()),
                ("compress_mb_s_counts", _integers()),
                ("decompress_mb_s_intervals", _integers()),
                ("decompress_mb_s_counts", _integers()),
                ("seconds_intervals", _integers()),
                ("seconds_counts", _integers()),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "metric_hour_sums",
                "ordering": ["hour"],
                "indexes": [models.Index(fields=["owner", "hour"], name="metric_hour_sums_owner")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("hour", "owner", "operation", "algorithm", "kind"),
                        name="metric_hour_sums_once",
                    )
                ],
            },
        ),
    ]

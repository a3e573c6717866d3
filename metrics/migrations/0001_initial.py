"""Machines, layouts, and the partitioned tables of samples and of what is rolled up of them.

The partitions themselves are made when they are needed, by `metrics.storage.partitions`.
"""

import django.contrib.postgres.fields
from django.db import migrations, models

SAMPLES = """
CREATE TABLE metric_samples (
  machine_id bigint NOT NULL,
  t timestamptz NOT NULL,
  layout_id bigint NOT NULL,
  vals double precision[] NOT NULL,
  context jsonb,
  PRIMARY KEY (machine_id, t)
) PARTITION BY RANGE (t);
"""

ROLLED = """
CREATE TABLE {table} (
  machine_id bigint NOT NULL,
  t timestamptz NOT NULL,
  layout_id bigint NOT NULL,
  low double precision[] NOT NULL,
  mean double precision[] NOT NULL,
  high double precision[] NOT NULL,
  counts integer[] NOT NULL,
  context jsonb,
  PRIMARY KEY (machine_id, t)
) PARTITION BY RANGE (t);
"""

STALE = """
CREATE TABLE metric_stale (
  level text NOT NULL CHECK (level IN ('minute', 'hour', 'day')),
  machine_id bigint NOT NULL,
  t timestamptz NOT NULL,
  marked_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (level, machine_id, t)
);
"""

TABLES = ("metric_minutes", "metric_hours", "metric_days")


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Machine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=255, unique=True)),
                ("first_seen_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={"db_table": "metric_machines", "ordering": ["name"]},
        ),
        migrations.CreateModel(
            name="Layout",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "names",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), size=None
                    ),
                ),
                ("names_sha256", models.CharField(max_length=64, unique=True)),
            ],
            options={"db_table": "metric_layouts"},
        ),
        migrations.RunSQL(SAMPLES, "DROP TABLE metric_samples"),
        *[migrations.RunSQL(ROLLED.format(table=table), f"DROP TABLE {table}") for table in TABLES],
        migrations.RunSQL(STALE, "DROP TABLE metric_stale"),
    ]

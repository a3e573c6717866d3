"""An index for who asks, every second, which jobs have ended lately."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0002_notifications")]

    operations = [
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                fields=["ended_at"], name="jobs_ended", condition=models.Q(("ended_at__isnull", False))
            ),
        ),
    ]

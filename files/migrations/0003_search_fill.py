"""Makes the files that are there already findable."""

from django.db import migrations

from files.choices import TEXTS
from files.search.words import folded_entry

STEP = 1000


def fill(apps, schema_editor):
    """Fold the names, and have the texts read by the clock."""
    File, FileText = apps.get_model("files", "File"), apps.get_model("files", "FileText")
    rows = File.objects.order_by("pk").only("pk", "name", "folder", "tags", "kind")
    while found := list(rows[:STEP]):
        for file in found:
            file.folded = folded_entry(file.name, file.folder, file.tags)
        File.objects.bulk_update(found, ["folded"])
        texts = [FileText(file_id=file.pk) for file in found if file.kind in TEXTS]
        FileText.objects.bulk_create(texts, ignore_conflicts=True)
        rows = (
            File.objects.filter(pk__gt=found[-1].pk)
            .order_by("pk")
            .only("pk", "name", "folder", "tags", "kind")
        )


class Migration(migrations.Migration):
    dependencies = [("files", "0002_search")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]

"""`manage.py index_files`: what waits is read, and with --all everything anew."""

from io import StringIO

from django.core.management import call_command

from files.models import File, FileText


def said(*arguments: str) -> str:
    """What the command says."""
    out = StringIO()
    call_command("index_files", *arguments, stdout=out)
    return out.getvalue()


def test_texts_that_wait_are_read(ada, stored, found):
    stored(ada, b"zebras graze here", "animals.txt")
    assert found(ada, "zebras") == []
    assert said() == "1 texts read\nno text waits\n"
    assert found(ada, "zebras") == ["animals.txt"]
    assert said() == "no text waits\n"


def test_all_begins_anew(ada, kept, found):
    file = kept(ada, "zebras graze here", "Animals.txt")
    File.objects.filter(pk=file.pk).update(folded="")
    FileText.objects.update(body="", words=None)
    assert found(ada, "zebras") == found(ada, "animals") == []
    assert said("--all") == "1 names folded\n1 texts read\nno text waits\n"
    assert found(ada, "zebras") == found(ada, "animals") == ["Animals.txt"]

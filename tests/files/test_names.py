"""Names of any script, made safe; every layer agrees on what is."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import Invalid
from files import rules
from files.models import File
from files.names import clean_folder, clean_name

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=400)


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("report.pdf", "report.pdf"),
        ("Übersicht 2026 – Änderungen.xlsx", "Übersicht 2026 – Änderungen.xlsx"),
        ("写真👩‍💻.jpg", "写真👩‍💻.jpg"),
        ("a&amp;b.txt", "a&amp;b.txt"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ada\\x.txt", "x.txt"),
        ("bad\x00\r\n\x1bname", "badname"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("\ud800.txt", ".txt"),
        ("..", "unnamed"),
        ("dir/", "unnamed"),
        ("   ", "unnamed"),
        ("x" * 300 + ".gz", "x" * 252 + ".gz"),
        ("x" * 300 + ".tar.gz", "x" * 248 + ".tar.gz"),
    ],
)
def test_a_name_is_kept_as_far_as_it_is_one(given_name, kept):
    assert clean_name(given_name) == kept


@given(ANY_TEXT)
def test_every_clean_name_keeps_the_rule_and_stays_as_it_is(text):
    name = clean_name(text)
    rules.NAME.check(name)
    name.encode()
    assert clean_name(name) == name


@given(st.lists(ANY_TEXT, max_size=6))
def test_a_folder_keeps_the_rule_or_is_refused(parts):
    try:
        folder = clean_folder("/".join(parts))
    except Invalid:
        assert {".", ".."} & {_bare(part) for part in re.split(r"[/\\]", "/".join(parts))}
    else:
        if len(folder) <= rules.FOLDER.max:
            rules.FOLDER.check(folder)


def _bare(part: str) -> str:
    return "".join(character for character in part if character == ".")


NAMES = st.one_of(ANY_TEXT, st.text("./\\a\n\x7f", max_size=6))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(name=NAMES, folder=NAMES)
def test_the_database_refuses_what_the_rules_refuse(ada, stored, name, folder):
    if re.search("[\x00\ud800-\udfff]", name + folder):
        return  # cannot even be sent to PostgreSQL
    file = File.objects.first() or stored(ada)
    for column, rule, value in (("name", rules.NAME, name), ("folder", rules.FOLDER, folder)):
        try:
            rule.check(value)
            allowed = True
        except ValidationError:
            allowed = False
        try:
            with transaction.atomic():
                File.objects.filter(pk=file.pk).update(**{column: value})
            kept = True
        except (IntegrityError, DataError):
            kept = False
        assert kept == allowed, (column, value)


def test_an_explicit_name_wins_over_that_of_the_part(api, ada):
    from tests.files.test_api_journey import upload

    assert upload(api(ada), name="part.txt", folder="a//b/").json()["folder"] == "a/b"
    answer = api(ada).post(
        "/api/v1/files/upload",
        b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nbetter.txt\r\n'
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a&amp;b/../c.txt"\r\n\r\n1\r\n--x--\r\n',
        content_type="multipart/form-data; boundary=x",
    )
    assert answer.json()["name"] == "better.txt"


def test_a_part_name_is_taken_as_sent(api, ada):
    answer = api(ada).post(
        "/api/v1/files/upload",
        '--x\r\nContent-Disposition: form-data; name="file"; filename="a&amp;ü.txt"\r\n\r\n1\r\n--x--\r\n'.encode(),
        content_type="multipart/form-data; boundary=x",
    )
    assert answer.json()["name"] == "a&amp;ü.txt"

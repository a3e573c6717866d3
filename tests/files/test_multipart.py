"""Names of uploads as programs of all kinds write them into the head of a part."""

from urllib.parse import quote

import pytest

from files import rules
from files.multipart import HEAD_BYTES, SEMICOLONS

LONG = "漢" * 251 + ".txt"


def send(client, parameters: bytes, url="/api/v1/files/upload", content=b"content", **headers):
    head = b'Content-Disposition: form-data; name="file"; ' + parameters + b"\r\nContent-Type: text/plain"
    form = b"--b\r\n" + head + b"\r\n\r\n" + content + b"\r\n--b--\r\n"
    return client.post(url, form, content_type="multipart/form-data; boundary=b", **headers)


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        (b'filename="caf\xe9.txt"', "café.txt"),
        (b'filename="\x80 5 \x96 \x93caf\xe9\x94.txt"', "€ 5 – “café”.txt"),
        (b'filename="\x81.txt"', "\ufffd.txt"),  # nothing in any encoding that is tried
        ('filename="café.txt"'.encode(), "café.txt"),
        (b"filename=\"a.txt\"; filename*=iso-8859-1''caf%E9.txt", "café.txt"),
        (b"filename=\"a.txt\"; filename*=UTF-8''" + quote(LONG).encode(), LONG),
        (f'filename="{LONG}"'.encode(), LONG),
        (f'filename="{"long/" * 400}x.txt"'.encode(), "x.txt"),
    ],
)
def test_a_name_in_any_encoding_is_kept_and_comes_back(api, ada, parameters, name):
    client = api(ada)
    answer = send(client, parameters)
    assert (answer.status_code, answer.json()["name"]) == (201, name), answer.content
    download = client.get(answer.json()["download_url"])
    assert b"".join(download) == b"content"
    assert f"UTF-8''{quote(name, safe='')}" in download["Content-Disposition"] or name.isascii()


def test_the_form_of_a_page_takes_the_same_names(browser, ada):
    answer = send(browser(ada), b'filename="caf\xe9.txt"', "/files/upload", follow=True)
    assert "café.txt is stored." in answer.content.decode()


def test_a_head_without_end_is_refused(api, ada):
    answer = send(api(ada), b'filename="' + b"x" * HEAD_BYTES + b'.txt"')
    assert answer.status_code == 400
    assert "header size exceeded" in answer.json()["detail"]


def test_the_longest_path_fits_in_the_longest_form(api, ada):
    folder, name = "𠀀" * rules.FOLDER.max, "𠀀" * rules.NAME.max
    answer = send(api(ada), b"filename*=UTF-8''" + quote(f"{folder}/{name}").encode())
    assert (answer.status_code, answer.json()["name"]) == (201, name), answer.content


def test_a_head_of_many_semicolons_is_refused_unread(api, ada):
    few, many = (b'filename="' + b";" * count + b'.txt"' for count in (SEMICOLONS - 4, SEMICOLONS))
    assert send(api(ada), few).status_code == 201
    answer = send(api(ada), many)
    assert answer.status_code == 400
    assert "semicolons" in answer.json()["detail"]


def test_what_follows_a_long_head_is_whole(api, ada):
    content = bytes(range(256)) * 2000
    client = api(ada)
    answer = send(client, b"filename*=UTF-8''" + quote(LONG).encode(), content=content)
    assert b"".join(client.get(answer.json()["download_url"])) == content

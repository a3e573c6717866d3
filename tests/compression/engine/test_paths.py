"""Paths from archives: made plain and relative, or refused."""

from pathlib import PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compression.engine.archives import Kind, Refusal
from compression.engine.archives.member import Found
from compression.engine.archives.paths import Paths
from compression.engine.errors import LimitExceeded
from compression.engine.limits import ArchiveLimits

LIMITS = ArchiveLimits(max_path_chars=60, max_name_bytes=20, max_path_depth=4, max_member_bytes=1000)


def admitted(stored: str, kind: Kind = Kind.FILE, **about):
    return Paths(LIMITS).admit(Found(stored, kind, **about))


@pytest.mark.parametrize(
    ("stored", "path"),
    [
        ("a.txt", "a.txt"),
        ("folder/a.txt", "folder/a.txt"),
        ("./a//b/./c", "a/b/c"),
        ("folder\\a.txt", "folder/a.txt"),
        ("...", "..."),
        ("a..b/..c", "a..b/..c"),
        ("-rf", "-rf"),
        ("e\u0301", "\u00e9"),
        ("%2e%2e/x", "%2e%2e/x"),
    ],
)
def test_safe_paths_are_made_plain(stored: str, path: str):
    member = admitted(stored)
    assert (member.path, member.refusal, member.stored_path) == (path, None, stored)


@pytest.mark.parametrize(
    ("stored", "refusal"),
    [
        ("/etc/passwd", Refusal.ABSOLUTE),
        ("\\windows\\x", Refusal.ABSOLUTE),
        ("\\\\server\\share\\x", Refusal.ABSOLUTE),
        ("../x", Refusal.ESCAPES),
        ("a/../../x", Refusal.ESCAPES),
        ("a/../x", Refusal.ESCAPES),
        ("a\\..\\..\\x", Refusal.ESCAPES),
        ("..", Refusal.ESCAPES),
        ("C:/x", Refusal.DRIVE),
        ("c:x", Refusal.DRIVE),
        ("", Refusal.EMPTY),
        (".", Refusal.EMPTY),
        ("./", Refusal.EMPTY),
        ("a\0b", Refusal.UNPRINTABLE),
        ("a\nb", Refusal.UNPRINTABLE),
        ("a\x85b", Refusal.UNPRINTABLE),
        ("a\ud800b", Refusal.UNPRINTABLE),
        ("a" * 21, Refusal.TOO_LONG),
        ("é" * 11, Refusal.TOO_LONG),
        ("/".join(["a" * 19] * 4), Refusal.TOO_LONG),
        ("a/b/c/d/e", Refusal.TOO_DEEP),
    ],
)
def test_unsafe_paths_are_refused(stored: str, refusal: Refusal):
    member = admitted(stored)
    assert (member.path, member.refusal) == ("", refusal)
    assert refusal.reason.endswith(".")


@pytest.mark.parametrize(
    ("kind", "refusal"), [(Kind.LINK, "link"), (Kind.DEVICE, "device"), (Kind.OTHER, "other")]
)
def test_what_is_no_file_and_no_folder_is_refused(kind: Kind, refusal: str):
    assert admitted("a", kind).refusal == refusal


def test_large_members_are_refused():
    assert admitted("a", size=1000).refusal is None
    assert admitted("a", size=1001).refusal is Refusal.TOO_LARGE


def test_times_that_no_calendar_has_are_dropped():
    assert admitted("a", modified=1e9).modified == 1e9
    for wrong in (1e300, -1e300, float("nan"), float("inf")):
        assert admitted("a", modified=wrong).modified is None


def test_a_path_is_taken_once():
    paths = Paths(LIMITS)

    def refusal(stored: str, kind: Kind = Kind.FILE) -> Refusal | None:
        return paths.admit(Found(stored, kind)).refusal

    assert refusal("a/b") is None
    assert refusal("a/b") is Refusal.DUPLICATE
    assert refusal("./a//b") is Refusal.DUPLICATE
    assert refusal("a/b/c") is Refusal.DUPLICATE, "a file is where the folder would be"
    assert refusal("a") is Refusal.DUPLICATE, "a folder is where the file would be"
    assert refusal("a", Kind.DIRECTORY) is None
    assert refusal("a", Kind.DIRECTORY) is None, "folders may be named again"
    assert refusal("a/b", Kind.DIRECTORY) is Refusal.DUPLICATE
    assert refusal("A/b") is None
    assert refusal("e\u0301") is None
    assert refusal("\u00e9") is Refusal.DUPLICATE


def test_folders_are_counted_too():
    paths = Paths(ArchiveLimits(max_members=10))
    for number in range(5):
        paths.admit(Found(f"{number}/deep/file", Kind.FILE))
    with pytest.raises(LimitExceeded) as caught:
        paths.admit(Found("5/deep/file", Kind.FILE))
    assert caught.value.kind == "members"


@settings(deadline=None, derandomize=True, database=None, max_examples=300)
@given(st.text(st.sampled_from("ab./\\:C\0é\u0301\n "), max_size=25))
def test_what_is_admitted_stays_below_its_folder(stored: str):
    path = admitted(stored).path
    if path:
        components = PurePosixPath(path).parts
        assert not PurePosixPath(path).is_absolute()
        assert ".." not in components
        assert "/".join(components) == path
        assert "\\" not in path
        assert "\0" not in path

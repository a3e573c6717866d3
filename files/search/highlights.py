"""Where a file has what was searched for: plain text with the places of the words; whoever shows it escapes it."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from files.models import File
from files.search.query import Query, Term
from files.search.words import WORD_MAX, fold, is_word

BEFORE, AFTER = 40, 120
FRAGMENTS, WORDS_MAX = 3, 8
CHUNK = 1024
_RUN = re.compile(r"[\x00-\x7f]+|[^\x00-\x7f]")
"""What is folded at once: each character may become another number of them, but for ASCII."""
FOLD_MAX = 1_000_000
"""Characters of texts beyond ASCII that are folded for one page: some 60 ms."""


@dataclass(frozen=True)
class Highlight:
    """A piece of a file's name, folder, tags or content; `marks` are begin and end of words in it, in characters."""

    field: str
    text: str
    marks: list[tuple[int, int]]

    @property
    def pieces(self) -> Iterator[tuple[str, bool]]:
        """The text in pieces, each with whether it is marked."""
        at = 0
        for begin, end in self.marks:
            yield self.text[at:begin], False
            yield self.text[begin:end], True
            at = end
        yield self.text[at:], False


def of_entry(file: File, query: Query) -> list[Highlight]:
    """Return name, folder and tags with what of the query is in them; those that have nothing of it are left out."""
    texts = [("name", file.name), ("folder", file.folder), *(("tags", tag) for tag in file.tags)]
    parts = [term.text for term in query.terms()]
    found = []
    for field, raw in texts:
        text = unicodedata.normalize("NFC", raw)
        folded, origins = _mapped(text)
        spans = [(at, at + len(part)) for part in parts for at in _places(folded, part)]
        found.append(Highlight(field, text, _merged(spans, origins)))
    return [highlight for highlight in found if highlight.marks]


class Finder:
    """Finds a query's words in the texts of one page."""

    def __init__(self, query: Query) -> None:
        self._terms = [term for term in query.terms() if term.words]
        needles = dict.fromkeys(word for term in self._terms for word in term.words)
        self._needles = list(needles)[:WORDS_MAX]
        self._room = FOLD_MAX

    def fragments(self, body: str) -> list[Highlight]:
        """Return pieces of the text around the first place of each word, with all of the query's words marked."""
        found = []
        for begin, end in _windows(self._first_places(body)):
            text = _excerpt(body, begin, end)
            folded, origins = _mapped(text)
            spans = [span for term in self._terms for span in _words_of(folded, term)]
            if marks := _merged(spans, origins):
                found.append(Highlight("content", text, marks))
        return found[:FRAGMENTS]

    def _first_places(self, body: str) -> list[int]:
        """Return roughly where each word is first, in order of the text."""
        missing, places = set(self._needles), []
        for begin in range(0, len(body), CHUNK):
            start = max(0, begin - WORD_MAX)
            piece = body[start : begin + CHUNK]
            if not piece.isascii() and (room := self._room - len(piece)) >= 0:
                self._room = room
            elif not piece.isascii():
                break
            folded = fold(piece)
            for word in [word for word in missing if word in folded]:
                at = next((at for at in _places(folded, word) if at or not start), None)
                if at is not None and is_word(folded, at, at + len(word), is_open=True):
                    missing.discard(word)
                    places.append(start + at * len(piece) // len(folded))
            if not missing:
                break
        return sorted(places)


def _words_of(folded: str, term: Term) -> Iterator[tuple[int, int]]:
    """Yield where the words of the term are in a folded text."""
    for number, word in enumerate(term.words, 1):
        is_open = term.is_open and number == len(term.words)
        for at in _places(folded, word):
            if is_word(folded, at, at + len(word), is_open=is_open):
                yield at, at + len(word)


def _places(folded: str, part: str) -> Iterator[int]:
    at = folded.find(part)
    while at >= 0:
        yield at
        at = folded.find(part, at + 1)


def _mapped(text: str) -> tuple[str, list[int]]:
    """Return the folded text, and for each of its characters, and its end, where it comes from."""
    if text.isascii():
        return text.lower(), list(range(len(text) + 1))
    folded: list[str] = []
    origins: list[int] = []
    for match in _RUN.finditer(text):
        piece = fold(match[0])
        folded.append(piece)
        begin, end = match.span()
        origins += range(begin, end) if match[0].isascii() else [begin] * len(piece)
    return "".join(folded), [*origins, len(text)]


def _merged(spans: Iterable[tuple[int, int]], origins: list[int]) -> list[tuple[int, int]]:
    """Return spans of a folded text as spans of the text itself, in order and apart from each other."""
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        begin, end = origins[begin], max(origins[end], origins[end - 1] + 1)
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged


def _windows(places: list[int]) -> list[tuple[int, int]]:
    """Return what to show around the places; windows that meet are one."""
    windows: list[tuple[int, int]] = []
    for place in places:
        begin, end = max(0, place - BEFORE), place + AFTER
        if windows and begin <= windows[-1][1]:
            windows[-1] = (windows[-1][0], end)
        else:
            windows.append((begin, end))
    return windows


def _excerpt(body: str, begin: int, end: int) -> str:
    """Return a piece of the text on one line, cut between words where there are some."""
    piece = unicodedata.normalize("NFC", body[begin:end])
    if begin and (cut := piece.find(" ", 0, BEFORE // 2)) >= 0:
        piece = piece[cut:]
    if end < len(body) and (cut := piece.rfind(" ", -BEFORE // 2)) >= 0:
        piece = piece[:cut]
    line = " ".join(piece.split())
    return f"{'… ' if begin else ''}{line}{' …' if end < len(body) else ''}"

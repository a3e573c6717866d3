"""Text as search sees it: folded, in words, in pairs of characters.

Pure, and the one place that knows: what is stored and what is asked for go through the same functions. PostgreSQL's
own parser is left out, because it takes `shop-access.log` for the name of a host and `/api/orders` for one word.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

WORD_MAX = 80
"""Characters of a word that count; a longer one (Base64, a genome) is found by its beginning."""
VECTOR_BYTES = 900_000
"""What words and positions may take: a tsvector ends at 1 MiB."""
_POSITIONS, _TIMES = (
    16_383,
    255,
)  # the highest position that a tsvector knows, and how many it keeps of a word

# What people leave out when they type: accents of Latin, Greek and Cyrillic, points of Hebrew, vowels of Arabic.
_ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]+")
# Scripts without blanks between words: Thai, Lao, Myanmar, Khmer, Japanese, Chinese.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_MARKS = "".join(
    chr(code)
    for code in (*range(0x300, 0x1D00), *range(0xA800, 0xAC00))
    if unicodedata.category(chr(code)).startswith("M")
)
_WORD = re.compile(rf"(?P<unspaced>[{_UNSPACED}]+)|(?:(?![{_UNSPACED}])[^\W_]|[{_MARKS}])+")
_ASCII_WORD = re.compile("[a-z0-9]+")
_LETTER = re.compile(rf"[^\W_]|[{_MARKS}]")
_COMBINING = "".join(chr(code) for code in range(0x300, 0x20000) if unicodedata.combining(chr(code)))
_STACK = re.compile(f"([{_COMBINING}]{{30}})[{_COMBINING}]+")
"""More marks on one letter than any script has (UAX 15, stream-safe text): to bring them in order takes the square of
their number."""
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")


def fold(text: str) -> str:
    """Return the text without case, accents and other ways of writing the same letters (ﬁ, Ａ, ²)."""
    if text.isascii():
        return text.lower()
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", _STACK.sub(r"\1", text)))
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFKD", bare.casefold())))


def words(folded: str) -> Iterator[str]:
    """Yield the words of folded text in order; where a script has none, all pairs of neighbouring characters."""
    if folded.isascii():
        for match in _ASCII_WORD.finditer(folded):
            yield match[0][:WORD_MAX]
        return
    for match in _WORD.finditer(folded):
        if match["unspaced"] and len(match[0]) > 2:
            yield from pairs(match[0])
        else:
            yield match[0][:WORD_MAX]


def pairs(text: str) -> Iterator[str]:
    """Yield all pairs of neighbouring characters. The database's function `files_pairs` does the same."""
    for at in range(len(text) - 1):
        yield text[at : at + 2]


def is_word(text: str, begin: int, end: int, *, is_open: bool = False) -> bool:
    """Say whether a word of folded text begins and ends there; one that `is_open` may go on."""
    return _is_border(text, begin) and (is_open or end - begin >= WORD_MAX or _is_border(text, end))


def _is_border(text: str, at: int) -> bool:
    if not 0 < at < len(text):
        return True
    both = text[at - 1 : at + 1]
    return not all(map(_LETTER.match, both)) or any(map(_IS_UNSPACED.match, both))


def folded_entry(name: str, folder: str, tags: Sequence[str]) -> str:
    """Return what the name of a file is searched in: its name, its path and its tags, a line each."""
    return fold("\n".join([name, f"{folder}/{name}" if folder else "", *tags]))


def vector(*parts: tuple[str, Iterable[str]]) -> str:
    """Return words in order as PostgreSQL reads a tsvector; each part is a weight and its words.

    Positions begin anew after the last one that a tsvector knows: so neighbours stay neighbours, and a phrase is
    found in a text of any length.
    """
    places: dict[str, list[str]] = {}
    at, room = 0, VECTOR_BYTES
    for weight, found in parts:
        for word in found:
            known = places.setdefault(word, [])
            room -= 2 if known else len(word.encode()) + 8
            if room < 0:
                break
            if len(known) < _TIMES:
                known.append(f"{at % _POSITIONS + 1}{weight}")
            at += 1
    return " ".join(f"'{word}':{','.join(where)}" for word, where in places.items() if where)

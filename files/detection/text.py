"""Text, and what kind of it."""

import codecs
import csv
import json
import re
from collections import Counter
from typing import NamedTuple

from files.choices import Kind
from files.detection.names import text_from_name
from files.detection.result import Detected

PLAIN = Detected("text/plain", Kind.TEXT)

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROL = re.compile("[\x00-\x06\x0e-\x1a\x1c-\x1f\x7f]")
_FEW_CONTROLS = 0.002

_JSON_TOKEN = re.compile(
    r'\s*(?:[{}\[\],:]|"(?:[^"\\\x00-\x1f]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true\b|false\b|null\b)\s*'
)
_JSON_TAIL = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*\\?|-?[\d.eE+-]*|[a-z]{0,5}')
# A comment ends at its first end, whatever comes after it: to look for later ones would take for ever.
_HTML = re.compile(r"(?>\s*<!--.*?-->)*\s*<(?:!doctype\s+html|html|head|body|frameset)\b", re.I | re.S)
_XML = re.compile(r"<\?xml\b|<!DOCTYPE\s|<!--|<([A-Za-z_][\w.:-]*)(?:\s[^<>]*)?/?>")
_SQL = re.compile(
    r"^[ \t]*(?:CREATE\s+(?:OR\s+REPLACE\s+)?(?:TABLE|DATABASE|INDEX|UNIQUE|VIEW|FUNCTION|SCHEMA)|INSERT\s+INTO|"
    r"ALTER\s+TABLE|DROP\s+(?:TABLE|DATABASE)|SELECT\s[^;]{1,200}\sFROM)\b",
    re.I | re.M,
)
_TIMES = re.compile(
    r"\d{4}[-/.]\d{2}[-/.]\d{2}[ T]\d{2}:\d{2}"  # 2026-01-31 12:00, ISO 8601
    r"|[A-Z][a-z]{2} {1,2}\d{1,2} \d{2}:\d{2}:\d{2}"  # syslog, Apache errors
    r"|\d{1,2}/[A-Z][a-z]{2}/\d{4}:\d{2}:\d{2}"  # Apache accesses
    r"|^\d{2}-\d{2} \d{2}:\d{2}:\d{2}"  # Android
    r"|^\d{6} \d{6} \d+ [A-Z]+ "  # Hadoop
    r"|^\[?\d{2}:\d{2}:\d{2}[.,\]]"
    r"|\b1[0-9]{9}\b.*[A-Za-z]{3}"  # seconds since 1970, and words
)
_CODE = re.compile(
    r"^[ \t]*(?:#[ \t]*(?:include|define|ifndef|pragma)\b|import [\w.{]+|from [\w.]+ import |def \w+\(.*:|"
    r"class \w++.*[:{]|"
    r"(?:public|private|static|export|async) .*[({]|function \w*\(|(?:const|let|var) \w+ =|package [\w.]+;?$|"
    r"func \w+\(|fn \w+[(<]|using [\w.:]+;)",
    re.M,
)
_LETTERS = re.compile("[A-Za-z*-]+")  # nucleotides or amino acids
_MARKDOWN = re.compile(r"^#{1,6} \S|^```|^[ \t]*[-*] \[[ x]\] |\[[^\]\n]{1,200}\]\([^)\n]{1,400}\)", re.M)
_SHEBANGS = (
    ("python", "text/x-python"),
    ("node", "text/javascript"),
    ("perl", "text/x-perl"),
    ("ruby", "text/x-ruby"),
)


def from_text(head: bytes, name: str, *, whole: bool) -> Detected | None:
    """Return the kind of text that `head` is, or None where it is none; `whole`: nothing comes after it."""
    found = _decoded(head, whole=whole)
    if found is None:
        return None
    text = found.text
    body = text.lstrip("\ufeff \t\r\n")
    return (
        _from_marks(body, whole=whole)
        or _from_genome(body)
        or text_from_name(name)
        or _from_lines(text, whole=whole)
        or PLAIN
    )


class Decoded(NamedTuple):
    """Text, and how the bytes from `start` on say it."""

    text: str
    encoding: str
    start: int = 0


def text_of(data: bytes, *, head_bytes: int, whole: bool) -> str | None:
    """Return all of `data` as text, or None where its first `head_bytes` are none; what is broken later is marked.

    `whole`: nothing comes after it.
    """
    found = _decoded(data[:head_bytes], whole=whole and len(data) <= head_bytes)
    if found is None or len(data) <= head_bytes:
        return found.text if found else None
    return codecs.getincrementaldecoder(found.encoding)("replace").decode(data[found.start :], whole)


def _decoded(head: bytes, *, whole: bool) -> Decoded | None:
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return _decode(head, encoding, whole=whole, start=len(bom))
    found = _decode(head, "utf-8", whole=whole)
    if found is None and head.count(0) == 0:
        found = _decode(head, "cp1252", whole=whole) if _looks_western(head) else None
    if found is None or "\x00" in found.text:
        return _utf16_without_bom(head, whole=whole)
    return found


def _decode(data: bytes, encoding: str, *, whole: bool, start: int = 0) -> Decoded | None:
    """Return the text, or None where it is none of that encoding or has the controls of binary data."""
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(data[start:], whole)
    except UnicodeDecodeError:
        return None
    controls = sum(1 for _ in _CONTROL.finditer(text))
    return Decoded(text, encoding, start) if controls <= len(text) * _FEW_CONTROLS else None


def _looks_western(head: bytes) -> bool:
    """Say whether the bytes above ASCII are as rare as letters with accents are."""
    high = sum(1 for byte in head if byte >= 0x80)
    return high <= len(head) * 0.3 and len(head) >= 4


def _utf16_without_bom(head: bytes, *, whole: bool) -> Decoded | None:
    """Return text of mostly ASCII characters in two bytes each; other scripts without a mark stay binary."""
    if len(head) < 8:
        return None
    even, odd = head[::2].count(0) / len(head[::2]), head[1::2].count(0) / len(head[1::2])
    if odd > 0.7 and even < 0.05:
        return _decode(head[: len(head) // 2 * 2], "utf-16-le", whole=whole)
    if even > 0.7 and odd < 0.05:
        return _decode(head[: len(head) // 2 * 2], "utf-16-be", whole=whole)
    return None


def _from_marks(body: str, *, whole: bool) -> Detected | None:
    """Recognise what its first characters give away."""
    if body.startswith("#!"):
        first = body.partition("\n")[0]
        return Detected(
            next((t for word, t in _SHEBANGS if word in first), "text/x-shellscript"), Kind.SOURCE
        )
    if body[:1] in ("{", "["):
        return _json(body, whole=whole)
    if body.startswith("<"):
        if _HTML.match(body[:4096]):
            return Detected("text/html", Kind.HTML)
        match = _XML.match(body)
        if match and (match[1] is None or "</" in body or "/>" in body[:4096]):
            svg = re.search(r"<svg[\s>]", body[:4096])
            return Detected("image/svg+xml" if svg else "application/xml", Kind.XML)
    return None


def _json(body: str, *, whole: bool) -> Detected | None:
    at = 0
    while match := _JSON_TOKEN.match(body, at):
        at = match.end()
    rest = body[at:]
    if rest and (whole or not _JSON_TAIL.fullmatch(rest)):
        return None
    lines = [line for line in body.splitlines()[: None if whole else -1] if line.strip()]
    if len(lines) > 1 and all(map(_is_json, lines[:3])):
        return Detected("application/x-ndjson", Kind.NDJSON)
    return (
        Detected("application/json", Kind.JSON) if re.search(r'["\d\]}]|true|false|null', body[1:]) else None
    )


def _is_json(line: str) -> bool:
    try:
        return isinstance(json.loads(line), (dict, list))
    except (ValueError, RecursionError):
        return False


def _from_genome(body: str) -> Detected | None:
    lines = body.splitlines()[:4]
    if len(lines) < 2 or not _LETTERS.fullmatch(lines[1]):
        return None
    if (
        body.startswith("@")
        and len(lines) == 4
        and lines[2].startswith("+")
        and len(lines[1]) == len(lines[3])
    ):
        return Detected("text/x-fastq", Kind.GENOME)
    if body.startswith(">") and len(lines[1]) >= 10:
        return Detected("text/x-fasta", Kind.GENOME)
    return None


def _from_lines(text: str, *, whole: bool) -> Detected | None:
    """Recognise what repeats from line to line."""
    lines = text.splitlines()
    lines = [line for line in (lines if whole or len(lines) < 2 else lines[:-1])[:200] if line.strip()]
    if not lines:
        return None
    if table := _table(lines):
        return table
    if sum(1 for line in lines if _TIMES.search(line[:80])) >= len(lines) * 0.6:
        return Detected("text/plain", Kind.LOG)
    start = text[:16384]
    if len(_SQL.findall(start)) >= 1 and ";" in start:
        return Detected("application/sql", Kind.SQL)
    if len(_CODE.findall(start)) >= max(2, len(lines) * 0.05):
        return Detected("text/plain", Kind.SOURCE)
    if len(_MARKDOWN.findall(start)) >= max(2, len(lines) * 0.05):
        return Detected("text/markdown", Kind.MARKDOWN)
    return None


def _table(lines: list[str]) -> Detected | None:
    """Recognise a table by a delimiter that splits nearly every line into the same number of short fields."""
    if len(lines) < 3:
        return None
    for delimiter in ",\t;|":
        if sum(delimiter in line for line in lines) < len(lines) * 0.95:
            continue
        try:
            rows = [row for row in csv.reader(lines, delimiter=delimiter) if row]
        except csv.Error:
            continue
        width, times = Counter(map(len, rows)).most_common(1)[0]
        fields = [field for row in rows for field in row]
        prose = sum(field.startswith(" ") for field in fields) > len(fields) * 0.3
        if width > 1 and times >= len(rows) * 0.95 and not prose and sum(map(len, fields)) < len(fields) * 60:
            return Detected("text/tab-separated-values" if delimiter == "\t" else "text/csv", Kind.CSV)
    return None

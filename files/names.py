"""Names that clients give, made safe: of any script, never a path."""

import re

from core.errors import Invalid

NAME_MAX = 255
UNNAMED = "unnamed"

# Controls, ends of lines, lone surrogates, marks that make a name read otherwise than it is ("exe.txt" for "txt.exe").
_NEVER = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_EXTENSION = re.compile(r"(\.tar)?\.[^.]{1,15}$", re.IGNORECASE)


def clean_name(name: str) -> str:
    """Return the last part of `name` without what no file name may have; too long a one keeps its extension."""
    last = re.split(r"[/\\]", name)[-1]
    last = _NEVER.sub("", last).strip()
    if last in {"", ".", ".."}:
        return UNNAMED
    if len(last) > NAME_MAX:
        match = _EXTENSION.search(last)
        extension = match[0] if match else ""
        last = last[: NAME_MAX - len(extension)].rstrip() + extension
    return last


def clean_folder(folder: str) -> str:
    """Return a folder path with single slashes between its parts; Invalid where a part leads elsewhere."""
    parts = [_NEVER.sub("", part).strip() for part in re.split(r"[/\\]", folder)]
    parts = [part for part in parts if part]
    if ".." in parts or "." in parts:
        raise Invalid.field("folder", "A folder path may not contain “.” or “..”.")
    return "/".join(parts)

"""What content is, in words."""

from compression.engine.analysed import Analysis

RANDOM_BITS = 7.9
"""Bits for a byte from which on there is hardly anything to gain."""
TEXT_SHARE = 0.95


def summary(found: Analysis) -> str:
    """Return in a line what the content is."""
    if not found.size:
        return "Nothing: the file is empty"
    if found.shown is None:
        return _without_structure(found)
    if found.records is not None:
        fields = len(found.records.widths)
        said = f"Records of {counted(found.records.stride, 'byte')}, {counted(fields, 'field')}"
        return f"{said}, after {counted(found.records.skip, 'byte')}" if found.records.skip else said
    reason = found.findings[found.shown].reason
    return reason[:1].upper() + reason[1:]


def _without_structure(found: Analysis) -> str:
    if found.features["entropy_0"] >= RANDOM_BITS:
        return "Bytes like random ones: compressed or encrypted already"
    if found.features["ascii"] >= TEXT_SHARE:
        return "Text without columns or templates that would pay"
    return "Bytes without a structure that would pay"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: 1 byte, 24 bytes."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}".replace(",", "\u202f")

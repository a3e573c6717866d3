"""The blocks of a container as their page shows them."""

from collections import Counter
from typing import Any

from compression.analyses.pictures import LABELLED
from compression.analyses.words import counted
from compression.engine.blockmap import EXAMINED, Block, BlockMap, Used
from core.formatting import change, count, percent, ratio, significant, size

# Colours of the leaf of a plain pipeline; one with transforms has that of dynamic ones.
LEAF_COLOURS = {
    "zstd": "c1",
    "lz4": "c1",
    "brotli": "c1",
    "lzma": "c2",
    "bzip3": "c4",
    "pcodec": "c5",
    "store": "c6",
}
WORDS = {
    "c1": "plain: Zstandard, LZ4, Brotli",
    "c2": "plain: LZMA",
    "c3": "transforms, or context mixing",
    "c4": "plain: bzip3",
    "c5": "plain: pcodec",
    "c6": "stored as it is",
}
STRENGTHS = (0.46, 0.28, 0.4, 0.2, 0.34)
"""Of the colour, to tell pipelines of one group apart; text on it stays readable."""


def of(found: BlockMap) -> dict[str, Any]:
    """Return what the page needs."""
    return {
        "facts": _facts(found),
        "ratio": found.size / found.packed_size if found.packed_size else None,
        "bar": _bar(found),
        "legend": [(colour, WORDS[colour]) for colour in sorted({colour_of(one) for one in found.pipelines})],
        "blocks": [_row(found, block) for block in found.blocks],
        "pipelines": [_pipeline(found, number) for number in range(len(found.pipelines))],
        "notes": _notes(found),
    }


def colour_of(used: Used) -> str:
    """Return the colour of a pipeline."""
    return LEAF_COLOURS.get(used.leaves[0], "c3") if used.plain else "c3"


def _facts(found: BlockMap) -> list[tuple[str, str]]:
    facts = [
        ("Original", size(found.size)),
        ("Compressed", size(found.packed_size)),
        ("Blocks", count(found.blocks_total)),
        ("Pipelines", count(len(found.pipelines))),
    ]
    return [*facts, ("SHA-256 of the content", f"{found.sha256[:16]}…")] if found.sha256 else facts


def _notes(found: BlockMap) -> list[str]:
    notes = []
    if len(found.blocks) < found.blocks_total:
        notes.append(
            f"{count(len(found.blocks))} of {count(found.blocks_total)} blocks are shown, evenly spread."
        )
    if found.examined < len(found.blocks):
        why = "" if found.examined >= EXAMINED else ": the time for it was spent"
        notes.append(f"Others were tried on {count(found.examined)} of them, evenly spread{why}.")
    if any(block.examined and block.examined.sample < block.size for block in found.blocks):
        sample = max(block.examined.sample for block in found.blocks if block.examined)
        notes.append(f"Of a block larger than {size(sample)} its first part was tried.")
    return notes


def _bar(found: BlockMap) -> list[dict[str, Any]]:
    """Each block as long as its content."""
    total = sum(block.size for block in found.blocks) or 1
    parts, start = [], 0.0
    for block in found.blocks:
        share = 100 * block.size / total
        parts.append(
            {
                "x": f"{start:.4f}",
                "width": f"{share:.4f}",
                "middle": f"{start + share / 2:.4f}",
                "number": ratio(block.ratio) if share >= LABELLED else "",
                "group": colour_of(found.pipelines[block.pipeline]),
                "strength": STRENGTHS[block.pipeline % len(STRENGTHS)],
                "words": _words(found, block),
            }
        )
        start += share
    return parts


def _words(found: BlockMap, block: Block) -> str:
    said = f"Block {block.number + 1}: {size(block.size)}, {ratio(block.ratio)} times smaller"
    said += f", pipeline {block.pipeline + 1}"
    tried = block.examined
    if tried and tried.margin is not None:
        said += f"; next best {tried.rival} {change(tried.margin)}"
    return said


def _row(found: BlockMap, block: Block) -> dict[str, Any]:
    used, tried = found.pipelines[block.pipeline], block.examined
    return {
        "block": block,
        "number": block.number + 1,
        "pipeline": block.pipeline + 1,
        "colour": colour_of(used),
        "ratio": ratio(block.ratio),
        "rival": tried.rival if tried else "",
        "margin": change(tried.margin) if tried and tried.margin is not None else "",
        "better": tried is not None and tried.margin is not None and tried.margin < 0,
        "leaves": leaf_shares(found, block) if tried else "",
    }


def leaf_shares(found: BlockMap, block: Block) -> str:
    """Return what the leaves of a block take, those of one kind together, the largest first."""
    if block.examined is None:
        return ""
    by_leaf: Counter[str] = Counter()
    for leaf, taken in zip(found.pipelines[block.pipeline].leaves, block.examined.leaf_bytes, strict=True):
        by_leaf[leaf] += taken
    total = max(block.packed_size, 1)
    shares = [f"{leaf} {percent(taken / total)}" for leaf, taken in by_leaf.most_common() if taken]
    if block.examined.head_bytes / total >= 0.01:
        shares.append(f"notes {percent(block.examined.head_bytes / total)}")
    return ", ".join(shares)


def _pipeline(found: BlockMap, number: int) -> dict[str, Any]:
    used = found.pipelines[number]
    mine = [block for block in found.blocks if block.pipeline == number]
    content, packed = sum(one.size for one in mine), sum(one.packed_size for one in mine)
    leaves = Counter(used.leaves)
    return {
        "number": number + 1,
        "used": used,
        "colour": colour_of(used),
        "words": used.words[:1].upper() + used.words[1:],
        "leaves": ", ".join(
            f"{taken} × {leaf}" if taken > 1 else leaf for leaf, taken in leaves.most_common()
        ),
        "blocks": counted(used.blocks, "block"),
        "ratio": significant(content / packed) if packed else "–",
    }

"""A pipeline as a tree that can be drawn."""

from typing import Any

from compression.engine.parts import Part
from compression.engine.pipeline import Node, Pipeline

MOST_DRAWN = 300
SETTINGS_CHARS = 120


def drawn(pipeline: Pipeline) -> dict[str, Any]:
    """The tree: each node `{id, title, settings, leaf, then}`; `leaf` is the number of one that ends a stream.

    Beyond MOST_DRAWN nodes those that follow are left out, and their parent says how many with `more`.
    """
    left = MOST_DRAWN

    def draw(node: Node | int) -> dict[str, Any]:
        nonlocal left
        left -= 1
        if not isinstance(node, Node):
            return {**_part(pipeline.leaves[node]), "leaf": node, "then": []}
        found: dict[str, Any] = {**_part(node.transform), "leaf": None, "then": []}
        for number, child in enumerate(node.children):
            if left <= 0:
                found["more"] = len(node.children) - number
                break
            found["then"].append(draw(child))
        return found

    return draw(pipeline.root)


def _part(part: Part) -> dict[str, Any]:
    values = {name: value for name, value in part.config().items() if name not in ("id", "version")}
    words = ", ".join(f"{name.replace('_', ' ')} {_shown(value)}" for name, value in values.items())
    return {"id": part.id, "title": part.title, "settings": words[:SETTINGS_CHARS]}


def _shown(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)

"""The leaves: one file each, found by being here. `base.py` is the contract."""

import importlib
import pkgutil

from compression.engine.leaves.base import Leaf, leaf, leaves

__all__ = ["Leaf", "leaf", "leaves"]

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

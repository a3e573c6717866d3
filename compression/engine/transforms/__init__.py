"""The transforms: one file each, found by being here. `base.py` is the contract."""

import importlib
import pkgutil

from compression.engine.transforms.base import Encoded, Transform, transform, transforms

__all__ = ["Encoded", "Transform", "transform", "transforms"]

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

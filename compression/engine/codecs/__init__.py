"""The codecs: one file per family, found by being here. `base.py` is the contract, `registry.py` the list."""

import importlib
import pkgutil

from compression.engine.codecs.base import Codec, Levels
from compression.engine.codecs.registry import all_codecs, codec_from, get, register

__all__ = ["Codec", "Levels", "all_codecs", "codec_from", "get", "register"]

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

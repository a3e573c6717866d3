"""The analysis: what content is made of. One file for each family of structure, found by being here."""

import importlib
import pkgutil

from compression.engine.analysis.proposals import Proposal, proposals, proposer, proposers

__all__ = ["Proposal", "proposals", "proposer", "proposers"]

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

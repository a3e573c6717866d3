"""Exact numbers of compressions over any period: sums of whole hours, and the ledger for what they do not cover."""

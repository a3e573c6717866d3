"""Batches: many files with one or several algorithms, in one job that goes on where it was interrupted."""

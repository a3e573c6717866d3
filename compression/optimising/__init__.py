"""Searching for the best way to compress a file, and the algorithms that come of it."""

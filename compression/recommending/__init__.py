"""Recommending: what to compress some content with, kept so that it can be compared with what came of it."""

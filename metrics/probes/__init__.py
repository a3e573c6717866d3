"""Probes: one file for each source of values. They know no Django."""

"""Algorithms: their life, the tests they pass, the ones that people compose, what outcomes say of each."""

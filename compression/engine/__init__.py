"""The compression engine: a pure library, bytes in and better bytes out. It knows nothing of Django."""

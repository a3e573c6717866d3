"""Compression: the engine and the application around it."""

from pkgutil import extend_path

# Python 3.14 has a standard package of this name, on which gzip, bz2, lzma and others stand. Its modules stay
# importable beside ours.
__path__ = extend_path(__path__, __name__)

"""Codecs at work on untrusted bytes: every call in a confined child process, so that a crash ends one call.

The client reaches a codec host (`host.py`) over a unix socket; the host forks a child for each call, which is passed
the two descriptors and confines itself before it reads a byte.
"""

from compression.engine.isolation.client import decode, decode_bytes, encode, encode_bytes
from compression.engine.isolation.protocol import DecodeReport, EncodeReport

__all__ = ["DecodeReport", "EncodeReport", "decode", "decode_bytes", "encode", "encode_bytes"]

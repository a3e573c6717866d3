"""Codecs and archives at work on untrusted bytes: every call in a confined child, so that a crash ends one call.

The client reaches a codec host (`host.py`) over a unix socket; the host forks a child for each call, which is passed
its descriptors and confines itself before it reads a byte.
"""

from compression.engine.inspecting import Info
from compression.engine.isolation.batch import Encoded, encode_many
from compression.engine.isolation.client import decode, decode_bytes, encode, encode_bytes, inspect
from compression.engine.isolation.protocol import DecodeReport, EncodeReport, UnpackReport
from compression.engine.isolation.unpack import Unpacking
from compression.engine.isolation.unpack import unpack as unpack

__all__ = [
    "DecodeReport",
    "EncodeReport",
    "Encoded",
    "Info",
    "UnpackReport",
    "Unpacking",
    "decode",
    "decode_bytes",
    "encode",
    "encode_bytes",
    "encode_many",
    "inspect",
    "unpack",
]

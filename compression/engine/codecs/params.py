"""The declaration of a codec's parameters: one place from which validation, JSON and JSON Schema follow.

    level: int = parameter(Integer("Level", 1, 9), default=6)

A parameter is a field of the codec's dataclass; its declaration travels in the field's metadata.
"""

import base64
import binascii
from abc import ABC, abstractmethod
from dataclasses import dataclass, field, fields
from typing import Any

from compression.engine.wire import Reader, Writer

_METADATA_KEY = "parameter"


@dataclass(frozen=True)
class Parameter(ABC):
    """What values a parameter may have. `title` and `help` are for people."""

    title: str
    help: str = field(default="", kw_only=True)

    @abstractmethod
    def check(self, value: Any) -> None:
        """Raise ValueError, with a sentence that can follow the parameter's name, where `value` is not allowed."""

    @abstractmethod
    def schema(self) -> dict[str, Any]:
        """The JSON Schema (2020-12) of the values, in their JSON form."""

    def to_json(self, value: Any) -> Any:
        """The JSON form of a valid value."""
        return value

    def from_json(self, value: Any) -> Any:
        """The value of a JSON form; raises ValueError. What is allowed is checked by `check`."""
        return value

    @abstractmethod
    def pack(self, writer: Writer, value: Any) -> None:
        """Write a valid value that is not None."""

    @abstractmethod
    def unpack(self, reader: Reader) -> Any:
        """The inverse of `pack`; raises CorruptStream. What is allowed is checked by `check`."""


@dataclass(frozen=True)
class Integer(Parameter):
    """A whole number from `minimum` to `maximum`; None as well ("choose for me") where `optional`."""

    minimum: int
    maximum: int
    optional: bool = False

    def check(self, value: Any) -> None:
        if value is None and self.optional:
            return
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValueError("must be a whole number")
        if not self.minimum <= value <= self.maximum:
            raise ValueError(f"must be from {self.minimum} to {self.maximum}")

    def schema(self) -> dict[str, Any]:
        kind: str | list[str] = ["integer", "null"] if self.optional else "integer"
        return {"type": kind, "minimum": self.minimum, "maximum": self.maximum}

    def pack(self, writer: Writer, value: int) -> None:
        writer.number(value - self.minimum)

    def unpack(self, reader: Reader) -> int:
        return self.minimum + reader.number(self.maximum - self.minimum)


@dataclass(frozen=True)
class Integers(Parameter):
    """A list of `least` to `most` whole numbers from `minimum` to `maximum`, as a tuple."""

    minimum: int
    maximum: int
    most: int
    least: int = 0

    def check(self, value: Any) -> None:
        if not isinstance(value, tuple) or not self.least <= len(value) <= self.most:
            raise ValueError(f"must be a list of {self.least} to {self.most} whole numbers")
        for item in value:
            if (
                not isinstance(item, int)
                or isinstance(item, bool)
                or not self.minimum <= item <= self.maximum
            ):
                raise ValueError(f"must hold whole numbers from {self.minimum} to {self.maximum}")

    def schema(self) -> dict[str, Any]:
        items = {"type": "integer", "minimum": self.minimum, "maximum": self.maximum}
        return {"type": "array", "items": items, "minItems": self.least, "maxItems": self.most}

    def to_json(self, value: tuple[int, ...]) -> list[int]:
        return list(value)

    def from_json(self, value: Any) -> tuple[int, ...]:
        if not isinstance(value, (list, tuple)):
            raise ValueError("must be a list")
        return tuple(value)

    def pack(self, writer: Writer, value: tuple[int, ...]) -> None:
        writer.numbers(item - self.minimum for item in value)

    def unpack(self, reader: Reader) -> tuple[int, ...]:
        numbers = reader.numbers(self.most, self.maximum - self.minimum)
        return tuple(self.minimum + number for number in numbers)


@dataclass(frozen=True)
class Choice(Parameter):
    """One of a few words."""

    options: tuple[str, ...]

    def check(self, value: Any) -> None:
        if value not in self.options:
            raise ValueError(f"must be one of {', '.join(self.options)}")

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.options)}

    def pack(self, writer: Writer, value: str) -> None:
        writer.number(self.options.index(value))

    def unpack(self, reader: Reader) -> str:
        return self.options[reader.number(len(self.options) - 1)]


@dataclass(frozen=True)
class Flag(Parameter):
    """Yes or no."""

    def check(self, value: Any) -> None:
        if not isinstance(value, bool):
            raise ValueError("must be true or false")

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}

    def pack(self, writer: Writer, value: Any) -> None:
        writer.number(int(value))

    def unpack(self, reader: Reader) -> bool:
        return bool(reader.number(1))


@dataclass(frozen=True)
class Binary(Parameter):
    """Bytes, at most `max_bytes`; base64 in JSON."""

    max_bytes: int

    def check(self, value: Any) -> None:
        if not isinstance(value, bytes):
            raise ValueError("must be bytes")
        if len(value) > self.max_bytes:
            raise ValueError(f"must be at most {self.max_bytes} bytes long")

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "contentEncoding": "base64", "maxLength": (self.max_bytes + 2) // 3 * 4}

    def to_json(self, value: bytes) -> str:
        return base64.b64encode(value).decode()

    def from_json(self, value: Any) -> bytes:
        try:
            return base64.b64decode(value, validate=True)
        except (TypeError, ValueError, binascii.Error) as error:
            raise ValueError("must be base64") from error

    def pack(self, writer: Writer, value: bytes) -> None:
        writer.string(value)

    def unpack(self, reader: Reader) -> bytes:
        return bytes(reader.string(self.max_bytes))


@dataclass(frozen=True)
class Text(Parameter):
    """Printable ASCII characters, at most `max_length`."""

    max_length: int

    def check(self, value: Any) -> None:
        if not isinstance(value, str) or not value.isascii() or not value.isprintable():
            raise ValueError("must be text of printable ASCII characters")
        if len(value) > self.max_length:
            raise ValueError(f"must be at most {self.max_length} characters long")

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[ -~]*$", "maxLength": self.max_length}

    def pack(self, writer: Writer, value: str) -> None:
        writer.string(value.encode("ascii"))

    def unpack(self, reader: Reader) -> str:
        return bytes(reader.string(self.max_length)).decode("latin-1")


def parameter(declaration: Parameter, *, default: Any) -> Any:
    """A dataclass field that is a parameter of a codec."""
    return field(default=default, metadata={_METADATA_KEY: declaration})


def declared(codec: Any) -> dict[str, Parameter]:
    """The parameters of a codec (class or value) by name, in the order of their declaration."""
    return {
        item.name: item.metadata[_METADATA_KEY] for item in fields(codec) if _METADATA_KEY in item.metadata
    }


def defaults(codec: Any) -> dict[str, Any]:
    """The default of each parameter of a codec (class or value) by name."""
    return {item.name: item.default for item in fields(codec) if _METADATA_KEY in item.metadata}

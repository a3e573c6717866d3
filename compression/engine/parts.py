"""What transforms and leaves have in common: a registered id, parameters, and two written forms.

A part is a frozen value like a codec: its fields are its parameters. `config()` is JSON for people and programs;
`pack` writes the part into a container, where its `code` stands for its id and version. A code is never given twice:
whoever changes what a part decodes makes a new class with a new version and a new code and keeps the old one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Generic, Self, TypeVar, cast

from compression.engine.codecs import params
from compression.engine.errors import CorruptStream, InvalidParams
from compression.engine.wire import Reader, Writer


@dataclass(frozen=True)
class Part:
    """A transform or a leaf with its parameters."""

    id: ClassVar[str]
    version: ClassVar[int] = 1
    code: ClassVar[int]
    """The number in containers, 1 to 999; transforms and leaves count apart."""
    title: ClassVar[str]
    """A few words for people, in lower case: what it does."""

    def __post_init__(self) -> None:
        for name, declaration in params.declared(self).items():
            try:
                declaration.check(getattr(self, name))
            except ValueError as error:
                raise InvalidParams(f"{declaration.title} {error}", field=name) from None

    def config(self) -> dict[str, Any]:
        """The id and the parameters that differ from their default, as JSON data."""
        values = {
            name: item.to_json(getattr(self, name))
            for name, item in params.declared(self).items()
            if getattr(self, name) != params.defaults(self)[name]
        }
        return {"id": self.id, **({"version": self.version} if self.version > 1 else {}), **values}

    @classmethod
    def from_params(cls, values: Mapping[str, Any]) -> Self:
        """The part with these parameters in their JSON form; raises InvalidParams."""
        declared = params.declared(cls)
        if unknown := values.keys() - declared.keys():
            raise InvalidParams(f"{cls.id} has no parameter {min(unknown)!r}", field=min(unknown))
        native: dict[str, Any] = {}
        for name, value in values.items():
            try:
                native[name] = declared[name].from_json(value)
            except ValueError as error:
                raise InvalidParams(f"{declared[name].title} {error}", field=name) from None
        return cls(**native)

    def pack(self, writer: Writer) -> None:
        """Write the code, which parameters differ from their default (a bit each), and these."""
        writer.number(self.code)
        declared, standard = params.declared(self), params.defaults(self)
        if not declared:
            return
        changed = [name for name in declared if getattr(self, name) != standard[name]]
        writer.number(sum(1 << number for number, name in enumerate(declared) if name in changed))
        for name in changed:
            declared[name].pack(writer, getattr(self, name))

    @classmethod
    def unpack(cls, reader: Reader) -> Self:
        """The part whose parameters were packed here, after the code; raises CorruptStream."""
        declared = params.declared(cls)
        if not declared:
            return cls()
        changed = reader.number((1 << len(declared)) - 1)
        try:
            return cls(
                **{
                    name: item.unpack(reader)
                    for number, (name, item) in enumerate(declared.items())
                    if changed >> number & 1
                }
            )
        except (InvalidParams, ValueError) as error:
            raise CorruptStream(f"A part of the pipeline has impossible parameters: {error}") from None

    def __str__(self) -> str:
        """Short and for people: `delta(width=4)`."""
        values = ", ".join(f"{name}={value}" for name, value in self.config().items() if name != "id")
        return f"{self.id}({values})" if values else self.id


P = TypeVar("P", bound=Part)
C = TypeVar("C", bound=type[Part])


class Registry(Generic[P]):
    """The parts of one sort, by id and by code; refuses doubles and says what it knows."""

    def __init__(self, sort: str) -> None:
        self._sort = sort
        self._by_code: dict[int, type[P]] = {}
        self._by_id: dict[tuple[str, int], type[P]] = {}

    def register(self, cls: C) -> C:
        """Class decorator."""
        key = (cls.id, cls.version)
        for known in filter(None, (self._by_code.get(cls.code), self._by_id.get(key))):
            raise ValueError(f"{self._sort} {cls.__name__} takes the id or code of {known.__name__}")
        self._by_code[cls.code] = self._by_id[key] = cast(type[P], cls)
        return cls

    def all(self) -> Mapping[tuple[str, int], type[P]]:
        """Every class by id and version."""
        return MappingProxyType(self._by_id)

    def from_config(self, config: Mapping[str, Any]) -> P:
        """The part of a config; raises InvalidParams."""
        values = dict(config)
        key = (values.pop("id", None), values.pop("version", 1))
        if not isinstance(key[0], str) or not isinstance(key[1], int) or key not in self._by_id:
            known = ", ".join(sorted({name for name, _ in self._by_id}))
            raise InvalidParams(f"No {self._sort} {key[0]!r} of version {key[1]}; known: {known}", field="id")
        return self._by_id[key].from_params(values)

    def of_code(self, code: int, reader: Reader) -> P:
        """The part of a code whose parameters were packed here; raises CorruptStream."""
        if code not in self._by_code:
            raise CorruptStream(f"The pipeline has a {self._sort} of number {code}, which is unknown here")
        return self._by_code[code].unpack(reader)

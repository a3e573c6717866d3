"""What the address of the page of streams asks for; what it cannot mean is left out."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.http import QueryDict

from compression import names
from compression.choices import Operation
from compression.engine import formats
from compression.forms import ParamsForm
from compression.models import Algorithm
from compression.snippets import Settings, settings_of
from files.names import clean_name

if TYPE_CHECKING:
    from accounts.models import User

USUAL = "zstd"
UNNAMED = "FILE"
"""What the snippets call the file as long as none is chosen."""


@dataclass(frozen=True)
class Asked:
    """Which way, with which algorithm and settings; `algorithm` is None where the format is found from the bytes."""

    operation: Operation
    usable: QuerySet[Algorithm]
    algorithm: Algorithm | None
    params: ParamsForm | None
    level: int | None
    name: str

    @classmethod
    def of(cls, user: "User", query: QueryDict) -> "Asked":
        """Read the address."""
        decompressing = query.get("operation") == Operation.DECOMPRESS
        usable = Algorithm.objects.usable_by(user).filter(streaming=True)
        # What a form for compressing named says nothing of how to decompress.
        named = "" if decompressing and "params-of" in query else query.get("algorithm", "")
        wanted = [named] if decompressing else [named, USUAL]
        known = usable.in_bulk(wanted, field_name="name")
        algorithm = next((known[name] for name in wanted if name in known), None)
        compressing_with = None if decompressing else algorithm
        return cls(
            Operation.DECOMPRESS if decompressing else Operation.COMPRESS,
            usable,
            algorithm,
            _params(compressing_with, query) if compressing_with else None,
            _level(compressing_with, query.get("level", "")) if compressing_with else None,
            clean_name(str(query["name"])) if query.get("name") else "",
        )

    @property
    def settings(self) -> Settings | None:
        """The settings in the words of the API and of the engine."""
        if self.algorithm is None:
            return None
        composed = self.algorithm.composition
        if composed is not None:
            return settings_of(self.algorithm, composed["level"], composed["params"])
        return settings_of(self.algorithm, self.level, self.params.values() if self.params else {})

    @property
    def source(self) -> str:
        """The name of the file."""
        extension = self.algorithm.file_extension if self.algorithm else ""
        return self.name or (UNNAMED if self.operation == Operation.COMPRESS else UNNAMED + extension)

    @property
    def target(self) -> str:
        """The name of what comes out."""
        if self.operation == Operation.COMPRESS:
            return names.compressed_name(self.source, self.algorithm.file_extension if self.algorithm else "")
        if self.algorithm is not None:
            return names.original_name(self.source, self.algorithm.file_extension)
        guessed = formats.by_extension(self.source)
        return names.original_name(self.source, guessed.extensions[0] if guessed else "")


def _params(algorithm: Algorithm, query: QueryDict) -> ParamsForm:
    """The parameters that were sent, if they are those of this algorithm."""
    if query.get("params-of") != algorithm.name:
        return ParamsForm(algorithm)
    form = ParamsForm(algorithm, query)
    form.full_clean()
    return form


def _level(algorithm: Algorithm, text: str) -> int | None:
    levels: dict[str, Any] | None = algorithm.levels
    if levels is None:
        return None
    try:
        level = int(text)
    except ValueError:
        return algorithm.level_default
    return level if levels["min"] <= level <= levels["max"] else algorithm.level_default

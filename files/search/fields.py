"""The column in which names are searched."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from files.search.words import folded_entry


class FoldedField(models.TextField):  # type: ignore[type-arg]  # generic in the stubs alone
    """Name, path and tags of a file as search sees them: written with every row, so that nobody can forget it."""

    def pre_save(self, model_instance: Any, add: bool) -> str:  # noqa: FBT001
        """Return what the row's other columns make of it."""
        value = folded_entry(model_instance.name, model_instance.folder, model_instance.tags)
        setattr(model_instance, self.attname, value)
        return value


class Pairs(models.Func):
    """All pairs of neighbouring characters of a folded text; the index on them finds parts of names."""

    function = "files_pairs"
    output_field = ArrayField(models.TextField())


class TsQueryField(models.Field):  # type: ignore[type-arg]  # generic in the stubs alone
    """The type of a parsed text query."""

    def db_type(self, connection: Any) -> str:
        """Return its name."""
        return "tsquery"


class Matches(models.Func):
    """Whether a tsvector has what a tsquery asks for."""

    template = "%(expressions)s"
    arg_joiner = " @@ "
    output_field = models.BooleanField()
    conditional = True

"""Pipelines that are kept as algorithms: named, versioned, their owner's until operators share them."""

import base64
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from compression import planning, rules
from compression.algorithms import services
from compression.choices import AlgorithmKind, AlgorithmStatus
from compression.engine import portable
from compression.engine.errors import CorruptStream, EngineError, InvalidParams
from compression.engine.isolation import optimise as isolated
from compression.errors import sentence, translate
from compression.events import AlgorithmChanged
from compression.models import Algorithm, AlgorithmVersion
from compression.optimising.models import Optimisation
from core import audit
from core.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, Unprocessable
from core.events import publish

if TYPE_CHECKING:
    from accounts.models import User
    from compression.engine.codecs import Codec

CODEC, COLOUR = "dcz", "c3"
OPEN_PARAMS: dict[str, Any] = {
    "type": "object",
    "properties": {
        "adapt": {
            "type": "boolean",
            "title": "Adapt",
            "description": "Search again, only for those parts of the content where the pipeline stops paying.",
            "default": False,
        }
    },
    "additionalProperties": False,
}
ACCOUNT_CHARS = 20


def full_name(owner: "User", name: str) -> str:
    """Return the name of an algorithm of `owner` for everybody: ada.sensor-logs."""
    account = re.sub(r"[^a-z0-9_]+", "_", owner.username.lower()).strip("_")[:ACCOUNT_CHARS] or "user"
    return f"{account}.{name}"


@transaction.atomic
def algorithm_keep(
    *,
    actor: "User",
    name: str,
    pipeline: bytes,
    objective: str = "ratio",
    title: str = "",
    description: str = "",
    report: Mapping[str, Any] | None = None,
) -> Algorithm:
    """Keep a packed pipeline as `actor`'s algorithm `name`; one that is there already gets its next version.

    Conflict where the full name is somebody else's.
    """
    text = base64.b64encode(pipeline).decode()
    codec = planning.plan(CODEC, None, {"objective": objective, "pipeline": text}, user=actor).codec
    whole = full_name(actor, name)
    row = Algorithm.objects.select_for_update().filter(name=whole).first()
    if row is None:
        row = _create(actor, whole, codec, title or name, description)
    elif row.owner_id != actor.pk:
        raise _taken(whole)
    else:
        _next_version(row, codec, title, description)
    AlgorithmVersion.objects.update_or_create(
        algorithm=row, version=row.version, defaults={"config": row.config, "report": report}
    )
    audit.record(
        "algorithm.kept", actor=actor, target=row, detail={"version": row.version, **_origin(report)}
    )
    publish(AlgorithmChanged(row.name, row.status))
    return row


def _create(owner: "User", name: str, codec: "Codec", title: str, description: str) -> Algorithm:
    facts: dict[str, Any] = {
        "name": name,
        "title": title,
        "description": description,
        "kind": AlgorithmKind.DYNAMIC,
        "status": AlgorithmStatus.ACTIVE,
        "config": codec.config(),
        "owner": owner,
        "shared": False,
        **services.facts_of(codec),
        "colour": COLOUR,
        "params_schema": OPEN_PARAMS,
    }
    try:
        with transaction.atomic():
            return Algorithm.objects.create(**facts)
    except IntegrityError as error:  # a request that was as quick
        raise _taken(name) from error


def _taken(name: str) -> Conflict:
    detail = f"The name “{name}” is taken. Choose another one."
    return Conflict(detail, code="name_taken", errors=[FieldError("name", "name_taken", detail)])


def _next_version(row: Algorithm, codec: "Codec", title: str, description: str) -> None:
    """Give it the new pipeline. What its earlier versions made stays decodable: containers carry their pipelines."""
    if codec.config() == row.config:
        raise Conflict(f"“{row.name}” has this pipeline already.", code="same_pipeline")
    row.config, row.version = codec.config(), row.version + 1
    row.title, row.description = title or row.title, description or row.description
    row.save()


def _origin(report: Mapping[str, Any] | None) -> dict[str, Any]:
    return {"of": report["kind"]} if report else {}


@transaction.atomic
def algorithm_keep_found(
    *, optimisation: Optimisation, actor: "User", name: str, title: str = "", description: str = ""
) -> Algorithm:
    """Keep what an optimisation found as an algorithm; Conflict while it is under way."""
    row: Optimisation = (
        Optimisation.objects.select_for_update(of=("self",)).select_related("job").get(pk=optimisation.pk)
    )
    if row.pipeline is None or row.is_open:
        raise Conflict("The search has not ended yet: there is nothing to keep.", code="search_open")
    found, plain = row.best or {}, row.baseline or {}
    report = {
        "kind": "optimisation",
        "optimisation": str(row.pk),
        "file": row.file_name,
        "content": found.get("content"),
        "size": found.get("size"),
        "plain": plain.get("candidate"),
        "plain_size": plain.get("size"),
    }
    made = algorithm_keep(
        actor=actor,
        name=name,
        pipeline=bytes(row.pipeline),
        objective=row.objective,
        title=title,
        description=description,
        report=report,
    )
    row.algorithm_created = made
    row.save(update_fields=["algorithm_created"])
    return made


@transaction.atomic
def algorithm_share(*, algorithm: Algorithm, actor: "User", shared: bool) -> Algorithm:
    """Give everybody an algorithm that somebody made, or its owner alone; for operators."""
    row = Algorithm.objects.select_for_update().get(pk=algorithm.pk)
    if row.owner_id is None:
        raise Conflict(f"“{row.name}” is everybody's: it belongs to no account.", code="not_owned")
    row.shared = shared
    row.save(update_fields=["shared", "updated_at"])
    audit.record("algorithm.shared", actor=actor, target=row, detail={"shared": shared})
    publish(AlgorithmChanged(row.name, row.status))
    return row


@transaction.atomic
def algorithm_change(*, algorithm: Algorithm, actor: "User", changes: Mapping[str, Any]) -> Algorithm:
    """Change what `changes` names, all or nothing: whether it is `shared`, and what `algorithms.services` changes."""
    others = dict(changes)
    shared = others.pop("shared", None)
    if shared is not None:
        algorithm_share(algorithm=algorithm, actor=actor, shared=shared)
    return services.algorithm_change(algorithm=algorithm, actor=actor, changes=others)


def algorithm_remove(*, algorithm: Algorithm, actor: "User") -> None:
    """Delete an algorithm, by its owner or by staff; a preset as `algorithms.services` says, by staff alone."""
    if algorithm.owner_id is not None and (algorithm.owner_id == actor.pk or actor.is_staff):
        algorithm_forget(algorithm=algorithm, actor=actor)
    elif actor.is_staff:
        services.algorithm_delete(algorithm=algorithm, actor=actor)
    else:
        raise Forbidden("Only its owner, or staff, can delete an algorithm.", code="role_missing")


@transaction.atomic
def algorithm_forget(*, algorithm: Algorithm, actor: "User") -> None:
    """Delete an algorithm that somebody made. What it made stays as it is: files carry their pipeline.

    Its results and measurements become those of the container's codec, which decodes them.
    """
    row = Algorithm.objects.select_for_update().get(pk=algorithm.pk)
    codec = Algorithm.objects.get(name=CODEC)
    row.results.update(algorithm=codec)
    row.measurements.update(algorithm=codec)
    audit.record("algorithm.deleted", actor=actor, target=row, detail={"name": row.name})
    row.delete()
    publish(AlgorithmChanged(row.name, "deleted"))


def exported(algorithm: Algorithm, version: int | None = None) -> bytes:
    """Return an algorithm, in one of its versions, as a file; NotFound where there is none such."""
    config = algorithm.config
    if version is not None and version != algorithm.version:
        found = algorithm.versions.filter(version=version).first()
        config = found.config if found else None
    if config is None or not config.get("pipeline"):
        raise NotFound(
            "There is no pipeline to be exported: only those that were found by a search have one."
        )
    return portable.Portable(
        name=algorithm.name.partition(".")[2] or algorithm.name,
        pipeline=base64.b64decode(config["pipeline"]),
        objective=config["objective"],
        title=algorithm.title,
        description=algorithm.description,
    ).written()


def algorithm_import(*, actor: "User", data: bytes, name: str = "") -> Algorithm:
    """Make an algorithm of a file, under its own name or another; Unprocessable where it is none, or damaged.

    Its pipeline is read in an isolated process before anything is kept.
    """
    try:
        found = portable.read(data)
        wanted = name or found.name
        _check_words(name=wanted, title=found.title or wanted, description=found.description)
        described = isolated.describe(found.pipeline)
    except (CorruptStream, InvalidParams) as error:
        raise Unprocessable(f"{sentence(error.message)} Nothing was kept.", code="bad_algorithm") from None
    except EngineError as error:
        raise translate(error) from error
    return algorithm_keep(
        actor=actor,
        name=wanted,
        pipeline=found.pipeline,
        objective=found.objective,
        title=found.title,
        description=found.description,
        report={"kind": "import", "pipeline": described.name},
    )


_WORDS = {
    "name": rules.OWN_NAME,
    "title": rules.ALGORITHM_TITLE,
    "description": rules.ALGORITHM_DESCRIPTION,
}


def _check_words(**words: str) -> None:
    """Invalid for words of a file that no form would take: too long, or with characters that cannot be kept."""
    for field, word in words.items():
        try:
            _WORDS[field].check(word)
        except ValidationError as error:
            raise Invalid.field(field, " ".join(error.messages)) from None

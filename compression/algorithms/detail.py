"""The page of one algorithm: what outcomes say, what it is, what staff can do with it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms as django_forms
from django.urls import reverse

from compression.algorithms import forms, life, parameters, pictures, predictions, selectors, snippets
from compression.choices import AlgorithmStatus
from compression.history import summary
from compression.models import Algorithm
from compression.optimising import own_pages as own
from core.access import Role

if TYPE_CHECKING:
    from accounts.models import User
    from compression.forms import ParamsForm
    from core.models import Job


def of(user: "User", algorithm: Algorithm, base: str, ordering: str) -> dict[str, Any]:
    """Return what the page needs but the forms."""
    codec = codec_of(algorithm)
    composed = algorithm.composition
    shown = {
        "algorithm": algorithm,
        "codec": codec,
        "recent": selectors.recent_outcomes(user, algorithm),
        "parameters": parameters.of(codec, _fixed(composed)),
        "facts": _facts(algorithm),
        "snippets": snippets.for_algorithm(algorithm, base),
        "predictions": predictions.of(algorithm.name),
        "compress_url": _compress_url(user, algorithm),
        **own.of(user, algorithm),
        **pictures.of(algorithm, summary.of(algorithm.name), ordering),
    }
    return {**shown, **_for_staff(user, algorithm, codec)} if user.is_staff else shown


def codec_of(algorithm: Algorithm) -> Algorithm:
    """Return the codec that an algorithm is made of: itself, where it is one."""
    return (
        Algorithm.objects.get(name=algorithm.composition["algorithm"]) if algorithm.composition else algorithm
    )


def _fixed(composed: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if composed is None:
        return None
    level = {} if composed["level"] is None else {"level": composed["level"]}
    return {**level, **composed["params"]}


def _compress_url(user: "User", algorithm: Algorithm) -> str:
    """Where to compress with it; nothing where the account or the algorithm may not."""
    if not (Role(user.role).includes(Role.USER) and algorithm.takes_work_of(user)):
        return ""
    return f"{reverse('compression:compress')}?algorithm={algorithm.name}"


def _facts(algorithm: Algorithm) -> list[tuple[str, str]]:
    levels = algorithm.levels
    fixed = "fixed by the preset" if algorithm.is_dynamic else "none"
    return [
        ("Family", algorithm.family),
        ("Kind", str(algorithm.get_kind_display())),
        ("Format", f"{algorithm.file_extension}, {algorithm.media_type}"),
        ("Levels", f"{levels['min']} to {levels['max']}, usual {levels['default']}" if levels else fixed),
        (
            "Streams",
            "yes, in bounded memory" if algorithm.streaming else "no, it needs all of its input at once",
        ),
        ("Lossless", "yes" if algorithm.lossless else "no"),
        ("Version", str(algorithm.version)),
    ]


# What staff do


def _for_staff(user: "User", algorithm: Algorithm, codec: Algorithm) -> dict[str, Any]:
    job = selectors.latest_test_job(user, algorithm)
    past = selectors.versions(algorithm)
    return {
        "steps": life.steps(algorithm),
        "states": life.states(algorithm),
        "test_job": job if job and job.is_open else None,
        "test_error": job.error if job and job.error and not _is_older(job, algorithm) else None,
        "versions": [
            (version, [p for p in parameters.of(codec, _fixed(version)) if p.differs]) for version in past
        ],
        "can_delete": algorithm.owner_id is None
        and algorithm.is_dynamic
        and algorithm.status == AlgorithmStatus.DRAFT,
        "settings_open": life.settings_open(algorithm),
    }


def _is_older(job: "Job", algorithm: Algorithm) -> bool:
    return algorithm.tested_at is not None and algorithm.tested_at > job.created_at


def editing(algorithm: Algorithm, data: Any = None) -> tuple[Any, "ParamsForm | None"]:
    """Return the forms of what can be changed of a preset now; none of a codec."""
    composed = algorithm.composition
    if composed is None:
        return None, None
    initial = {"title": algorithm.title, "description": algorithm.description, "level": composed["level"]}
    if not life.settings_open(algorithm):
        return forms.TextsForm(data, initial=initial), None
    params = forms.params_form(codec_of(algorithm), data, initial=composed["params"])
    return forms.SettingsForm(data, initial=initial), params


def changes(algorithm: Algorithm, form: django_forms.Form, params: "ParamsForm | None") -> dict[str, Any]:
    """Return what the checked forms change, in the words of the service."""
    found = dict(form.cleaned_data)
    composed = algorithm.composition
    if params is not None and composed is not None:
        if found.get("level") is None:
            found.pop("level", None)
        if params.is_bound:
            found["params"] = forms.params_with_kept(params, composed["params"])
    return found

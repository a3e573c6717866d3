"""Which files a query fits, as conditions that the planner answers from indices.

A term is in a file's entry (name, path, tags) wherever it occurs, or in its text as a word. All terms of one
alternative must be in the entry, or all in the text, whose words include those of name and folder.
"""

import re
from typing import Any

from django.db.models import F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Coalesce, StrIndex
from django.db.models.lookups import Exact

from files.models import FileText
from files.search.fields import Matches, Pairs, TsQueryField
from files.search.query import Query, Term
from files.search.words import pairs

PAIRS_MAX = 12
"""How many pairs of a long term the index is asked for: they are enough to leave few files."""
_HASH = re.compile("[0-9a-f]{6,64}")

# What a match is worth; a text alone is worth less than 1.
EXACT, BEGINNING, WORDS, PART = 4.0, 3.0, 2.0, 1.0


def named(files: Any, query: Query, *, by_pairs: bool = True) -> Any:
    """Return the files whose entry fits, by the index of pairs or without; also those whose hash begins with it.

    Their texts are not looked at: one may have what must not be there.
    """
    condition = Q()
    for group in query.groups:
        one = Q()
        for term in group:
            one &= _contains(term.text, by_pairs=by_pairs)
        condition |= one
    if _HASH.fullmatch(query.whole):
        condition |= Q(object__sha256__startswith=query.whole)
    return without_named(files.alias(pairs=Pairs("folded")).filter(condition), query)


def within(files: Any, query: Query, *, looked: bool = False) -> Any | None:
    """Return the files whose text fits, by whichever way or by a look at each; None where no text can."""
    wanted = query.tsquery()
    if not wanted:
        return None
    fits = _looked(wanted) if looked else Matches(F("text__words"), tsquery(wanted))
    return without_named(files, query).filter(fits)


def without_named(files: Any, query: Query) -> Any:
    """Return the files without those whose entry has a word that must not be there."""
    return files.exclude(_any_word(query.without)) if query.without else files


def tsquery(text: str) -> Cast:
    """Return the expression for a text query in PostgreSQL's own words."""
    return Cast(Value(text), TsQueryField())


def name_score(query: Query) -> tuple[str, list[Any]]:
    """Return what the name's match is worth, as SQL over `folded` and `sha256` of files that `named` found."""
    whole = query.whole
    scores: list[tuple[str, list[Any], float]] = [
        ("starts_with(folded, %s)", [f"{whole}\n"], EXACT),
        ("starts_with(folded, %s)", [whole], BEGINNING),
        ("folded ~ ALL (%s)", [[_begins_word(term) for term in query.terms()]], WORDS),
    ]
    if _HASH.fullmatch(whole):
        scores.insert(0, ("starts_with(sha256, %s)", [whole], EXACT))
    if not query.groups:
        return "%s::float8", [PART]
    cases = " ".join(f"WHEN {condition} THEN {score}" for condition, _, score in scores)
    return f"CASE {cases} ELSE {PART} END", [param for _, params, _ in scores for param in params]


def _contains(text: str, *, by_pairs: bool) -> Q:
    """Return the condition that the entry has `text` somewhere.

    It is looked for in a way of which the planner expects nothing: `LIKE` beside the pairs made it expect that few
    files have both, and go through the many that have.
    """
    if len(text) < 2:
        return Q(folded__contains=text)
    found = ~Q(Exact(StrIndex(F("folded"), Value(text)), 0))
    if not by_pairs:
        return found
    every = sorted(set(pairs(text)))
    return Q(pairs__contains=every[:: -(-len(every) // PAIRS_MAX)]) & found


def without_texts(files: Any, query: Query) -> Any:
    """Return the files without those whose text has a word that must not be there; each text is looked at."""
    return files.exclude(_looked(query.tsquery_without())) if query.without else files


def _looked(wanted: str) -> Coalesce:
    """Return whether the text of a file fits, as something that no planner turns into a look at all texts."""
    text = FileText.objects.filter(pk=OuterRef("pk")).annotate(fits=Matches(F("words"), tsquery(wanted)))
    return Coalesce(Subquery(text.values("fits")), Value(False))


def _any_word(terms: tuple[Term, ...]) -> Q:
    condition = Q()
    for term in terms:
        condition |= Q(folded__regex=rf"{_begins_word(term)}($|[^[:alnum:]])")
    return condition


def _begins_word(term: Term) -> str:
    return rf"(^|[^[:alnum:]]){re.escape(term.text)}"

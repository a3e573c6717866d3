"""Which files a query fits, as conditions that the planner answers from indices.

A term is in a file's entry (name, path, tags) wherever it occurs, or in its text as a word. All terms of one
alternative must be in the entry, or all in the text, whose words include those of name and folder.
"""

import re
from typing import Any

from django.db.models import Case, Exists, F, FloatField, OuterRef, Q, Value, When
from django.db.models.functions import Cast

from files.models import FileText
from files.search.fields import Matches, Pairs, TsQueryField
from files.search.query import Query, Term
from files.search.words import pairs

PAIRS_MAX = 12
"""How many pairs of a long term the index is asked for: they are enough to leave few files."""
_HASH = re.compile("[0-9a-f]{6,64}")

# What a match is worth; a text alone is worth less than 1.
EXACT, BEGINNING, WORDS, PART = 4.0, 3.0, 2.0, 1.0


def named(files: Any, query: Query) -> Any:
    """Return the files whose entry fits; also those whose hash begins with the query."""
    condition = Q()
    for group in query.groups:
        one = Q()
        for term in group:
            one &= _contains(term.text)
        condition |= one
    if _HASH.fullmatch(query.whole):
        condition |= Q(object__sha256__startswith=query.whole)
    return _without(files.alias(pairs=Pairs("folded")).filter(condition), query)


def within(files: Any, query: Query) -> Any | None:
    """Return the files whose text fits; None where no text can."""
    wanted = query.tsquery()
    if not wanted:
        return None
    found = files.filter(Matches(F("text__words"), tsquery(wanted)))
    return found.exclude(_any_word(query.without)) if query.without else found


def tsquery(text: str) -> Cast:
    """Return the expression for a text query in PostgreSQL's own words."""
    return Cast(Value(text), TsQueryField())


def name_score(query: Query) -> Case | Value:
    """Return what the name's match is worth, for files that `named` found."""
    if not query.groups:
        return Value(PART)
    whole = query.whole
    scores = [
        When(folded__startswith=f"{whole}\n", then=Value(EXACT)),
        When(folded__startswith=whole, then=Value(BEGINNING)),
        When(_all_begin_words(query), then=Value(WORDS)),
    ]
    if _HASH.fullmatch(whole):
        scores.insert(0, When(object__sha256__startswith=whole, then=Value(EXACT)))
    return Case(*scores, default=Value(PART), output_field=FloatField())


def _contains(text: str) -> Q:
    """Return the condition that the entry has `text` somewhere."""
    found = Q(folded__contains=text)
    if len(text) > 1:
        every = sorted(set(pairs(text)))
        found &= Q(pairs__contains=every[:: -(-len(every) // PAIRS_MAX)])
    return found


def _without(files: Any, query: Query) -> Any:
    if not query.without:
        return files
    unwanted = FileText.objects.filter(
        Matches(F("words"), tsquery(query.tsquery_without())), pk=OuterRef("pk")
    )
    return files.exclude(_any_word(query.without)).exclude(Exists(unwanted))


def _any_word(terms: tuple[Term, ...]) -> Q:
    condition = Q()
    for term in terms:
        condition |= Q(folded__regex=rf"(^|[^[:alnum:]]){re.escape(term.text)}($|[^[:alnum:]])")
    return condition


def _all_begin_words(query: Query) -> Q:
    condition = Q()
    for term in query.terms():
        condition &= Q(folded__regex=rf"(^|[^[:alnum:]]){re.escape(term.text)}")
    return condition

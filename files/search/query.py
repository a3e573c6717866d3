"""What somebody typed, understood: words and phrases, `or`, `-` before what must not be there.

The same language as PostgreSQL's `websearch_to_tsquery`, in our own words (see `files.search.words`); the last word
counts as the beginning of one, because it may not be typed to its end. Every text is a query: none is an error.
"""

import re
from dataclasses import dataclass

from files.search.words import fold, words

CHARS_MAX, TERMS_MAX = 500, 32
_TOKEN = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')


@dataclass(frozen=True)
class Term:
    """One word or phrase: as it is written in names, and in the words that contents are searched for."""

    text: str
    words: tuple[str, ...]
    is_open: bool = False

    def tsquery(self, *, apart: bool = False) -> str:
        """Return the term as PostgreSQL reads a tsquery; its words follow each other, unless they may be `apart`."""
        quoted = [f"'{word}'" for word in self.words]
        if self.is_open:
            quoted[-1] += ":*"
        return quoted[0] if len(quoted) == 1 else f"({(' & ' if apart else ' <-> ').join(quoted)})"


@dataclass(frozen=True)
class Query:
    """Alternatives, each of which asks for all of its terms; nothing of `without` may be there."""

    whole: str = ""
    groups: tuple[tuple[Term, ...], ...] = ()
    without: tuple[Term, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.groups or self.without)

    def tsquery(self, *, apart: bool = False) -> str:
        """Return what the content must have, as PostgreSQL reads a tsquery; empty where no content can have it.

        With `apart`, what an index can tell alone: it knows of each content the words, not their places.
        """
        wordy = [[term.tsquery(apart=apart) for term in group if term.words] for group in self.groups]
        wanted = " | ".join(f"({' & '.join(group)})" for group in wordy if group)
        told = not apart or all(len(term.words) < 2 for term in self.without)
        unwanted = self.tsquery_without() if told else ""
        return f"({wanted}) & !({unwanted})" if wanted and unwanted else wanted

    def tsquery_without(self) -> str:
        """Return what content must not have; empty where nothing is unwanted."""
        return " | ".join(term.tsquery() for term in self.without if term.words)

    def terms(self) -> list[Term]:
        """Return all wanted terms, those with most to say first."""
        found = {term.text: term for group in self.groups for term in group}
        return sorted(found.values(), key=lambda term: -len(term.text))


def parse(text: str) -> Query:
    """Return the query that `text` is; what goes beyond the limits is left out."""
    groups: list[list[Term]] = [[]]
    without: list[Term] = []
    tokens = list(_TOKEN.finditer(text[:CHARS_MAX]))[:TERMS_MAX]
    for token in tokens:
        if token["word"] and token["word"].lower() == "or" and not token["minus"]:
            groups.append([])
            continue
        is_last = token is tokens[-1] and bool(token["word"]) and not token["minus"]
        term = _term(token["word"] or token["phrase"] or "", is_open=is_last)
        if term is not None and (term.words or not token["minus"]):
            (without if token["minus"] else groups[-1]).append(term)
    kept = tuple(tuple(group) for group in groups if group)
    return Query(" ".join(fold(text[:CHARS_MAX]).split()), kept, tuple(without))


def _term(text: str, *, is_open: bool) -> Term | None:
    """Return the term that `text` is, or None where it is nothing but blanks."""
    folded = " ".join(fold(text).split())
    found = tuple(words(folded))
    return Term(folded, found, is_open=is_open and bool(found)) if folded else None

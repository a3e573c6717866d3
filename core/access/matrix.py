"""The permission matrix: for every URL name and socket, which role may use which method.

The table itself is one module of the project (`settings.ACCESS_MATRIX`); the kernel enforces it, and what is not
in it is denied.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from core.access.roles import STAFF, Role, Scope

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Anyone:
    """Stands where nobody needs to be signed in."""

    def __repr__(self) -> str:
        return "ANYONE"


ANYONE = Anyone()
Needed = Role | Anyone


@dataclass(frozen=True)
class Rule:
    """The role that each method of one URL needs. A method that is not named is not allowed, whatever the view does.
    `scope` stands where a token needs another one than `scope_for` says, `entering` names the methods for an account
    that has yet to choose a password of its own."""

    methods: Mapping[str, Needed]
    scope: Scope | None = None
    entering: Collection[str] = ()

    def needed(self, method: str) -> Needed | None:
        """Return what `method` needs, or None where it is not allowed; HEAD needs what GET does, OPTIONS the least."""
        if method == "OPTIONS":
            return min(
                self.methods.values(), key=lambda needed: needed.rank if isinstance(needed, Role) else -1
            )
        return self.methods.get("GET" if method == "HEAD" else method)

    @property
    def allowed(self) -> list[str]:
        """The methods, for the header `Allow`."""
        return sorted({*self.methods, "OPTIONS"} | ({"HEAD"} if "GET" in self.methods else set()))


def rule(*, scope: Scope | None = None, entering: Collection[str] = (), **methods: Needed) -> Rule:
    """Write a rule: `rule(GET=Role.VIEWER, POST=Role.USER)`."""
    return Rule(methods, scope, entering)


def scope_for(method: str, needed: Role) -> Scope:
    """Return the scope that a token needs for a call."""
    if needed in STAFF:
        return Scope.ADMIN
    return Scope.READ if method in SAFE_METHODS else Scope.WRITE


@cache
def matrix() -> Mapping[str, Rule]:
    """Return the table."""
    table: Mapping[str, Rule] = import_string(settings.ACCESS_MATRIX)
    return table


def find(name: str) -> Rule | None:
    """Return the rule of a URL name or of a whole namespace (`admin:*`), or None."""
    table = matrix()
    if name in table:
        return table[name]
    namespace, separator, _ = name.partition(":")
    return table.get(f"{namespace}:*") if separator else None

"""Who may do what: roles, the matrix of URLs, and the door to each row."""

from core.access.doors import OwnedQuerySet, get_visible
from core.access.matrix import ANYONE, Rule, find, rule
from core.access.roles import STAFF, Role, Scope

__all__ = [
    "ANYONE",
    "STAFF",
    "OwnedQuerySet",
    "Role",
    "Rule",
    "Scope",
    "find",
    "get_visible",
    "rule",
]

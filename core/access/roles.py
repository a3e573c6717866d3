"""Roles, each of which may all that the one before it may."""

from django.db.models import TextChoices


class Role(TextChoices):
    """What an account may do on the platform as a whole."""

    VIEWER = "viewer", "Viewer: looks at what is theirs"
    USER = "user", "User: works with files"
    OPERATOR = "operator", "Operator: looks after jobs, algorithms and users' objects"
    ADMINISTRATOR = "administrator", "Administrator: everything, settings and roles included"

    @property
    def rank(self) -> int:
        """Position in the order of roles."""
        return list(Role).index(self)

    def includes(self, other: "Role") -> bool:
        """Say whether this role may what `other` may."""
        return self.rank >= other.rank


STAFF = frozenset({Role.OPERATOR, Role.ADMINISTRATOR})


class Scope(TextChoices):
    """What a token may be used for; a token never exceeds its account's role."""

    READ = "read", "Read"
    WRITE = "write", "Read and change"
    ADMIN = "admin", "Read, change and administer"

    @property
    def rank(self) -> int:
        """Position in the order of scopes."""
        return list(Scope).index(self)

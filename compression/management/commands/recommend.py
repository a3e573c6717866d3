"""`manage.py recommend`: the command line's verb of the same name."""

from compression.management.verb import VerbCommand


class Command(VerbCommand):
    """See `compression.cli`."""

    verb = "recommend"

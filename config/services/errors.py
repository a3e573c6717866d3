"""What can go wrong with a service."""


class ServiceError(Exception):
    """A service cannot be started or kept; the text is written for the person at the terminal."""

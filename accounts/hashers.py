"""How passwords are kept."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """Argon2id with the cost that OWASP recommends.

    Django's own takes 100 MiB and eight threads for each password, which a handful of sign-ins at the same time
    would turn into gigabytes.
    """

    time_cost = 2
    memory_cost = 19 * 1024  # KiB
    parallelism = 1

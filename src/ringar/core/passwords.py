"""How passwords are kept."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2Hasher(Argon2PasswordHasher):
    """Argon2id with 19 MiB, two passes, one lane: OWASP's Password Storage Cheat Sheet (2023).

    Django's own choice takes 100 MiB and eight lanes a log-in: too much when a town hall logs in at eight.
    """

    memory_cost = 19_456  # KiB
    time_cost = 2
    parallelism = 1

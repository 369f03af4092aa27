"""Temporary passwords: long enough not to be guessed, of signs that nobody mistakes when reading them aloud."""

import secrets

SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS, SIGNS_IN_GROUP = 4, 4


def temporary_password() -> str:
    """Sixteen signs in groups, 79 bits: shown once, to be changed at the first sign-in."""
    groups = ("".join(secrets.choice(SIGNS) for _ in range(SIGNS_IN_GROUP)) for _ in range(GROUPS))
    return "-".join(groups)

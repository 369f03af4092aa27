"""Sealing, opening and finding values: 200,000 identity numbers in one call, by both ciphers.

The floor is the bare cipher and the bare keyed digest of `cryptography` and `hmac`, without key ring, place or nonce
handling.
"""

import hmac
import os
from collections.abc import Callable, Iterator
from random import Random
from time import perf_counter
from typing import Any

from benchmarks.measuring import Figure, alone, figure, in_turns

CIPHERS = ("aes-256-gcm", "sm4-gcm")


def measure(rows: int = 200_000) -> Iterator[Figure]:
    """Each act by each cipher, and the floor of the first."""
    for cipher in CIPHERS:
        for act in ("seal", "open", "blind"):
            rivals: dict[str, Callable[[], Any]] = {
                "ours": lambda act=act, cipher=cipher: alone("crypto.ours", act=act, cipher=cipher, rows=rows)
            }
            if cipher == CIPHERS[0] and act != "open":
                rivals["floor"] = lambda act=act: alone("crypto.floor", act=act, rows=rows)
            readings = in_turns(3, rivals)
            yield figure(f"crypto_{act}_{cipher}", rows, readings["ours"], floor=readings.get("floor", ()))


def numbers(rows: int) -> list[str]:
    """So many texts of 18 characters."""
    random = Random(1)
    return [str(random.randrange(10**17, 10**18)) for _ in range(rows)]


def ours(act: str, cipher: str, rows: int) -> float:
    """One column sealed, opened or digested by our functions."""
    from django.conf import settings

    from nuanliu.base.crypto import Place, blind_many, open_many, seal_many

    settings.NUANLIU_CIPHER, values = cipher, numbers(rows)
    place, keys = Place("people_person", "identity_sealed"), [os.urandom(16) for _ in range(rows)]
    sealed = seal_many(values, place=place, row_keys=keys) if act == "open" else []
    start = perf_counter()
    if act == "seal":
        seal_many(values, place=place, row_keys=keys)
    elif act == "open":
        open_many(sealed, place=place, row_keys=keys)
    else:
        blind_many(values, purpose="identity")
    return perf_counter() - start


def floor(act: str, rows: int) -> float:
    """The bare algorithms in a loop."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    values = [value.encode() for value in numbers(rows)]
    encrypt, keyed, nonce = (
        AESGCM(os.urandom(32)).encrypt,
        hmac.new(os.urandom(32), digestmod="sha256"),
        b"n" * 12,
    )
    start = perf_counter()
    if act == "seal":
        for value in values:
            encrypt(nonce, value, b"")
    else:
        for value in values:
            fresh = keyed.copy()
            fresh.update(value)
            fresh.digest()
    return perf_counter() - start

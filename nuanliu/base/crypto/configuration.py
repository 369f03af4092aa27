"""Where the keys lie, which cipher seals, and whether keys may be made on first use."""

import os
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

DEFAULT_CIPHER = "aes-256-gcm"


@dataclass(frozen=True, slots=True)
class Configuration:
    """`cipher` is a name of `provider.PROVIDERS`; only a demonstration makes keys without being asked."""

    keys_dir: Path
    cipher: str
    demonstration: bool


def configuration() -> Configuration:
    """Read from the settings at each call, so that a test or a command may change them."""
    var = Path(getattr(settings, "NUANLIU_VAR", None) or os.environ.get("NUANLIU_VAR", "var"))
    return Configuration(
        keys_dir=Path(getattr(settings, "NUANLIU_KEYS_DIR", None) or var / "keys"),
        cipher=getattr(settings, "NUANLIU_CIPHER", DEFAULT_CIPHER),
        demonstration=bool(getattr(settings, "NUANLIU_DEMONSTRATION", False)),
    )

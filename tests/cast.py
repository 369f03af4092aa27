"""The cast of the contracts as a fixture: `cast.clerk`, `cast["base-head"]`, in office since 2021."""

from datetime import date
from typing import Any

import pytest

from nuanliu.base.actor import Actor

IN_OFFICE_SINCE = date(2021, 1, 1)


class Cast(dict[str, Actor]):
    """Actors by account name; `-` reads as `_`: `cast.base_head`."""

    def __getattr__(self, name: str) -> Actor:
        try:
            return self[name.replace("_", "-")]
        except KeyError:
            raise AttributeError(name) from None


@pytest.fixture
def cast(db: Any) -> Cast:
    """Everybody of the cast with posts, and the grassroots union of 嘉定. The test opens its own scope."""
    from nuanliu.demo.cast import create_cast

    return Cast(create_cast(IN_OFFICE_SINCE))

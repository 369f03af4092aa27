"""Some people on 嘉定's record."""

from tests.awards.conftest import world
from tests.cast import cast

__all__ = ["cast", "world"]

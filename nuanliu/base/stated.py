"""Values that stand in a statement itself, where the server keeps its plan.

A kept plan is made for any value. What lies below a path may be one union or a city, so that a plan for "some path" is
wrong for one of them: a path written out gets a plan of its own.
"""

import re
from typing import Any

from django.db.models import CharField, Value

PATH = re.compile(r"[/0-9]*")


class StatedPath(Value):
    """An organization path, written into the statement."""

    def __init__(self, path: str) -> None:
        if not PATH.fullmatch(path):
            raise ValueError(f"no organization path: {path!r}")
        super().__init__(path, output_field=CharField())

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        """The path between quotes: it is of digits and strokes alone."""
        return f"'{self.value}'", []

"""A column that holds sealed values. It marks, and lets the database refuse plain text; it never opens."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from nuanliu.base.crypto.provider import BY_CODE
from nuanliu.base.crypto.vault import OVERHEAD_BYTES, Place


class SealedField(models.BinaryField):
    """Sealed bytes as `nuanliu.base.crypto.seal` makes them; opened explicitly where one may see them."""

    description = "a sealed value"

    def __init__(self, *args: Any, sealed_for: str = "", **kwargs: Any) -> None:
        """`sealed_for` is the `table.column` that a staged value is sealed for, when it is not this one."""
        self.sealed_for = sealed_for
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | ({"sealed_for": self.sealed_for} if self.sealed_for else {})

    @property
    def place(self) -> Place:
        """The table and column that sealing this field's values must name."""
        if self.sealed_for:
            return Place(*self.sealed_for.split("."))
        return Place(self.model._meta.db_table, str(self.column))  # noqa: SLF001  the only way to its table

    def db_check(self, connection: BaseDatabaseWrapper) -> str:
        """Refuses what does not begin as a sealed value: plain text never gets into the column."""
        column = connection.ops.quote_name(str(self.column))
        codes = ", ".join(str(code) for code in sorted(BY_CODE))
        return f"octet_length({column}) >= {OVERHEAD_BYTES} AND get_byte({column}, 0) IN ({codes})"


def sealed_fields() -> Iterator[SealedField]:
    """Every sealed column of the installed models; resealing and the catalogue test walk them."""
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:  # noqa: SLF001
            if isinstance(field, SealedField):
                yield field

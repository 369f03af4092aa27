"""The order of a list: one column and the key. Empty values stand last whichever way it is turned; pages go by key."""

from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy

from nuanliu.base.worded import records
from nuanliu.web.paging import Page


def ordered(rows: QuerySet[Any], order: str) -> QuerySet[Any]:
    """Rows in the order that the address names: "column" or "-column"."""
    column, falls = _turned(order)
    if column == "pk":
        return rows.order_by(order)
    return rows.order_by(_by_column(rows.model, column, falls), "-pk" if falls else "pk")


def page_after(
    rows: QuerySet[Any], order: str, after: str, size: int, whole: QuerySet[Any] | None = None
) -> Page[Any]:
    """The page that follows the row `after` names: its key, and where a column orders "key~value" ("key" if empty).

    With the `whole` list, of which `rows` are those that were asked for, the page's keys are found first: the server
    would put all rows together with what is read with them, and then throw all but a page away.
    """
    column, falls = _turned(order)
    beyond = rows.filter(_beyond(rows.model, column, falls, after)) if after else rows
    asked = ordered(beyond, order)[: size + 1]
    found = records(asked if whole is None else ordered(whole.filter(pk__in=asked.values("pk")), order))
    last = found[size - 1] if len(found) > size else None
    return Page(found[:size], _place(last, column) if last else "")


def _turned(order: str) -> tuple[str, bool]:
    return order.removeprefix("-"), order.startswith("-")


def _by_column(model: type[Model], column: str, falls: bool) -> OrderBy:
    # A column that is never empty keeps the plain order: an index may serve it.
    last = True if _may_be_empty(model, column) else None
    return F(column).desc(nulls_last=last) if falls else F(column).asc(nulls_last=last)


def _may_be_empty(model: type[Model], path: str) -> bool:
    """Whether a column, or a key on the way to it, may be null; of what a query computes nobody knows."""
    found: Any = model
    for name in path.split("__"):
        try:
            field = found._meta.get_field(name)  # noqa: SLF001  Django's own documented API
        except FieldDoesNotExist:
            return True
        if field.null:
            return True
        found = field.related_model
    return False


def _beyond(model: type[Model], column: str, falls: bool, after: str) -> Q:
    step = "lt" if falls else "gt"
    if column == "pk":
        return Q(**{f"pk__{step}": after})
    key, has_value, value = after.partition("~")
    if not has_value:
        return Q(**{f"{column}__isnull": True, f"pk__{step}": key})
    beyond = Q(**{f"{column}__{step}": value}) | Q(**{column: value, f"pk__{step}": key})
    return beyond | Q(**{f"{column}__isnull": True}) if _may_be_empty(model, column) else beyond


def _place(row: Any, column: str) -> str:
    if column == "pk":
        return str(row.pk)
    value = row
    for name in column.split("__"):
        value = getattr(value, name, None)
    return str(row.pk) if value is None else f"{row.pk}~{value}"

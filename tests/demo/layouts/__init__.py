"""Other layouts of the same list, as offices send them; each row says what it must be told."""

from collections.abc import Callable

from tests.demo.layouts import around, columns, formats, values
from tests.demo.paper import Book, People

type Layout = Callable[[People], Book]

LAYOUTS: tuple[Layout, ...] = (*around.LAYOUTS, *columns.LAYOUTS, *values.LAYOUTS, *formats.LAYOUTS)

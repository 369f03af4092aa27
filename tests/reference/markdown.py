"""The little Markdown that the pages need."""

from collections.abc import Iterable, Sequence

MADE = "<!-- Made by `make docs`; change the code, not this page. -->"


def page(title: str, introduction: str, *parts: str) -> str:
    """A whole page: title, what it shows, and its parts, a blank line between."""
    return "\n\n".join([f"# {title}", MADE, introduction, *parts]) + "\n"


def section(title: str, *parts: str) -> str:
    return "\n\n".join([f"## {title}", *parts])


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def code(text: str) -> str:
    return f"`{text}`"


def first_line(docstring: str | None) -> str:
    """The sentence or two before the first blank line, on one line."""
    return " ".join((docstring or "").strip().split("\n\n")[0].split())


def _cell(content: object) -> str:
    return str(content).replace("|", "\\|").replace("\n", " ")

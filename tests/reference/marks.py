"""Which test carries which requirement, read from the tests' text: quick, and the same on every machine.

A test carries the marks of its decorators, of its class, and of its module's `pytestmark`. A mark may stand in a
parameter set, or in a name of the module that a decorator uses; where its argument is not written out, it takes the
requirement ids that stand in the same expression.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeGuard

TESTS = Path(__file__).resolve().parents[1]
REQUIREMENT_ID = re.compile(r"^R-\d{3}$")
# By these words a test says that it tried what is forbidden: an act refused, a rule of the database that stood, or a
# finding, report or flag where the rule asks for one.
REFUSAL = re.compile(
    r"refuse|refusal|Refused|forbidden|denied|raises|broken_rule|finding|codes_of|_reported|_flagged"
)

type Tested = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class MarkedTest:
    """A test function and the requirements it shows met."""

    path: str
    name: str
    requirements: frozenset[str]
    attempts_violation: bool

    @property
    def node(self) -> str:
        return f"{self.path}::{self.name}"

    @property
    def package(self) -> str:
        """The folder of tests/ that it lies in."""
        return self.path.split("/")[1]


def marked_tests(folder: Path = TESTS) -> list[MarkedTest]:
    """Every test below `folder` that carries a requirement, by path and place."""
    return [test for path in sorted(folder.rglob("test_*.py")) for test in _of_module(path, folder.parent)]


def _of_module(path: Path, project: Path) -> Iterator[MarkedTest]:
    source = path.read_text(encoding="utf-8")
    if "requirement" not in source:
        return
    module = ast.parse(source)
    names = _assigned(module)
    everywhere = [names["pytestmark"]] if "pytestmark" in names else []
    for prefix, function, inherited in _functions(module):
        decorators = [*everywhere, *inherited, *function.decorator_list]
        if ids := _requirements(decorators, names):
            text = ast.get_source_segment(source, function) or ""
            where = path.relative_to(project).as_posix()
            yield MarkedTest(where, prefix + function.name, frozenset(ids), bool(REFUSAL.search(text)))


def _functions(module: ast.Module) -> Iterator[tuple[str, Tested, list[ast.expr]]]:
    for node in module.body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            yield from (
                (f"{node.name}::", inner, node.decorator_list) for inner in node.body if _is_test(inner)
            )
        elif _is_test(node):
            yield "", node, []


def _is_test(node: ast.stmt) -> TypeGuard[Tested]:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")


def _assigned(module: ast.Module) -> dict[str, ast.expr]:
    """Names of the module and what they were given."""
    names: dict[str, ast.expr] = {}
    for node in module.body:
        if isinstance(node, ast.Assign):
            names |= {target.id: node.value for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            names[node.target.id] = node.value
    return names


def _requirements(expressions: list[ast.expr], names: dict[str, ast.expr]) -> set[str]:
    nodes = [node for expression in expressions for node in _reached(expression, names, set())]
    marks = [node for node in nodes if isinstance(node, ast.Call) and _is_mark(node.func)]
    if not marks:
        return set()
    arguments = [argument for mark in marks for argument in mark.args]
    written_out = all(isinstance(argument, ast.Constant) for argument in arguments)
    return {
        node.value
        for node in (arguments if written_out else nodes)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and REQUIREMENT_ID.match(node.value)
    }


def _is_mark(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and function.attr == "requirement"


def _reached(expression: ast.expr, names: dict[str, ast.expr], seen: set[str]) -> Iterator[ast.AST]:
    """The nodes of an expression and of the module's names that it uses."""
    for node in ast.walk(expression):
        yield node
        if isinstance(node, ast.Name) and node.id in names and node.id not in seen:
            seen.add(node.id)
            yield from _reached(names[node.id], names, seen)

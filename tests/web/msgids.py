"""Which messages the code and the templates ask the catalogue for."""

import ast
from collections.abc import Iterator
from pathlib import Path

from django.template import Template
from django.template.base import FilterExpression, Node
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

from tests.support.templates import djangos_own_engine

PACKAGE = Path(__file__).resolve().parents[2] / "nuanliu"
TEMPLATES = PACKAGE / "web" / "templates"
ONE = {"_", "gettext", "gettext_lazy"}
MANY = {"ngettext", "ngettext_lazy"}


def of_code() -> set[str]:
    """Messages in calls of gettext; a plural's two forms joined by NUL."""
    return {found for path in PACKAGE.rglob("*.py") for found in _in_python(path)}


def of_templates() -> set[str]:
    """Messages in translate and blocktranslate tags and in translated filter arguments."""
    engine = djangos_own_engine()
    return {
        found
        for path in TEMPLATES.rglob("*.html")
        for found in _in_template(engine.get_template(str(path.relative_to(TEMPLATES))).template)
    }


def _in_python(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", "")
        texts = [
            one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)
        ]
        if name in ONE and texts:
            yield texts[0]
        if name in MANY and len(texts) > 1:
            yield f"{texts[0]}\0{texts[1]}"


def _in_template(template: Template) -> Iterator[str]:
    for node in template.nodelist.get_nodes_by_type(Node):
        if isinstance(node, TranslateNode):
            yield node.filter_expression.var.literal
        elif isinstance(node, BlockTranslateNode):
            singular, _ = node.render_token_list(node.singular)
            plural = node.render_token_list(node.plural)[0] if node.plural else ""
            yield f"{singular}\0{plural}" if plural else singular
        else:
            yield from _in_arguments(node)


def _in_arguments(node: Node) -> Iterator[str]:
    expression = getattr(node, "filter_expression", None)
    if isinstance(expression, FilterExpression):
        for _, arguments in expression.filters:
            for is_variable, argument in arguments:
                if is_variable and argument.translate:
                    yield argument.literal

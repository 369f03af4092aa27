"""PDF papers by typst. The engine and the common `paper.typ` are here; each package keeps its own forms.

A template is named `package/name` and lies at `nuanliu/package/templates/typst/name.typ`. What varies reaches
it as data, never as markup, so a name with `#` or `*` in it prints as it is.
"""

from nuanliu.base.documents.engine import DocumentFailed, compile_pdf, query_document
from nuanliu.base.documents.glyphs import unprintable

__all__ = ["DocumentFailed", "compile_pdf", "query_document", "unprintable"]

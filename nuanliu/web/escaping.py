"""Texts for tables that Python writes: escaped as Django escapes them."""

import re
from html import escape

SPECIAL = re.compile("[&<>\"']")


def escaped(text: object) -> str:
    """A text for HTML, or words not yet in a language; most have nothing to escape, and to see that is soon done."""
    written = str(text)
    return escape(written) if SPECIAL.search(written) else written

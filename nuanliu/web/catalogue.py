"""The Chinese catalogue: one `.po` file for each room as people write it, `django.mo` as Django reads it.

`python -m nuanliu.web.catalogue` writes the second from the first, without gettext's tools; a test fails when they
differ.
"""

import ast
import struct
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).parent / "locale" / "zh_Hans" / "LC_MESSAGES"
MAGIC = 0x950412DE
HEADER_BYTES = 28
PLURAL = "\0"


def messages_of_all() -> dict[str, str]:
    """The messages of all rooms."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.po"))]
    return {key: value for text in texts for key, value in read_messages(text).items()}


def read_messages(text: str) -> dict[str, str]:
    """Message to translation of a .po file; a plural's forms are joined by NUL, as the .mo file has them."""
    return dict(_message(entry) for entry in _entries(text))


def compiled(messages: dict[str, str]) -> bytes:
    """The .mo file: two tables of lengths and offsets, sorted by message, then the texts."""
    pairs = sorted((key.encode(), value.encode()) for key, value in messages.items() if value)
    keys_at = HEADER_BYTES
    values_at = keys_at + 8 * len(pairs)
    offset = values_at + 8 * len(pairs)
    tables, texts = [b"", b""], b""
    for column in (0, 1):
        for pair in pairs:
            tables[column] += struct.pack("<II", len(pair[column]), offset + len(texts))
            texts += pair[column] + b"\0"
    return struct.pack("<7I", MAGIC, 0, len(pairs), keys_at, values_at, 0, offset) + b"".join(tables) + texts


def _entries(text: str) -> Iterator[dict[str, str]]:
    entry: dict[str, str] = {}
    name = ""
    for line in [*text.splitlines(), ""]:
        if line.startswith("#"):
            continue
        if not line.strip():
            if entry:
                yield entry
            entry = {}
        elif line.startswith('"'):
            entry[name] += ast.literal_eval(line)
        else:
            name, _, quoted = line.partition(" ")
            entry[name] = ast.literal_eval(quoted)


def _message(entry: dict[str, str]) -> tuple[str, str]:
    if "msgid_plural" not in entry:
        return entry["msgid"], entry["msgstr"]
    forms = [entry[name] for name in sorted(entry) if name.startswith("msgstr[")]
    return entry["msgid"] + PLURAL + entry["msgid_plural"], PLURAL.join(forms)


def main() -> None:
    """Write django.mo."""
    (FOLDER / "django.mo").write_bytes(compiled(messages_of_all()))


if __name__ == "__main__":
    main()

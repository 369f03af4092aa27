"""Names and paths of organizations. Pure."""

import re

from nuanliu.base.pinyin import initials, sounds
from nuanliu.kernel.text import folded

NOT_COMPARED = re.compile(r"[\s()\[\]{}<>〔〕【】《》〈〉「」『』]")
PREFIXES = ("上海市", "上海")
NOBODYS = {"总工会", "工会"}
PINYIN_LENGTH, INITIALS_LENGTH = 240, 60
# Roles that may register a union below their own; this package stands below roles and knows them by name.
REGISTRARS = frozenset({
    "handler", "responsible", "rights_officer", "centre_officer", "foundation_officer",
    "security_administrator", "system_administrator",
})  # fmt: skip


def name_key(name: str) -> str:
    """A name as it is compared: compatible forms and case unified, without spaces and brackets.

    `上海久事（集团）有限公司 工会` and `上海久事(集团)有限公司工会` are one; 总工会 and 工会 stay different.
    """
    return NOT_COMPARED.sub("", folded(name))


def other_keys(key: str) -> list[str]:
    """The same name with the city in front, or without it. A bare 总工会 is anybody's."""
    bare = key
    for prefix in PREFIXES:
        bare = bare.removeprefix(prefix)
    if bare in NOBODYS:
        return []
    return [variant for variant in (f"{PREFIXES[0]}{bare}", f"{PREFIXES[1]}{bare}", bare) if variant != key]


def pinyin_of(name: str) -> str:
    """Sort key: the sounds of the characters, for the database knows no Chinese order."""
    return "".join(sounds(name_key(name)))[:PINYIN_LENGTH].lower()


def initials_of(name: str) -> str:
    """First letters, by which people search: `jdqzgh`."""
    return "".join(initials(name_key(name)))[:INITIALS_LENGTH].lower()


def next_segment(segments: list[str]) -> str:
    """The next number below a parent: at least four digits, so that it never meets a division code."""
    numbers = [int(segment) for segment in segments if re.fullmatch("[0-9]{4,}", segment)]
    return f"{max(numbers, default=0) + 1:04d}"


def ancestor_paths(path: str) -> list[str]:
    """The paths above, nearest first: `/0/31/114/` has `/0/31/` and `/0/`."""
    segments = path.strip("/").split("/")
    return ["/" + "/".join(segments[:count]) + "/" for count in range(len(segments) - 1, 0, -1)]

"""The tree as it is known beforehand: data/shanghai.yaml, parents before children."""

from pathlib import Path
from typing import Any

import yaml
from django.db.models import Model

from nuanliu.organizations.rules import initials_of, name_key, pinyin_of

TREE = Path(__file__).with_name("data") / "shanghai.yaml"


def reference_rows() -> list[dict[str, Any]]:
    """The organizations of the file, with defaults filled in."""
    content = yaml.safe_load(TREE.read_text())
    return [{**content["defaults"], **row} for row in content["organizations"]]


def keys_of(name: str, short_name: str) -> dict[str, str]:
    """The columns that follow from the names."""
    return {
        "name_key": name_key(name),
        "short_name_key": name_key(short_name),
        "pinyin": pinyin_of(name),
        "initials": initials_of(name),
    }


def plant(organization: type[Model], using: str) -> int:
    """Add the organizations of the file that are missing; how many. `organization` is the model, or a migration's."""
    manager = organization._default_manager.using(using)  # noqa: SLF001  migrations have no other way
    known = dict(manager.values_list("path", "id"))
    planted = 0
    for row in reference_rows():
        if row["path"] in known:
            continue
        parent = known.get(row.pop("parent", None))
        created = manager.create(parent_id=parent, **row, **keys_of(row["name"], row["short_name"]))
        known[row["path"]] = created.pk
        planted += 1
    return planted

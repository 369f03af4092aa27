"""The reference data that ships with the code, and how it gets into the tables: by migration, as the owner role.

Loading again changes what differs from the files and nothing else. What people have added stays.
"""

from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.apps.registry import Apps

from nuanliu.kernel.text import normalize_label

DATA = Path(__file__).parent / "data"


@cache
def shipped(name: str) -> Any:
    """The content of `data/<name>.yaml`."""
    return yaml.safe_load((DATA / f"{name}.yaml").read_text())


def load(apps: Apps, using: str) -> dict[str, int]:
    """Bring all reference tables up to the files; returns how many rows changed in each. `apps` may be historical."""
    return {
        "categories": _load(apps, using, "Category", "code", _categories()),
        "wordings": _load(apps, using, "CategoryWording", "wording", _wordings()),
        "tags": _load(apps, using, "Tag", "code", _tags()),
        "purposes": _load(apps, using, "Purpose", "code", _purposes()),
        "rules": _load(apps, using, "RuleDocument", "number", _rules()) + _link_rules(apps, using),
        "prohibited_goods": _load(apps, using, "ProhibitedGoods", "word", _prohibited_goods()),
    }


def _load(apps: Apps, using: str, model: str, key: str, rows: list[dict[str, Any]]) -> int:
    manager = apps.get_model("programmes", model).objects.using(using)
    changed = 0
    for row in rows:
        known = manager.filter(**{key: row[key]}).first()
        if known is None:
            manager.create(**row)
        elif _differs(known, row):
            manager.filter(pk=known.pk).update(**row)
        else:
            continue
        changed += 1
    return changed


def _differs(known: Any, row: dict[str, Any]) -> bool:
    return any(getattr(known, field) != value for field, value in row.items())


def _categories() -> list[dict[str, Any]]:
    fields = ("key", "label", "short_label", "article")
    return [
        {"code": code, "ordinal": ordinal, **{field: entry[field] for field in fields}}
        for ordinal, (code, entry) in enumerate(shipped("categories").items(), start=1)
    ]


def _wordings() -> list[dict[str, Any]]:
    return [
        {"wording": wording, "category_id": code}
        for code, entry in shipped("categories").items()
        for wording in _all_wordings(entry)
    ]


def _all_wordings(entry: dict[str, Any]) -> list[str]:
    written = [entry["label"], entry["short_label"], *entry.get("wordings", [])]
    return list(dict.fromkeys(normalize_label(wording) for wording in written))


def _tags() -> list[dict[str, Any]]:
    return [{"code": code, **entry} for code, entry in shipped("tags").items()]


def _purposes() -> list[dict[str, Any]]:
    purposes = shipped("purposes")
    allowed = [{"code": code, "label": label, "allowed": True} for code, label in purposes["allowed"].items()]
    return allowed + [
        {"code": code, "allowed": False, **entry} for code, entry in purposes["not_allowed"].items()
    ]


def _rules() -> list[dict[str, Any]]:
    fields = ("number", "title", "issuer", "kind", "issued_on")
    return [
        # 自印发之日起执行: each of them says so.
        {
            **{field: rule[field] for field in fields},
            "effective_from": rule["issued_on"],
            "note": rule.get("note", ""),
        }
        for rule in shipped("rules")
    ]


def _link_rules(apps: Apps, using: str) -> int:
    rules = apps.get_model("programmes", "RuleDocument").objects.using(using)
    changed = 0
    for rule in shipped("rules"):
        if "replaced_by" in rule:
            successor = rules.get(number=rule["replaced_by"])
            last_day = successor.effective_from - timedelta(days=1)
            open_ended = rules.filter(number=rule["number"], replaced_by=None)
            changed += open_ended.update(replaced_by=successor, effective_to=last_day)
    return changed


def _prohibited_goods() -> list[dict[str, Any]]:
    goods = shipped("prohibited_goods")
    valid_from: date = goods["valid_from"]
    return [
        {"word": word, "exceptions": exceptions, "source": goods["source"], "valid_from": valid_from}
        for word, exceptions in goods["words"].items()
    ]

"""The profiles and wordings that are shipped, brought into the database by a migration; safe to run twice."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.apps.registry import Apps

from nuanliu.payments.rules import words_key

PROFILES = Path(__file__).parent / "data" / "profiles.yaml"


@cache
def shipped() -> dict[str, Any]:
    """`profiles`: as officers describe them; `wordings`: outcome → words."""
    with PROFILES.open(encoding="utf-8") as file:
        data: dict[str, Any] = yaml.safe_load(file)
    return data


def load(apps: Apps, using: str) -> None:
    """Write what is shipped; what an officer has added is left alone."""
    profiles = apps.get_model("payments", "BankProfile").objects.using(using)
    for said in shipped()["profiles"]:
        facts = {
            "bank": said["bank"],
            "layout": said["layout"],
            "reply_layout": said["reply"],
            "active": True,
        }
        profiles.update_or_create(key=said["key"], organization_path="", defaults=facts)
    wordings = apps.get_model("payments", "ReplyWording").objects.using(using)
    for outcome, words in shipped()["wordings"].items():
        for word in words:
            wordings.get_or_create(
                organization_path="", profile=None, words=words_key(word), defaults={"outcome": outcome}
            )

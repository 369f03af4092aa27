"""A description as people write it, YAML, to and from data; and what a file of two invented orders looks like."""

from collections.abc import Mapping
from datetime import date
from random import Random
from typing import Any

import yaml

from nuanliu.kernel.cards import generate_account
from nuanliu.kernel.errors import Refused
from nuanliu.payments.layouts.profile import BatchFacts, Layout, OrderRows, Profile
from nuanliu.payments.layouts.writing import file_name, lines_of, write_file

LARGEST_DESCRIPTION = 64 * 1024
SAMPLE_FACTS = BatchFacts(
    "NL20220110-00001",
    date(2022, 1, 10),
    payer_name="某某区总工会",
    payer_account="1001234500001234567",
    payer_bank="中国工商银行某某支行",
)


def read_description(text: str) -> Any:
    """The data that a description says. Refused `profile.unreadable` with the line where reading ends."""
    if len(text) > LARGEST_DESCRIPTION:
        raise _unreadable("文字超过64 KB")
    try:
        events = list(yaml.parse(text, Loader=yaml.SafeLoader))
        if any(isinstance(event, yaml.AliasEvent) for event in events):
            raise _unreadable("不能使用引用（*）")
        return yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise _unreadable(f"第{mark.line + 1}行第{mark.column + 1}列" if mark else "格式不符") from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise _unreadable("格式不符") from None


def description_of(key: str, bank: str, layout: Mapping[str, Any], reply: Mapping[str, Any]) -> str:
    """The description of a bank, in the order in which people write it."""
    data = {"key": key, "bank": bank, "layout": dict(layout), "reply": dict(reply)}
    return str(yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=110))


def sample_lines(layout: Layout) -> list[list[str]]:
    """The lines of a file with two invented orders, cell by cell, as the bank would see them."""
    return lines_of(layout, SAMPLE_FACTS, _sample_orders())


def sample_file(profile: Profile) -> tuple[str, bytes]:
    """Name and content of a bank file with two invented orders; nobody is in it and nothing is paid by it."""
    return file_name(profile.layout, SAMPLE_FACTS), write_file(profile, SAMPLE_FACTS, _sample_orders())


def _sample_orders() -> OrderRows:
    invented = Random(1)  # noqa: S311  the same sample for everybody
    return OrderRows(
        order_keys=[f"{SAMPLE_FACTS.number}-000001", f"{SAMPLE_FACTS.number}-000002"],
        ordinals=[1, 2],
        payee_names=["张三", "李四"],
        accounts=[generate_account(invented), generate_account(invented)],
        banks=["中国工商银行", "上海农商银行"],
        amounts_fen=[100_000, 50_050],
    )


def _unreadable(why: str) -> Refused:
    return Refused(
        "profile.unreadable", f"银行格式的文字无法识别：{why}。请按YAML格式填写，或从已有格式复制。"
    )

"""What somebody who tries the demonstration has not got at hand: a list to hand in, and a bank that answers.

The web server calls these by the names in its settings, in a demonstration only.
"""

from datetime import date
from random import Random
from typing import NamedTuple

from nuanliu.base.documents import compile_pdf
from nuanliu.demo.lists import Wanted, make_list
from nuanliu.demo.seed import YUAN
from nuanliu.demo.warmth.bank import Bank
from nuanliu.kernel.money import yuan_text
from nuanliu.organizations.models import Organization
from nuanliu.payments.models import PaymentBatch
from nuanliu.payments.queries import totals_of
from nuanliu.programmes.models import Campaign

ROWS = 60
FAULT_EVERY = 15
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Specimen(NamedTuple):
    """A file to save: its name, content and media type."""

    name: str
    content: bytes
    media_type: str


def specimen_list(union: Organization, campaign: Campaign) -> Specimen:
    """A list of sixty invented people, other ones each time, with a fault in each fifteenth row."""
    wanted = Wanted(union.name, campaign.ends_on, ROWS, YUAN, FAULT_EVERY)
    content = make_list(wanted, Random())  # noqa: S311  invented people, not secrets
    return Specimen(f"{union.name}实名制汇总表（演示）.xlsx", content, XLSX)


def bank_reply(batch: PaymentBatch) -> Specimen:
    """The bank's answer to a batch that was sent to it: everybody is paid, on the day for payment."""
    name, content = Bank(batch.business_date).answer(batch)
    return Specimen(name, content, XLSX if name.endswith(".xlsx") else "text/plain")


def bank_receipt(batch: PaymentBatch) -> Specimen:
    """The bank's receipt for what it has paid of a batch."""
    totals = totals_of(batch)
    data = {
        "title": "银行业务回单（演示）",
        "lines": [
            ["付款单位", batch.organization.name],
            ["付款批次", batch.number],
            ["入账日期", _day(batch.business_date)],
            ["成功笔数", f"{totals.paid} 笔"],
            ["成功金额", f"人民币 {yuan_text(totals.paid_fen)} 元"],
        ],
        "note": "本回单由演示系统生成，不是银行凭证。",
    }
    return Specimen(f"银行回单_{batch.number}.pdf", compile_pdf("demo/receipt", data), "application/pdf")


def _day(on: date) -> str:
    return f"{on:%Y-%m-%d}"

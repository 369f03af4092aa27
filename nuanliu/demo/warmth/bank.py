"""A bank's stand-in: it reads the file it was sent and answers every order, refusing each N-th when asked to."""

from dataclasses import dataclass
from datetime import date

from nuanliu.evidence.queries import content_of
from nuanliu.payments.layouts import OrderRows, file_name, write_reply
from nuanliu.payments.layouts.reading import ReplyRows, read_rows
from nuanliu.payments.models import PaymentBatch
from nuanliu.payments.queries import bank_file, batch_facts, profile_of

PAID, WRONG_ACCOUNT = "交易成功", "账号错误"


@dataclass(slots=True)
class Bank:
    """Remembers how many orders it has seen, for `fail_every` counts over all files of a job."""

    on: date
    fail_every: int = 0
    seen: int = 0

    def answer(self, batch: PaymentBatch) -> tuple[str, bytes]:
        """The name and content of the reply to a batch, in the reply layout of its profile."""
        profile, facts = profile_of(batch.profile), batch_facts(batch)
        sent = read_rows(profile.layout, content_of(bank_file(batch)))
        return f"回盘_{file_name(profile.layout, facts)}", write_reply(profile, facts, self._answers(sent))

    def _answers(self, sent: ReplyRows) -> OrderRows:
        places, day = range(self.seen + 1, self.seen + len(sent) + 1), f"{self.on:%Y%m%d}"
        self.seen += len(sent)
        return OrderRows(
            order_keys=sent.keys,
            ordinals=range(1, len(sent) + 1),
            payee_names=sent.payee_names,
            accounts=sent.accounts,
            banks=[""] * len(sent),
            amounts_fen=[amount or 0 for amount in sent.amounts_fen],
            words=[WRONG_ACCOUNT if self._fails(place) else PAID for place in places],
            settled_on=[self.on] * len(sent),
            references=[f"{day}{place:08d}" for place in places],
        )

    def _fails(self, place: int) -> bool:
        return self.fail_every > 0 and place % self.fail_every == 0

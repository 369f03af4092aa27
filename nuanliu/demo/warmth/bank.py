"""A bank's stand-in: reads the file it was sent and answers every order, refusing each N-th when asked to."""

from datetime import date

from nuanliu.payments.models import PaymentBatch


def answer(batch: PaymentBatch, *, on: date, fail_every: int) -> tuple[str, bytes]:
    raise NotImplementedError

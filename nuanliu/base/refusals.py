"""From the database's refusals to words for people: each package lists its constraints, the translation is here."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from nuanliu.kernel.errors import Refused


@contextmanager
def translated(refusals: Mapping[str, tuple[str, str]]) -> Iterator[None]:
    """A savepoint in which a constraint's refusal becomes a `Refused`; the transaction around it lives on.

    `refusals`: name of the constraint to code and Chinese message. A constraint that is not listed raises as it is.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        name: str = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
        if name not in refusals:
            raise
        raise Refused(*refusals[name]) from error

"""An illegal act is refused by an exception; what is wrong with people's data is a finding."""

from collections.abc import Sequence

from nuanliu.kernel.findings import Finding


class Refused(Exception):  # noqa: N818 - an act refused is no error of the program
    """An act that the rules forbid.

    `code` is for programs (`payments.same_person`), `message` for people: Chinese, naming the rule and the
    remedy. `findings` tell the rows behind it, where there are any.
    """

    def __init__(self, code: str, message: str, findings: Sequence[Finding] = ()) -> None:
        super().__init__(code, message, tuple(findings))
        self.code = code
        self.message = message
        self.findings = tuple(findings)

    def __str__(self) -> str:
        return f"{self.message}（{self.code}）"


def refuse_if(condition: object, code: str, message: str, findings: Sequence[Finding] = ()) -> None:
    """Raise Refused when the condition holds."""
    if condition:
        raise Refused(code, message, findings)

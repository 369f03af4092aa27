"""What a finding says, in the reader's language: title, what to do, the word for a cell's corner, and the rule.

A finding carries its message with places and figures as it was recorded, in Chinese, the language of the documents. In
Chinese that is what a page shows. In English it shows title, remedy and rule, and the message beside them as recorded.
The Chinese of `WORDS` is that of `nuanliu.kernel.findings.CODES`, letter for letter; a test holds it.
"""

from typing import Protocol

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from nuanliu.kernel.findings import CODES

# code: title, what to do
WORDS: dict[str, tuple[Promise, Promise]] = {
    # The file and its sheets.
    "file.unreadable": (
        _("The file cannot be read"),
        _(
            "Save it as xlsx in a spreadsheet program, see that every formula has a result, and send it again"
        ),
    ),
    "file.password": (
        _("The file is protected by a password"),
        _("Take the password off and send it again"),
    ),
    "file.too_large": (
        _("The file is too large"),
        _("Leave out pictures and other sheets, or send it in several files"),
    ),
    "file.too_many_rows": (
        _("Too many rows"),
        _("Delete empty rows, or send it in several files"),
    ),
    "sheet.no_table": (
        _("No list was found in the sheet"),
        _("Keep the line of headings with 姓名 (name), 身份证号 (identity number) and the others"),
    ),
    "column.unmapped": (
        _("Nobody knows this heading"),
        _("Say what the column means; lists of the same union are then read so"),
    ),
    # Who.
    "name.missing": (
        _("The name is missing"),
        _("Aid is given by name: fill the name in"),
    ),
    "identity.missing": (
        _("The identity number is missing"),
        _("Aid is given to named persons: fill in the number of each; “and others” will not do"),
    ),
    "identity.format": (
        _("The identity number is not written as one"),
        _("Enter 18 characters, and format the column as text, so that the last digits are not spoilt"),
    ),
    "identity.checksum": (
        _("The identity number fails its check"),
        _("Check digit or date of birth are impossible: put it right from the identity card"),
    ),
    "identity.name_conflict": (
        _("One identity number with different names"),
        _("Compare name and number with the identity card and put them right"),
    ),
    # Given twice.
    "duplicate.in_list": (
        _("Twice in this list"),
        _("A person is helped once in a category: delete the second row"),
    ),
    "duplicate.in_programme": (
        _("Already helped in this category in this campaign"),
        _("A person is helped once in a category: delete this row, or ask the union that gave"),
    ),
    "duplicate.other_category": (
        _("Already helped in another category in this campaign"),
        _("Both count as times helped: confirm that help is to be given again"),
    ),
    "household.duplicate": (
        _("Twice to one household"),
        _("Such help is given once to a household: keep one person"),
    ),
    # Which category, how much.
    "category.missing": (
        _("The category is missing"),
        _("Enter one of C1 to C11"),
    ),
    "category.unknown": (
        _("The category is not known"),
        _("Enter one of C1 to C11, or the name of the category as in the statistics"),
    ),
    "amount.missing": (
        _("The amount is missing"),
        _("Enter the cash, or the value of the goods"),
    ),
    "amount.format": (
        _("The amount cannot be read"),
        _("Enter yuan in figures, with two decimals at most"),
    ),
    "amount.not_positive": (
        _("The amount is not above zero"),
        _("Enter an amount above zero; who is given nothing does not belong in the list"),
    ),
    "standard.exceeded": (
        _("More than the standard"),
        _("Nobody is treated specially: correct it to the standard, or have the standard revised by procedure"),
    ),
    "standard.below": (
        _("Less than the standard"),
        _("A standard holds for all: confirm it, or make it up to the standard"),
    ),
    "standard.missing": (
        _("No standard applies"),
        _("First enter the standard that was adopted by democratic procedure and filed"),
    ),
    # To which account.
    "account.missing": (
        _("The account number is missing"),
        _("Aid goes to a bank account as a rule: fill it in, or have cash approved first"),
    ),
    "account.format": (
        _("The account number is not written as one"),
        _("Enter digits, and format the column as text, so that the last ones are not spoilt"),
    ),
    "account.checksum": (
        _("The card number fails its check"),
        _("Compare it with the card; an old passbook account may be confirmed and kept"),
    ),
    "account.shared": (
        _("One account for several people"),
        _("Aid goes to the person's own account: put the account right"),
    ),
    "account.name_conflict": (
        _("The holder of the account is somebody else"),
        _("Aid goes to the person's own account: put holder or account right"),
    ),
    "phone.format": (
        _("The phone number is not written as one"),
        _("Enter a mobile or landline number, so that a call can check the aid"),
    ),
    # Whether at all.
    "person.deceased": (
        _("Recorded as deceased"),
        _("Nobody draws for the dead: check it; for help to the family give the family member's own particulars"),
    ),
    "goods.prohibited": (
        _("Goods that are expressly forbidden"),
        _("Choose goods that are allowed"),
    ),
    "conflict.handler": (
        _("A handler or approver has an interest in the recipient"),
        _("Nobody favours kin: have the person step back and another handle it"),
    ),
    # For information.
    "row.total": (
        _("Totals, remarks or signatures: no row of the list"),
        _("Nothing is to be done"),
    ),
    "row.hidden": (
        _("A hidden row, read like the others"),
        _("Confirm that the row belongs in the list"),
    ),
    "cell.formula": (
        _("The stored result of a formula is used"),
        _("Confirm that the value is right"),
    ),
    # The programme as a whole.
    "programme.same_amount_to_all": (
        _("The same sum to all staff"),
        _("Aid is no bonus or allowance in disguise: give each person's reason, or withdraw the list"),
    ),
    "programme.late_entry": (
        _("Entered late after the money was given"),
        _("Explain the delay"),
    ),
    # What the bank answered.
    "replies.unknown_order": (
        _("An order in the reply that is not of this batch"),
        _("Check whether the reply belongs to this batch"),
    ),
    "replies.duplicate": (
        _("One order several times in the reply"),
        _("Ask the bank, and send a reply with one row for each order"),
    ),
    "replies.amount_differs": (
        _("The amount in the reply is not that of the order"),
        _("The order stays open: ask the bank how much it has booked"),
    ),
    "replies.replayed": (
        _("The reply was dealt with before"),
        _("Nothing was booked twice; it need not be sent again"),
    ),
    "replies.out_of_order": (
        _("The reply comes out of order"),
        _("The order has its final result, or was not sent yet: check the date of the file and the batch"),
    ),
    "replies.unmapped_words": (
        _("Nobody knows these words of the bank"),
        _("The order stays open: say what the words mean, and deal with the reply again"),
    ),
    # Whether a fund may be used so.
    "fund.allocation": (
        _("The fund below does not keep the restrictions of the money"),
        _("Open a fund below that is bound as the giving one is"),
    ),
    "fund.insufficient": (
        _("The plan takes more than the fund has free"),
        _("Take less, or bring money in first"),
    ),
    "fund.purpose_not_allowed": (
        _("The purpose of the fund is none that warmth money may have"),
        _("Choose a purpose that the rules allow"),
    ),
    "fund.donor_intent": (
        _("The donor's will is not stated"),
        _("State what the donor gave the money for"),
    ),
    "fund.legal_basis": (
        _("The legal basis is not stated"),
        _("State the lawful basis of the money"),
    ),
    "fund.term": (
        _("Not within the term of the fund"),
        _("Money whose term is over is not spent: choose another fund, or correct the term"),
    ),
    "fund.fiscal": (
        _("For people whom money of this source may not reach"),
        _("Take money of another source for these categories"),
    ),
    "fund.legal_person": (
        _("The fund belongs to another legal person"),
        _("Union and foundation keep their books apart: have that legal person decide for itself"),
    ),
    "fund.other_union": (
        _("The fund belongs to another union"),
        _("A plan uses the union's own money: have it allocated down first"),
    ),
    "fund.member_welfare": (
        _("Money for members' festival gifts"),
        _("It is no warmth money: choose a fund for warmth"),
    ),
    "fund.purpose": (
        _("The fund is for another purpose"),
        _("Choose a fund of the purpose"),
    ),
    "fund.campaign": (
        _("The fund is for another campaign"),
        _("Choose a fund of this campaign, or of any"),
    ),
    "fund.category": (
        _("The fund is for other categories"),
        _("Choose another fund for these categories"),
    ),
    "fund.tag": (
        _("The fund is for a key group that the person is not of"),
        _("Choose another fund for this person"),
    ),
    "fund.region": (
        _("The fund is for another region"),
        _("Choose another fund for this union"),
    ),
    # What stands between an award and its payment.
    "payee.account_missing": (
        _("The account is not on record, or not the person's own"),
        _("Check the account, and ask for the payment anew"),
    ),
    "payee.account_changed": (
        _("The account was changed after the decision"),
        _("Leave the award out, and ask for it anew with the new account"),
    ),
    "payee.name_differs": (
        _("The holder of the account has another name"),
        _("It must be the person's own account: put it right"),
    ),
    "payee.deceased": (
        _("The person is recorded as deceased"),
        _("Leave the award out"),
    ),
    "payee.not_reserved": (
        _("No money is reserved"),
        _("Check the plan's money"),
    ),
    "payee.other_fund": (
        _("The money reserved is of another fund"),
        _("Money is not diverted: check the plan's funds"),
    ),
    "payee.amount_differs": (
        _("The money reserved is not the amount decided"),
        _("Aid is paid in full: check the plan's money"),
    ),
    "payments.not_failed": (
        _("The order has not failed"),
        _("Only a failed order is paid anew"),
    ),
    "payments.account_unverified": (
        _("The account is not put right and confirmed"),
        _("Put the account right, and have another person confirm it"),
    ),
    "payments.reason_missing": (
        _("The reason is missing"),
        _("Say why it is paid anew to the same account"),
    ),
    "payments.unwritable": (
        _("The bank's format cannot carry a text"),
        _("Take the batch back and build it in another bank's format"),
    ),
    "profile.invalid": (
        _("The description of the bank's format does not hold"),
        _("Put the place named here right"),
    ),
    # Official tables.
    "return.formula_broken": (
        _("A formula of the form does not add up"),
        _("Totals follow from their parts: draft a new version from the living table"),
    ),
    "return.doubtful": (
        _("A value that wants a second look"),
        _("Check the value, or explain it"),
    ),
}  # fmt: skip
# The word in the corner of a cell, beside its colour.
SHORT: dict[str, Promise] = {
    "file.unreadable": _("formula"),
    "column.unmapped": _("column"),
    "name.missing": _("no name"),
    "identity.missing": _("no number"),
    "identity.format": _("format"),
    "identity.checksum": _("check"),
    "identity.name_conflict": _("two names"),
    "duplicate.in_list": _("twice"),
    "duplicate.in_programme": _("had before"),
    "duplicate.other_category": _("had other"),
    "household.duplicate": _("one home"),
    "category.missing": _("no category"),
    "category.unknown": _("category"),
    "amount.missing": _("no amount"),
    "amount.format": _("amount"),
    "amount.not_positive": _("amount"),
    "standard.exceeded": _("too much"),
    "standard.below": _("too little"),
    "standard.missing": _("no standard"),
    "account.missing": _("no account"),
    "account.format": _("account"),
    "account.checksum": _("card"),
    "account.shared": _("shared"),
    "account.name_conflict": _("holder"),
    "phone.format": _("phone no."),
    "person.deceased": _("deceased"),
    "goods.prohibited": _("forbidden"),
    "conflict.handler": _("conflict"),
    "row.hidden": _("hidden"),
    "cell.formula": _("formula"),
}
# Rules as codes cite them: parts between 「；」, document and article between spaces.
CITED: dict[str, Promise] = {
    "沪工总权〔2020〕178号": _("Measures No. 178 (2020)"),
    "沪工总权〔2021〕194号": _("Notice No. 194 (2021)"),
    "第三条": _("Art. 3"),
    "第四条": _("Art. 4"),
    "第七条": _("Art. 7"),
    "第八条": _("Art. 8"),
    "第九条": _("Art. 9"),
    "第十一条": _("Art. 11"),
    "第十三条": _("Art. 13"),
    "第十六条": _("Art. 16"),
    "第十八条": _("Art. 18"),
    "附件1": _("annex 1"),
    "五（二）": _("5 (2)"),
    "名册读取规则": _("How lists are read"),
    "《基层工会经费收支管理办法》": _("Measures for the money of grassroots unions"),
    "《基金会管理条例》": _("Regulations on foundations"),
    "法人财产独立": _("property of legal persons apart"),
}


class Told(Protocol):
    """What every finding has, recorded or not."""

    @property
    def code(self) -> str: ...
    @property
    def message(self) -> str: ...


class Cited(Told, Protocol):
    """A finding that names its rule."""

    @property
    def rule(self) -> str: ...


def is_chinese() -> bool:
    """Whether the page is read in Chinese."""
    return (get_language() or "").startswith("zh")


def title_of(code: str) -> str:
    """What a finding code is called; the code itself where nobody knows it."""
    return str(WORDS[code][0]) if code in WORDS else code


def remedy_of(code: str) -> str:
    """What to do about a finding; '' for a code that nobody knows."""
    return str(WORDS[code][1]) if code in WORDS else ""


def hint_of(code: str) -> str:
    """What to do and by which rule, in one line."""
    rule = CODES[code].rule
    return f"{remedy_of(code)}（{rule}）" if is_chinese() else f"{remedy_of(code)} ({rule_words(rule)})"


def short_of(code: str) -> str:
    """The word in the corner of a cell."""
    return str(SHORT.get(code, "!"))


def rule_words(rule: str) -> str:
    """A rule as the reader knows it: 沪工总权〔2020〕178号 第三条 is Measures No. 178 (2020), Art. 3."""
    if is_chinese():
        return rule
    cited = [[str(CITED.get(word, word)) for word in part.split(" ")] for part in rule.split("；")]
    return "; ".join(_joined(words) for words in cited)


def _joined(words: list[str]) -> str:
    # An international standard has spaces of its own.
    return (" " if words[0].isascii() and words[0].isupper() else ", ").join(words)


def told(finding: Told) -> SafeString | str:
    """What was found, beside its title: the message; to others than Chinese readers the remedy first."""
    if is_chinese() or finding.code not in WORDS:
        return finding.message
    return format_html(
        '{}. <span class="quiet" lang="zh-Hans">{}</span>', remedy_of(finding.code), finding.message
    )


def in_words(code: str, message: str) -> str:
    """A message without places or figures, as plain text: to others than Chinese readers title and remedy."""
    return message if is_chinese() or code not in WORDS else f"{title_of(code)}. {remedy_of(code)}."


def in_words_with_message(finding: Told) -> str:
    """A finding as plain text: title, remedy, and the message, which alone knows the places and figures."""
    words = in_words(finding.code, finding.message)
    return words if words == finding.message else f"{words} {finding.message}"


def told_whole(finding: Told) -> SafeString | str:
    """The same where no title stands beside it."""
    if is_chinese() or finding.code not in WORDS:
        return finding.message
    return format_html("{}. {}", title_of(finding.code), told(finding))

"""What binds money to its purpose: pure judgement of a fund against a use, and of one fund against another.

Every rule set applies (沪工总权〔2020〕178号 第八条): what the fund says, what its source brings, what the plan asks.
Each rule looks at its own restriction and none can lift another's, so the strictest wins by construction.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from nuanliu.kernel.findings import Finding, Severity
from nuanliu.kernel.money import yuan_text

MEASURES = "沪工总权〔2020〕178号"
SOURCES = f"{MEASURES} 第四条"
USE_BY_SOURCE = f"{MEASURES} 第八条"
WITHIN_MEANS = f"{MEASURES} 第九条"
PROHIBITIONS = f"{MEASURES} 第十六条"
MEMBER_GIFTS = "沪工总权〔2021〕194号；《基层工会经费收支管理办法》"
TWO_LEDGERS = "《基金会管理条例》；法人财产独立"

DONATED = "social_donation"
OTHER_SOURCE = "other"


@dataclass(frozen=True, slots=True)
class FundFacts:
    """A fund and everything that restricts it. None or empty: not restricted in that respect.

    `source_categories` are the recipients whom money of this source may reach at all.
    """

    name: str
    legal_person: str
    organization_path: str
    source_class: str
    purpose: str
    purpose_allowed: bool = True
    campaign: object = None
    allowed_categories: frozenset[str] | None = None
    source_categories: frozenset[str] | None = None
    required_tag: str = ""
    region_path: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    donor_intent: str = ""
    legal_basis: str = ""
    member_welfare: bool = False


@dataclass(frozen=True, slots=True)
class UseFacts:
    """What somebody wants to do with it. `tags`, `recipient_path`, `on`: None while no recipient or day is known."""

    legal_person: str
    organization_path: str
    purpose: str
    campaign: object
    categories: frozenset[str]
    tags: frozenset[str] | None = None
    recipient_path: str | None = None
    on: date | None = None


@dataclass(frozen=True, slots=True)
class LineFacts:
    """A line of a plan: so much of one fund for these categories."""

    fund: object
    categories: frozenset[str]
    amount_fen: int


@dataclass(frozen=True, slots=True)
class AskedFacts:
    """What a list asks for one category; `fund` is the list's own, None where it names none."""

    category: str
    fund: object
    amount_fen: int


def fund_findings(fund: FundFacts, use: UseFacts) -> tuple[Finding, ...]:
    """Everything that forbids this use of this fund; empty when nothing does (R-027, R-029, R-051, R-053, R-055)."""
    return terms_findings(fund) + tuple(found for rule in _RULES for found in [rule(fund, use)] if found)


def terms_findings(fund: FundFacts) -> tuple[Finding, ...]:
    """What a fund must state before it may receive anything: purpose, donor's will, legal basis, fiscal rules."""
    return tuple(found for rule in _TERMS for found in [rule(fund)] if found)


def allocation_findings(giver: FundFacts, taker: FundFacts, passes_down_as: str) -> tuple[Finding, ...]:
    """What is lost on the way down: the taking fund must be bound at least as strictly (R-013, R-029, R-195).

    `passes_down_as` is the source class under which the lower union books money of the giver's class.
    """
    lost = [words for words, kept in _kept(giver, taker, passes_down_as) if not kept]
    if not lost:
        return ()
    message = (
        f"下拨资金须沿用“{giver.name}”的限制，“{taker.name}”的{'、'.join(lost)}与之不符；请另设资金专户承接。"
    )
    return (_error("fund.allocation", message, USE_BY_SOURCE, taker),)


def overspending(fund_name: str, wanted_fen: int, free_fen: int) -> tuple[Finding, ...]:
    """A finding when a plan wants more of a fund than is neither given, reserved nor planned (R-031)."""
    if wanted_fen <= free_fen:
        return ()
    beyond = yuan_text(wanted_fen - free_fen)
    message = (
        f"“{fund_name}”可安排{yuan_text(free_fen)}元，方案列支{yuan_text(wanted_fen)}元，超出{beyond}元。"
    )
    return (Finding("fund.insufficient", Severity.ERROR, message, WITHIN_MEANS, subject=fund_name),)


def shares(
    lines: Sequence[LineFacts], asked: Iterable[AskedFacts]
) -> tuple[list[int], dict[str, int], list[int]]:
    """How lists draw on the lines of a plan: fen drawn by line, fen of each category that no line covers, and fen
    missing by line.

    A category is paid by one line: that of the list's own fund, else the first that names it, as the decision does it.
    """
    drawn, uncovered = [0] * len(lines), dict[str, int]()
    for one in asked:
        naming = [place for place, line in enumerate(lines) if one.category in line.categories]
        own = [place for place in naming if lines[place].fund == one.fund]
        if chosen := own or naming:
            drawn[chosen[0]] += one.amount_fen
        else:
            uncovered[one.category] = uncovered.get(one.category, 0) + one.amount_fen
    missing = [max(0, wanted - line.amount_fen) for wanted, line in zip(drawn, lines, strict=True)]
    return drawn, uncovered, missing


def _kept(giver: FundFacts, taker: FundFacts, passes_down_as: str) -> list[tuple[str, bool]]:
    giver_from, giver_to = giver.valid_from or date.min, giver.valid_to or date.max
    taker_from, taker_to = taker.valid_from or date.min, taker.valid_to or date.max
    below = taker.organization_path != giver.organization_path
    return [
        ("法人", taker.legal_person == giver.legal_person),
        ("上下级关系", below and taker.organization_path.startswith(giver.organization_path)),
        ("资金来源", taker.source_class == passes_down_as),
        ("用途", taker.purpose == giver.purpose),
        ("会员福利性质", taker.member_welfare == giver.member_welfare),
        ("活动", giver.campaign in (None, taker.campaign)),
        ("对象类别", _within(taker.allowed_categories, giver.allowed_categories)),
        ("重点人群", giver.required_tag in ("", taker.required_tag)),
        ("地区", taker.region_path.startswith(giver.region_path)),
        ("使用期限", giver_from <= taker_from and taker_to <= giver_to),
        ("捐赠意愿", giver.donor_intent in ("", taker.donor_intent)),
    ]


def _within(narrow: frozenset[str] | None, wide: frozenset[str] | None) -> bool:
    return wide is None or (narrow is not None and narrow <= wide)


# --- what the fund itself must state ---


def _purpose_is_allowed(fund: FundFacts) -> Finding | None:
    # Gifts to members are kept in a fund of their own, which no plan may touch.
    if fund.purpose_allowed or fund.member_welfare:
        return None
    message = f"“{fund.name}”的用途“{fund.purpose}”不在送温暖资金的允许范围内，不得用于与规定用途无关的事项。"
    return _error("fund.purpose_not_allowed", message, PROHIBITIONS, fund)


def _donor_intent_is_stated(fund: FundFacts) -> Finding | None:
    if fund.source_class != DONATED or fund.donor_intent.strip():
        return None
    return _error("fund.donor_intent", f"“{fund.name}”是社会募集资金，须写明捐赠人意愿。", SOURCES, fund)


def _legal_basis_is_stated(fund: FundFacts) -> Finding | None:
    if fund.source_class != OTHER_SOURCE or fund.legal_basis.strip():
        return None
    return _error("fund.legal_basis", f"“{fund.name}”属其他合法来源，须写明合法依据。", SOURCES, fund)


def _term_is_in_order(fund: FundFacts) -> Finding | None:
    if not fund.valid_from or not fund.valid_to or fund.valid_from <= fund.valid_to:
        return None
    return _error("fund.term", f"“{fund.name}”的使用期限起止颠倒，请更正。", USE_BY_SOURCE, fund)


def _scope_is_within_the_source(fund: FundFacts) -> Finding | None:
    beyond = sorted((fund.allowed_categories or frozenset()) - (fund.source_categories or frozenset()))
    if fund.source_categories is None or not beyond:
        return None
    message = f"“{fund.name}”的来源不得用于{'、'.join(beyond)}类；财政等来源另有规定的从严执行。"
    return _error("fund.fiscal", message, USE_BY_SOURCE, fund)


_TERMS: tuple[Callable[[FundFacts], Finding | None], ...] = (
    _purpose_is_allowed,
    _donor_intent_is_stated,
    _legal_basis_is_stated,
    _term_is_in_order,
    _scope_is_within_the_source,
)


# --- what the use must respect ---


def _same_legal_person(fund: FundFacts, use: UseFacts) -> Finding | None:
    if fund.legal_person == use.legal_person:
        return None
    message = f"“{fund.name}”属另一法人，工会与基金会各自核算，不得互相列支；请由该法人自行审批。"
    return _error("fund.legal_person", message, TWO_LEDGERS, fund)


def _own_money(fund: FundFacts, use: UseFacts) -> Finding | None:
    if fund.organization_path == use.organization_path:
        return None
    message = f"“{fund.name}”属另一单位，方案只能动用本级资金；上级补助请先下拨到本级。"
    return _error("fund.other_union", message, PROHIBITIONS, fund)


def _not_member_welfare(fund: FundFacts, use: UseFacts) -> Finding | None:
    if not fund.member_welfare:
        return None
    message = f"“{fund.name}”是会员节日慰问品经费，不属送温暖资金，不得混用；请改用送温暖资金。"
    return _error("fund.member_welfare", message, MEMBER_GIFTS, fund)


def _same_purpose(fund: FundFacts, use: UseFacts) -> Finding | None:
    if fund.purpose == use.purpose:
        return None
    message = f"“{fund.name}”只能用于“{fund.purpose}”，不得用于“{use.purpose}”；请改用相应用途的资金。"
    return _error("fund.purpose", message, PROHIBITIONS, fund)


def _same_campaign(fund: FundFacts, use: UseFacts) -> Finding | None:
    if fund.campaign is None or fund.campaign == use.campaign:
        return None
    message = f"“{fund.name}”专用于另一次活动；请改用本次活动或不限活动的资金。"
    return _error("fund.campaign", message, USE_BY_SOURCE, fund)


def _allowed_categories(fund: FundFacts, use: UseFacts) -> Finding | None:
    return _categories("fund.category", "资金限定的对象", PROHIBITIONS, fund, use, fund.allowed_categories)


def _categories_of_the_source(fund: FundFacts, use: UseFacts) -> Finding | None:
    return _categories(
        "fund.fiscal", "财政等来源规定的对象", USE_BY_SOURCE, fund, use, fund.source_categories
    )


def _categories(
    code: str, what: str, rule: str, fund: FundFacts, use: UseFacts, allowed: frozenset[str] | None
) -> Finding | None:
    beyond = sorted(use.categories - allowed) if allowed is not None else []
    if not beyond:
        return None
    message = (
        f"“{fund.name}”不得用于{'、'.join(beyond)}类，超出{what}（{'、'.join(sorted(allowed or ()))}）。"
    )
    return _error(code, message, rule, fund)


def _required_tag(fund: FundFacts, use: UseFacts) -> Finding | None:
    if not fund.required_tag or use.tags is None or fund.required_tag in use.tags:
        return None
    message = f"“{fund.name}”只能用于{fund.required_tag}群体，该对象没有这一标识。"
    return _error("fund.tag", message, USE_BY_SOURCE, fund)


def _region(fund: FundFacts, use: UseFacts) -> Finding | None:
    if use.recipient_path is None or use.recipient_path.startswith(fund.region_path):
        return None
    message = f"“{fund.name}”限定地区使用，该对象所在单位不在限定范围内。"
    return _error("fund.region", message, USE_BY_SOURCE, fund)


def _within_term(fund: FundFacts, use: UseFacts) -> Finding | None:
    if use.on is None or (fund.valid_from or date.min) <= use.on <= (fund.valid_to or date.max):
        return None
    message = f"“{fund.name}”的使用期限不含{use.on.isoformat()}；期满资金不得再支出。"
    return _error("fund.term", message, USE_BY_SOURCE, fund)


_RULES: tuple[Callable[[FundFacts, UseFacts], Finding | None], ...] = (
    _same_legal_person,
    _own_money,
    _not_member_welfare,
    _same_purpose,
    _same_campaign,
    _allowed_categories,
    _categories_of_the_source,
    _required_tag,
    _region,
    _within_term,
)


def _error(code: str, message: str, rule: str, fund: FundFacts) -> Finding:
    return Finding(code, Severity.ERROR, message, rule, subject=fund.name)

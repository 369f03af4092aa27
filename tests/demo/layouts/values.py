"""How values are written, and which of them cannot stand."""

from nuanliu.kernel.identity import check_character
from tests.demo.paper import OFFICIAL, Book, Page, People, by_openpyxl, by_xlsxwriter

LABEL_OF_C1 = "因非个人意愿下岗失业、家庭收入水平明显偏低、子女教育费用负担过重等原因造成家庭生活困难的职工"


def writing_of_values(people: People) -> Book:
    """Nothing of how a value is written is a finding."""
    page = Page(people)
    page.opening()
    page.head({**OFFICIAL, "account_holder": "户名", "remark": "备注"})
    who = people()
    page.person(who=who, name=f" {who.name[0]}　{who.name[1:]} ", account_holder=who.name)
    who = people()
    page.person(who=who, identity_number=f"'{who.number.lower()}", account=f"'{who.account}", cash="'1000")
    wide = {ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789X"}
    who = people()
    page.person(who=who, identity_number=who.number.translate(wide), account=who.account.translate(wide))
    who = people()
    spaced = f"{who.number[:6]} {who.number[6:14]} {who.number[14:]}"
    grouped = " ".join(who.account[i : i + 4] for i in range(0, len(who.account), 4))
    page.person(who=who, identity_number=spaced, account=grouped, cash="￥1,000.00")
    who = people()
    page.person(who=who, cash="1000元", phone=f"{who.phone[:3]}-{who.phone[3:7]}-{who.phone[7:]}")
    page.person(cash="1,000.00元", goods="/", goods_value="-", remark="无")
    page.person(cash="１０００", phone="021-59530000", goods="无", goods_value="—")
    page.person(cash=1000.0, phone="/")
    page.person("amount.missing", cash="-", goods="/", goods_value="无")
    page.person("identity.missing", identity_number="无")
    page.person("account.missing", account="/")
    page.person("name.missing", name="-")
    page.person("category.missing", category="/")
    return Book("写法.xlsx", [page], by_xlsxwriter)


def categories(people: People) -> Book:
    """By code and by label, however written."""
    page = Page(people)
    page.opening()
    page.head()
    for written in ("c1", "Ｃ１", " C 1 ", "（C1）", LABEL_OF_C1):
        page.person(category=written)
    page.person(category="其中：" + LABEL_OF_C1.replace("、", "，"))
    for written in (
        "长期在高(低)温、高空、有毒有害等环境中和苦脏累险艰苦行业岗位上工作的一线职工",
        "长期在高［低］温、高空、有毒有害等环境中和苦脏累险艰苦行业岗位上工作的一线职工",
        "C5 长期在高（低）温、高空、有毒有害等环境中和苦脏累险艰苦行业岗位上工作的一线职工",
    ):
        page.person(category=written, cash=500, fen=50_000)
    page.person(category="其中：在档困难职工", cash=1200, fen=120_000)
    for written in ("C12", "C0", "困难职工", "1", "C1C2", "退休职工"):
        page.person("category.unknown", category=written)
    page.person("category.missing", category=None)
    return Book("类别.xlsx", [page], by_openpyxl)


def amounts(people: People) -> Book:
    """What cannot stand as an amount."""
    page = Page(people)
    page.opening()
    page.head()
    page.person("amount.not_positive", cash=0)
    page.person("amount.not_positive", cash=-1000)
    page.person("amount.format", cash="壹仟元")
    page.person("amount.format", cash="1000.005")
    page.person("amount.format", cash="约1000")
    page.person("amount.missing", cash=None)
    page.person("amount.missing", cash=None, goods="大米1袋", account=None)
    page.person("amount.format", cash=None, goods_value="两百", account=None)
    page.person("amount.not_positive", cash=None, goods_value=-1, account=None)
    page.person(cash=0, goods="大米1袋", goods_value=1000, account=None)
    page.person("standard.exceeded", cash=1000.01)
    page.person("standard.below", cash=999.99, fen=99_999)
    page.person("standard.exceeded", cash=800, goods="大米1袋", goods_value=201)
    page.person(cash=800, goods="大米1袋", goods_value=200, fen=80_000)
    return Book("金额.xlsx", [page], by_xlsxwriter)


def goods(people: People) -> Book:
    """Goods alone need no account and no order; prohibited ones are refused wherever the word stands."""
    page = Page(people)
    page.opening()
    page.head()
    page.person(cash=None, goods="大米1袋、食用油1桶", goods_value=1000, account=None)
    page.person("goods.prohibited", cash=800, goods="超市购物卡2张", goods_value=200)
    page.person("goods.prohibited", cash=800, goods="牛奶1箱，中华香烟1条", goods_value=200)
    page.person("goods.prohibited", "account.missing", cash=800, goods="白 酒", goods_value=200, account=None)
    page.person(cash=800, goods="料酒1瓶、消毒酒精1瓶", goods_value=200, fen=80_000)
    return Book("慰问品.xlsx", [page], by_xlsxwriter)


def accounts(people: People) -> Book:
    """Whose account, and what an account looks like."""
    page = Page(people)
    page.opening()
    page.head({**OFFICIAL, "account_holder": "户名"})
    who = page.person(account_holder=None)
    page.person("account.shared", account=who.account)
    page.person("account.name_conflict", account_holder="别人")
    page.person("account.format", account="工商银行6222")
    page.person("account.format", account="1234567")
    page.person("account.checksum", who=(odd := people()), account="6222021001020003057")
    page.orders[-1] = type(page.orders[-1])(odd.name, "6222021001020003057", 100_000)
    book = people()
    page.person(who=book, account="1001234567890")
    page.orders[-1] = type(page.orders[-1])(book.name, "1001234567890", 100_000)
    return Book("账户.xlsx", [page], by_xlsxwriter)


def persons(people: People) -> Book:
    """One number under two names, one person twice, and which row stands."""
    page = Page(people)
    page.opening()
    page.head()
    one = page.person()
    page.person("identity.name_conflict", who=one, name="另一人", account=people().account)
    page.person("duplicate.in_list", who=one)
    page.person("duplicate.other_category", who=one, category="C3", cash=800, fen=80_000)
    two = people()
    page.person("amount.format", who=two, cash="伍佰")
    page.person(who=two)
    page.person("identity.missing", name="等20人", identity_number=None)
    page.person("identity.missing", "standard.exceeded", name="张三等20人", identity_number=None, cash=20000)
    return Book("同一人.xlsx", [page], by_xlsxwriter)


def identities(people: People) -> Book:
    """Numbers that cannot be."""
    page = Page(people)
    page.opening()
    page.head()
    page.person("identity.format", identity_number="31011419900101123")
    page.person("identity.format", identity_number="护照E12345678")
    page.person("identity.checksum", identity_number="310114199002301239")
    page.person("identity.checksum", identity_number=with_check("31011420300101123"))
    page.person("identity.checksum", identity_number=with_check("31011419010101123"))
    page.person("identity.checksum", identity_number=with_check("31011419901301123"))
    page.person(identity_number=with_check("31011419020111123"))
    page.person(identity_number=with_check("99999919900101123"))
    return Book("号码.xlsx", [page], by_openpyxl)


def with_check(body: str) -> str:
    """The number of these 17 digits."""
    return body + check_character(body)


LAYOUTS = (writing_of_values, categories, amounts, goods, accounts, persons, identities)

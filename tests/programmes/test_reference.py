"""The reference data as people rely on it: categories, key groups, purposes, rules, prohibited goods."""

from datetime import date
from pathlib import Path

import pytest
import yaml
from django.apps import apps
from django.db import DatabaseError, transaction

from nuanliu.kernel.errors import Refused
from nuanliu.kernel.text import normalize_label
from nuanliu.programmes import reference
from nuanliu.programmes.models import Category, RuleDocument
from nuanliu.programmes.queries import (
    allowed_purpose,
    categories,
    category_by_label,
    default_basis,
    prohibited_rules,
    rules_in_force,
    tag_by_wording,
)
from nuanliu.programmes.rules import prohibited

pytestmark = pytest.mark.django_db

GOODS_CASES = yaml.safe_load((Path(__file__).parents[1] / "cases" / "prohibited_goods.yaml").read_text())
IN_2022 = date(2022, 1, 10)


def category_of(cell: str) -> str | None:
    return category_by_label().get(normalize_label(cell))


def numbers(on: date) -> list[str]:
    return list(rules_in_force(on).values_list("number", flat=True))


def test_there_are_eleven_categories_in_the_order_of_annex_1():
    assert [category.code for category in categories()] == [f"C{number}" for number in range(1, 12)]


@pytest.mark.parametrize(("label", "code"), [
    pytest.param(label, code, marks=pytest.mark.requirement(requirement))
    for requirement, code, label in [
        ("R-004", "C1", "因非个人意愿下岗失业、家庭收入水平明显偏低、子女教育费用负担过重等原因造成家庭生活困难的职工"),
        ("R-005", "C2", "本人或家庭成员因患大病、感染重特大传染病、遭受各类灾害或突发意外等情况造成生活困难的职工"),
        ("R-005", "C2", "本人或家庭成员因患大病、遭受各类灾害或突发意外等情况造成生活困难的职工"),
        ("R-006", "C3", "关停并转等困难企业中，因停发、减发工资而导致生活相对困难的职工"),
        ("R-007", "C4", "工伤与职业病致残的职工和因公牺牲职工的家属；因重大疾病手术、住院的职工"),
        ("R-007", "C4", "因公牺牲职工的家属"),
        ("R-008", "C5", "长期在高(低)温、高空、有毒有害等环境中和苦脏累险艰苦行业岗位上工作的一线职工"),
        ("R-009", "C6", "重大灾害期间坚守抗灾一线的职工"),
        ("R-009", "C7", "春节期间坚守在生产一线和交通运输、电力、环卫以及直接面向群众服务的基层岗位干部职工"),
        ("R-010", "C8", "因组织需要长期异地工作或者服从组织需要赴外地、基层工作的派驻挂职干部职工"),
        ("R-009", "C9", "在重大项目和重大工程中做出突出贡献的职工"),
        ("R-009", "C10", "生产一线涌现出来的先进模范人物"),
        ("R-004", "C11", "各级工会建档的困难职工"),
    ]
])  # fmt: skip
def test_the_words_of_measures_and_form_name_a_category(label, code):
    assert category_of(label) == code


@pytest.mark.parametrize("cell", [
    "C7", "c7", " C 7 ", "Ｃ７", "C7春节坚守岗位干部职工", "C7、节日坚守岗位职工", "7、节日坚守岗位职工",
    "（7）节日坚守岗位职工", "节日坚守岗位职工（C7）", "其中：节日坚守岗位职工",
])  # fmt: skip
def test_a_cell_names_its_category_in_many_ways(cell):
    assert category_of(cell) == "C7"


@pytest.mark.parametrize(
    "cell", ["D3", "C12", "C0", "其他", "困难", "困难职工", "一线职工", "劳模", "7", "400人", ""]
)
def test_what_could_be_several_categories_or_none_is_unknown(cell):
    assert category_of(cell) is None


def test_no_wording_means_two_categories():
    codes = {normalize_label(category.label): category.code for category in categories()}
    shipped = [
        (normalize_label(wording), code)
        for code, entry in reference.shipped("categories").items()
        for wording in (entry["label"], entry["short_label"], *entry.get("wordings", []))
    ]
    assert {wording: code for wording, code in shipped if wording in codes} == codes
    assert len(dict(shipped)) == len(set(shipped))


@pytest.mark.requirement("R-070")
@pytest.mark.parametrize(("words", "tag"), [
    ("疫情防控一线", "EPIDEMIC_FRONTLINE"),
    ("网约车司机", "NEW_EMPLOYMENT_FORM"),
    ("货车司机", "NEW_EMPLOYMENT_FORM"),
    ("外卖配送员", "NEW_EMPLOYMENT_FORM"),
    ("快递员", "NEW_EMPLOYMENT_FORM"),
    ("劳模", "MODEL_WORKER"),
    ("灵活就业人员", "FLEXIBLE_WORKER"),
    ("留沪外来建设者", "MIGRANT_BUILDER_STAYING"),
    ("节日期间坚守岗位职工", "FESTIVAL_ON_DUTY"),
])  # fmt: skip
def test_key_groups_are_tags_beside_the_category(words, tag):
    assert tag_by_wording()[normalize_label(words)] == tag


@pytest.mark.requirement("R-002")
def test_the_register_tells_number_issuer_and_day_of_each_rule():
    national = RuleDocument.objects.get(number="总工发〔2018〕39号")
    assert (national.issuer, national.kind) == ("中华全国总工会", "national")
    assert national.effective_from == national.issued_on


@pytest.mark.requirement("R-063")
def test_a_rule_is_in_force_from_its_issue_on():
    issued_on = RuleDocument.objects.get(number="沪工总权〔2020〕178号").issued_on
    assert "沪工总权〔2020〕178号" in numbers(issued_on)
    assert "沪工总权〔2020〕178号" not in numbers(date.fromordinal(issued_on.toordinal() - 1))


@pytest.mark.requirement("R-064")
def test_a_replaced_rule_is_kept_and_found_for_its_time():
    old = RuleDocument.objects.get(number="沪工总权〔2019〕11号")
    assert old.replaced_by.number == "沪工总权〔2020〕178号"
    assert default_basis(date(2020, 1, 20)) == old
    assert default_basis(IN_2022) == old.replaced_by
    assert old.number not in numbers(IN_2022)


def test_loading_again_changes_nothing():
    assert set(reference.load(apps, "default").values()) == {0}


@pytest.mark.requirement("R-051")
@pytest.mark.parametrize(
    "code", ["ADMIN_COST", "SALARIES", "CONSTRUCTION", "PUBLICITY", "MEMBER_WELFARE", "ELSE", ""]
)
def test_warmth_money_is_for_listed_purposes_only(code, raw_sql):
    assert allowed_purpose("WARMTH_VISIT").allowed
    with pytest.raises(Refused, match=r"purpose\.not_allowed"):
        allowed_purpose(code)
    asked = "SELECT programmes_purpose_allowed(%s), programmes_purpose_allowed('WARMTH_VISIT')"
    assert raw_sql(asked, [code]) == [(False, True)]


@pytest.mark.requirement("R-051")
@pytest.mark.parametrize("attempt", [
    "UPDATE programmes_purpose SET allowed = true WHERE code = 'ADMIN_COST'",
    "INSERT INTO programmes_purpose (code, label, allowed, reason) VALUES ('BONUS', '奖金', true, '')",
    "DELETE FROM programmes_purpose WHERE NOT allowed",
    "UPDATE programmes_categorywording SET category_id = 'C1'",
    "DELETE FROM programmes_category",
    "UPDATE programmes_tag SET wordings = '{}'",
])  # fmt: skip
def test_the_application_cannot_write_reference_data(raw_sql, attempt):
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        raw_sql(attempt)
    assert Category.objects.count() == 11


@pytest.mark.requirement("R-049")
@pytest.mark.parametrize(("goods", "word"), GOODS_CASES.items())
def test_the_database_recognises_prohibited_goods_as_the_rule_does(raw_sql, goods, word):
    found = prohibited(goods, prohibited_rules(IN_2022))
    assert (found.word if found else "") == word
    assert raw_sql("SELECT coalesce(programmes_prohibited_word(%s, %s), '')", [goods, IN_2022]) == [(word,)]


@pytest.mark.requirement("R-049")
@pytest.mark.parametrize("attempt", [
    "DELETE FROM programmes_prohibitedgoods WHERE word = '购物卡'",
    "UPDATE programmes_prohibitedgoods SET word = '某物' WHERE word = '购物卡'",
    "UPDATE programmes_prohibitedgoods SET exceptions = ARRAY['购物卡'] WHERE word = '购物卡'",
])  # fmt: skip
def test_no_word_leaves_the_list_unseen(raw_sql, attempt):
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        raw_sql(attempt)
    assert raw_sql("SELECT programmes_prohibited_word('购物卡', %s)", [IN_2022]) == [("购物卡",)]

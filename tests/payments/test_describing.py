"""A description is read as people paste it, whatever they paste, and shows itself in two invented orders."""

import pytest

from nuanliu.kernel.errors import Refused
from nuanliu.payments.layouts import (
    Layout,
    Profile,
    check_profile,
    description_of,
    read_description,
    read_rows,
    sample_file,
    sample_lines,
)
from nuanliu.payments.reference import shipped

PROFILES = {said["key"]: said for said in shipped()["profiles"]}


@pytest.mark.parametrize("key", PROFILES)
def test_a_description_is_written_and_read_back(key):
    said = PROFILES[key]
    text = description_of(said["key"], said["bank"], said["layout"], said["reply"])
    assert read_description(text) == said
    assert check_profile(read_description(text)) == []


@pytest.mark.parametrize("key", PROFILES)
def test_the_sample_is_a_file_of_two_orders_in_the_bank_s_layout(key):
    profile = Profile.from_data(PROFILES[key])
    _, content = sample_file(profile)
    assert read_rows(profile.layout, content).amounts_fen == [100_000, 50_050]
    assert sum("张三" in line for line in sample_lines(profile.layout)) == 1


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("key: [", "第1行第7列"),
        ("a: &x 1\nb: *x", "引用"),
        ("[" * 20_000, "第1行"),
        ("key: 2022-99-99", "格式不符"),
        ("x" * 70_000, "64 KB"),
        ("!!python/object/apply:os.system ['true']", "第1行第1列"),
    ],
)
def test_what_is_no_description_is_refused_with_the_place(text, where):
    with pytest.raises(Refused) as caught:
        read_description(text)
    assert caught.value.code == "profile.unreadable"
    assert where in caught.value.message


def test_the_lines_shown_are_those_of_the_file():
    layout = Layout.from_data(PROFILES["nuanliu_standard"]["layout"])
    heading, first, second = sample_lines(layout)
    assert heading[:4] == ["流水号", "收款人", "账号", "开户行"]
    assert (first[4], second[4]) == ("1000.00", "500.50")

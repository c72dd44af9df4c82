"""A name is found by its characters, its pinyin, its initials and each way its surname reads, and ordered by pinyin."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.people.pinyin import LONGEST_KEYS, LONGEST_ORDER, keys_of, order_of, plain


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        (
            "王雨桐",
            ["王", "王雨", "雨桐", "wang", "wangyutong", "WYT", "yutong", "Wang Yutong", "Yutong Wang"],
        ),
        ("单小雨", ["shan", "dan", "sxy", "dxy", "shanxiaoyu"]),
        ("曾毅", ["zeng", "ceng"]),
        ("吕布", ["lv", "lu", "lü", "LÜ"]),
        ("尉迟恭", ["yuchi", "weichi", "尉迟", "恭"]),
        ("John Smith", ["john", "smith", "js", "Smith John"]),
        ("Müller", ["muller", "MÜLLER"]),
        ("阿卜杜拉·买买提", ["阿卜杜拉买买提", "买买提", "maimaiti", "bodula"]),
    ],
)
def test_a_name_is_found_by_what_people_type(name: str, typed: list[str]) -> None:
    keys = keys_of(name, "2023-001")
    for one in (*typed, "2023-001", "2023001"):
        assert f" {plain(one)}" in keys, one


def test_a_name_is_not_found_by_the_middle_of_a_syllable() -> None:
    assert " ang" not in keys_of("王雨桐", "1")


def test_names_are_ordered_as_a_telephone_book_has_them() -> None:
    assert sorted(["赵一", "单二", "安三", "曾四", "Bob"], key=order_of) == ["安三", "Bob", "单二", "曾四", "赵一"]


@given(st.text(max_size=300), st.text(max_size=64))
def test_any_name_can_be_stored(name: str, number: str) -> None:
    assert len(order_of(name)) <= LONGEST_ORDER
    assert len(keys_of(name, number)) <= LONGEST_KEYS
    assert plain(number) in keys_of(name, number)

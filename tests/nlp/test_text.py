"""Cleaning and cutting texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlp.text import bare, normalise, sentences, windows


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Where   IS\tmy order? ", "where is my order?"),
        ("Ｗｈｅｒｅ　ＩＳ　ｍｙ　ｏｒｄｅｒ？", "where is my order?"),
        ("pleeeease!!!!", "pleease!!"),
        ("order 10000", "order 10000"),
        ("哈哈哈哈", "哈哈"),
        ("hi 😀👍🏽 there", "hi there"),
        ("see https://example.com/a?b=1看看 now", "see 看看 now"),
        ("@kefu_bot hello", "hello"),
        ("write to me@example.com", "write to me@example.com"),
        ("or\u200bder \u202eright", "order right"),
        ("a\0b\ud800c", "abc"),
        ("one\r\n\n two", "one\ntwo"),
        ("don’t", "don't"),
        ("", ""),
        ("😀", ""),
    ],
)
def test_normalise(text: str, expected: str) -> None:
    assert normalise(text) == expected


@given(st.text(alphabet=st.characters(exclude_categories=[])))
def test_normalise_takes_anything(text: str) -> None:
    once = normalise(text)
    assert once == once.strip()
    assert "\0" not in once
    assert not any("\ud800" <= character <= "\udfff" for character in once)


def test_normalise_stops_reading_somewhere() -> None:
    assert len(normalise("ab" * 100_000)) == 10_000


def test_bare_keeps_words_only() -> None:
    assert bare("  Where’s my ORDER?! ") == bare("where's my order") == "where s my order"
    assert bare("我的订单，到哪了？") == "我的订单 到哪了"
    assert bare("?!…") == ""


def test_windows_of_a_short_text_are_the_whole_and_its_sentences() -> None:
    assert windows("hi. where is my order?") == ["hi. where is my order?", "hi.", "where is my order?"]


def test_windows_of_one_sentence_are_the_sentence() -> None:
    assert windows("where is my order?") == ["where is my order?"]


def test_windows_of_nothing_are_none() -> None:
    assert windows("") == windows("?! …") == []


def test_windows_of_a_long_text_overlap_and_cover_it() -> None:
    words = [f"w{number}" for number in range(60)]
    assert windows(" ".join(words)) == [" ".join(words[begin : begin + 24]) for begin in (0, 12, 24, 36)]


def test_windows_count_a_chinese_character_as_part_of_a_word() -> None:
    text = "".join(chr(0x4E00 + number) for number in range(80))
    assert windows(text[:40]) == [text[:40]]
    assert windows(text) == [text[0:40], text[20:60], text[40:80]]


def test_sentences_end_at_marks_of_both_languages() -> None:
    assert sentences("hi! it costs 3.50. why?\nok。我要退款！谢谢") == [
        "hi!",
        "it costs 3.50.",
        "why?",
        "ok。",
        "我要退款！",
        "谢谢",
    ]


@given(st.text(max_size=400))
def test_windows_hold_words_of_the_text(text: str) -> None:
    cleaned = normalise(text)
    assert all(window in cleaned for window in windows(cleaned))

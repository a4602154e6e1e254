"""The polite frame around a question."""

import pytest

from bot.nlp.frame import unframed


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("hi there, just checking whether my lamp has left, thanks a lot!", "whether my lamp has left"),
        ("could you please tell me where my order is?", "where my order is"),
        ("good morning everyone, i was wondering if you ship abroad, many thanks", "you ship abroad"),
        ("你好,麻烦帮忙看下我买的灯寄出来没有,谢谢", "我买的灯寄出来没有"),
        ("请问一下怎么退货", "怎么退货"),
        ("where is my order", "where is my order"),
        ("history of my orders", "history of my orders"),
        ("thank you so much", ""),
        ("hello", ""),
        ("", ""),
    ],
)
def test_what_is_left_is_the_question(sentence: str, question: str) -> None:
    assert unframed(sentence) == question


def test_a_sentence_of_nothing_but_frames_is_read_in_no_time() -> None:
    assert unframed("hello, please, thanks, " * 400) == ""

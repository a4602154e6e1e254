"""Whole messages into verdicts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nlp.faq import Entry
from bot.nlp.policy import Verdict, VerdictKind
from bot.nlp.understanding import Understanding

from .toys import SHOP, entry

BUILT = Understanding.build(SHOP)


def answered(verdict: Verdict) -> str | None:
    return verdict.candidates[0].entry if verdict.kind is VerdictKind.ANSWER else None


@pytest.mark.parametrize(
    "text",
    ["Where is my order?", "where is my order", "WHERE IS MY ORDER!!! 😡", "Hello. Where is my order? Good morning"],
)
def test_what_the_faq_says_is_answered(text: str) -> None:
    verdict = BUILT.understand(text)
    assert (answered(verdict), verdict.is_small_talk) == ("where-is-my-order", False)
    assert verdict.candidates[0].phrasing == "Where is my order?"


def test_a_greeting_is_small_talk() -> None:
    verdict = BUILT.understand("hello!")
    assert (answered(verdict), verdict.is_small_talk) == ("greeting", True)


def test_a_greeting_never_wins_over_a_story() -> None:
    story = "Hello. My cat climbed the curtain yesterday and the whole thing fell on the aquarium of my neighbour."
    assert answered(BUILT.understand(story)) is None


def test_two_questions_are_offered_both() -> None:
    verdict = BUILT.understand("Where is my order? I want a refund.")
    assert verdict.kind is VerdictKind.SUGGEST
    assert {one.entry for one in verdict.candidates} == {"where-is-my-order", "refund"}


def test_a_question_is_found_in_a_long_message() -> None:
    noise = "The weather has been lovely and nothing much happened today. " * 40
    assert answered(BUILT.understand(f"{noise} Where is my order? {noise}")) == "where-is-my-order"


def test_a_phrasing_of_two_entries_is_not_answered_for_either() -> None:
    built = Understanding.build([entry("one", "Where is it?"), entry("two", "where is it")])
    assert built.understand("Where is it?").kind is not VerdictKind.ANSWER


def test_rank_begins_with_what_is_answered() -> None:
    ranked = BUILT.rank("Hello. Where is my order?", top=3)
    assert ranked[0].entry == "where-is-my-order"
    assert ranked[-1].entry == "greeting"


@pytest.mark.parametrize("entries", [(), SHOP[:1], (entry("only", "One question"),), (entry("empty"),)])
@pytest.mark.parametrize("text", ["", "\0", "😀", "?", "hello", "我要退款", "x" * 10_000, "word " * 2000, "\ud800"])
def test_little_knowledge_and_odd_texts_are_no_error(entries: tuple[Entry, ...], text: str) -> None:
    built = Understanding.build(entries)
    assert built.understand(text).kind in VerdictKind
    assert len(built.rank(text)) <= 3


def test_nothing_said_is_unsure() -> None:
    assert BUILT.understand("") == BUILT.understand("😀") == Verdict(VerdictKind.UNSURE)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=[]), max_size=300))
def test_understand_never_raises(text: str) -> None:
    verdict = BUILT.understand(text)
    assert len(verdict.candidates) <= 3
    assert 0.0 <= verdict.confidence <= 1.0


def test_version_names_the_knowledge() -> None:
    again = Understanding.build(SHOP)
    other = Understanding.build(SHOP[:2])
    assert (again.version, again.size) == (BUILT.version, 9)
    assert other.version != BUILT.version
    assert Understanding.build(SHOP, promise=0.9).version != BUILT.version


def test_a_phrasing_given_twice_counts_once() -> None:
    assert Understanding.build([entry("one", "Where is it?", "where is it", "Where?")]).size == 2


def test_equal_texts_are_decided_once() -> None:
    assert BUILT.understand("Some new question") is BUILT.understand("  some NEW question ")

"""Kernel ridge regression against brute force and hand-written vectors."""

import numpy as np
import pytest

from bot.nlp import matcher as matching
from bot.nlp.matcher import KERNEL_WIDTH, RIDGE, Candidate, Matcher, Phrasing

from .toys import ToyEncoder, random_matcher

SEVEN = [Phrasing("a", "en", "a1"), Phrasing("a", "zh", "a2"), Phrasing("b", "en", "b1"), Phrasing("c", "en", "c1")]
VECTORS = {"a1": (1.0, 0.0), "a2": (0.9, 0.1), "b1": (0.0, 1.0), "c1": (-1.0, 0.0), "near a2": (0.89, 0.11)}


def without(matcher: Matcher, left_out: list[int]) -> Matcher:
    kept = [phrasing for number, phrasing in enumerate(matcher.phrasings) if number not in left_out]
    return Matcher(kept, matcher.encoder)


def scores_by_entry(matcher: Matcher, text: str) -> dict[str, float]:
    return {one.entry: one.score for one in matcher.rank(text, top=len(matcher.entries))}


def test_rank_is_the_formula() -> None:
    matcher = Matcher(SEVEN, ToyEncoder(VECTORS))
    rows = ToyEncoder(VECTORS).encode(["a1", "a2", "b1", "c1"])
    query = ToyEncoder(VECTORS).encode(["near a2"])
    gram = np.exp((rows @ rows.T - 1) / KERNEL_WIDTH)
    targets = np.array([[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]])
    expected = np.exp((query @ rows.T - 1) / KERNEL_WIDTH) @ np.linalg.inv(gram + RIDGE * np.eye(4)) @ targets
    ranked = matcher.rank("near a2")
    assert [(one.entry, one.phrasing, one.language) for one in ranked] == [
        ("a", "a2", "zh"),
        ("b", "b1", "en"),
        ("c", "c1", "en"),
    ]
    assert [one.score for one in ranked] == pytest.approx(sorted(expected[0], reverse=True), abs=1e-6)


def test_rank_gives_no_more_than_asked_for() -> None:
    matcher = Matcher(SEVEN, ToyEncoder(VECTORS))
    assert [one.entry for one in matcher.rank("b1", top=1)] == ["b"]
    assert [[one.entry for one in ranked] for ranked in matcher.rank_many(["b1", "c1"], top=1)] == [["b"], ["c"]]


def test_nothing_known_ranks_nothing() -> None:
    matcher = Matcher([], ToyEncoder(VECTORS))
    assert matcher.rank_many(["a1", ""]) == [[], []]
    assert (len(matcher), matcher.entries) == (0, ())


def test_one_phrasing_is_known() -> None:
    (only,) = Matcher(SEVEN[:1], ToyEncoder(VECTORS)).rank("a1")
    assert only == Candidate("a", only.score, "a1", "en")
    assert only.score == pytest.approx(1 / (1 + RIDGE))


def test_leave_one_out_equals_brute_force() -> None:
    matcher = random_matcher(12, 4)
    scores = matcher.leave_one_out()
    for number, phrasing in enumerate(matcher.phrasings):
        expected = scores_by_entry(without(matcher, [number]), phrasing.text)
        assert dict(zip(matcher.entries, scores[number], strict=True)) == pytest.approx(expected, abs=1e-5)


def test_leave_entry_out_equals_brute_force() -> None:
    matcher = random_matcher(12, 4)
    scores = matcher.leave_entry_out()
    for number, phrasing in enumerate(matcher.phrasings):
        family = np.flatnonzero(matcher.entry_of == matcher.entry_of[number]).tolist()
        expected = {**scores_by_entry(without(matcher, family), phrasing.text), phrasing.entry: -np.inf}
        assert dict(zip(matcher.entries, scores[number], strict=True)) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("entry", ["entry-1", "an-entry-never-seen"])
def test_a_phrasing_added_equals_a_matcher_built_anew(entry: str) -> None:
    matcher = random_matcher(12, 4)
    new = Phrasing(entry, "en", "new text")
    grown = matcher.with_phrasing(new)
    anew = Matcher([*matcher.phrasings, new], matcher.encoder)
    assert grown.entries == anew.entries
    assert grown.leave_one_out() == pytest.approx(anew.leave_one_out(), abs=1e-9)
    for text in ("new text", "text 3"):
        assert scores_by_entry(grown, text) == pytest.approx(scores_by_entry(anew, text), abs=1e-5)
    assert len(matcher) == 12


def test_a_large_faq_is_inverted_as_exactly_as_single_precision_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = random_matcher(40, 5).leave_one_out()
    monkeypatch.setattr(matching, "LARGE", 10)
    assert random_matcher(40, 5).leave_one_out() == pytest.approx(exact, abs=1e-3)


def test_what_was_released_is_computed_anew() -> None:
    matcher = random_matcher(12, 4)
    before = matcher.leave_one_out()
    matcher.release()
    assert matcher.leave_one_out().tolist() == before.tolist()

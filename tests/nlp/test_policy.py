"""The verdict and its calibration."""

import numpy as np
import pytest

from bot.nlp.matcher import Candidate, Matcher, Phrasing
from bot.nlp.policy import Logistic, Policy, Verdict, VerdictKind

from .toys import ToyEncoder

UNDECIDED = Logistic(0.0, (0.0, 0.0))
BY_SCORE = Logistic(-5.0, (10.0, 0.0))


def candidate(entry: str, score: float) -> Candidate:
    return Candidate(entry, score, f"{entry}?", "en")


def clusters(entries: int, phrasings: int, spread: float) -> Matcher:
    """Entries around orthogonal directions, their phrasings spread around them."""
    random = np.random.default_rng(1)
    vectors = {
        f"{entry} {number}": tuple(np.eye(entries)[entry] + spread * random.normal(size=entries))
        for entry in range(entries)
        for number in range(phrasings)
    }
    return Matcher([Phrasing(text.split()[0], "en", text) for text in vectors], ToyEncoder(vectors))


def test_answer_suggest_and_unsure() -> None:
    policy = Policy(right=BY_SCORE, in_scope=Logistic(-3.0, (10.0, 0.0)), threshold=0.9, promise=0.95)
    four = [candidate(name, score) for name, score in (("a", 0.9), ("b", 0.2), ("c", 0.1), ("d", 0.0))]
    answer = policy.decide(four)
    assert answer == Verdict(VerdictKind.ANSWER, tuple(four[:3]), float(1 / (1 + np.exp(-4.0))))
    assert policy.decide([candidate("a", 0.5)]).kind is VerdictKind.SUGGEST
    assert policy.decide([candidate("a", 0.2)]).kind is VerdictKind.UNSURE
    assert policy.decide([]) == Verdict(VerdictKind.UNSURE)


def test_without_a_threshold_nothing_is_answered() -> None:
    policy = Policy(right=BY_SCORE, in_scope=UNDECIDED, threshold=None, promise=0.95)
    assert policy.decide([candidate("a", 1.0)]).kind is VerdictKind.SUGGEST


def test_a_clear_faq_earns_a_threshold_that_keeps_the_promise() -> None:
    matcher = clusters(entries=8, phrasings=8, spread=0.15)
    policy = Policy.calibrate(matcher, promise=0.95)
    assert policy.threshold is not None
    assert policy.expected_precision >= 0.95
    assert policy.expected_answered > 0.5
    assert policy.decide(matcher.rank("3 1")).kind is VerdictKind.ANSWER


def test_a_muddled_faq_earns_none() -> None:
    policy = Policy.calibrate(clusters(entries=8, phrasings=8, spread=5.0))
    assert (policy.threshold, policy.expected_answered) == (None, 0.0)


def test_a_higher_promise_never_answers_more() -> None:
    matcher = clusters(entries=8, phrasings=8, spread=0.3)
    answered = [Policy.calibrate(matcher, promise).expected_answered for promise in (0.5, 0.7, 0.8, 0.9, 0.99)]
    assert answered == sorted(answered, reverse=True)
    assert answered[0] > answered[-1]


def test_more_unanswerable_questions_leave_fewer_answers() -> None:
    matcher = clusters(entries=8, phrasings=8, spread=0.3)
    few, many = (Policy.calibrate(matcher, 0.8, share) for share in (0.05, 0.6))
    assert few.expected_answered > many.expected_answered


@pytest.mark.parametrize(("entries", "phrasings"), [(1, 1), (1, 5), (2, 1), (2, 2), (3, 1)])
def test_a_tiny_faq_proves_nothing(entries: int, phrasings: int) -> None:
    policy = Policy.calibrate(clusters(entries, phrasings, spread=0.1))
    assert policy.threshold is None
    assert policy.in_scope.slopes[0] > 0


def test_logistic_finds_the_slopes_that_made_the_labels() -> None:
    random = np.random.default_rng(2)
    features = random.uniform(size=(20_000, 2))
    truth = Logistic(-2.0, (3.0, 1.0))
    labels = (random.uniform(size=20_000) < truth.probabilities(features)).astype(float)
    found = UNDECIDED.fitted(features, labels, np.ones(20_000))
    assert (found.intercept, *found.slopes) == pytest.approx((-2.0, 3.0, 1.0), abs=0.15)

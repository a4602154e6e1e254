"""When to answer, when to offer choices, when to leave it to a person.

Owns the verdict and its calibration: the FAQ's own phrasings, each left out, say how sure the matcher must be for the
promised precision. Called by :mod:`bot.nlp.understanding`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from bot.nlp.matcher import Candidate, Matcher

Floats = NDArray[np.float64]

# The prior's inverse variance: it counts about as much as thirty labelled phrasings.
PRIOR_WEIGHT = 3.0


class VerdictKind(Enum):
    ANSWER = "answer"
    SUGGEST = "suggest"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do with a message. ``candidates`` are best first, three at most; ``confidence`` is the calibrated
    probability that the first is right."""

    kind: VerdictKind
    candidates: tuple[Candidate, ...] = ()
    confidence: float = 0.0
    is_small_talk: bool = False


@dataclass(frozen=True, slots=True)
class Logistic:
    """A probability from (top score, margin to the second)."""

    intercept: float
    slopes: tuple[float, float]

    def probability(self, top: float, margin: float) -> float:
        return float(_sigmoid(self.intercept + self.slopes[0] * top + self.slopes[1] * margin))

    def probabilities(self, features: Floats) -> Floats:
        return _sigmoid(self.intercept + features @ np.array(self.slopes))

    def fitted(self, features: Floats, labels: Floats, weights: Floats) -> "Logistic":
        """This one as the prior, corrected by what was seen: the maximum a posteriori estimate by Newton's method
        (Hastie et al., "The Elements of Statistical Learning", 2009, section 4.4.1) with a normal prior around it."""
        design = np.column_stack((np.ones(len(features)), features))
        prior = np.array((self.intercept, *self.slopes))
        beta = prior.copy()
        for _ in range(50):
            predicted = _sigmoid(design @ beta)
            gradient = design.T @ (weights * (labels - predicted)) - PRIOR_WEIGHT * (beta - prior)
            curvature = (design * (weights * predicted * (1 - predicted))[:, None]).T @ design
            step = np.linalg.solve(curvature + PRIOR_WEIGHT * np.eye(3), gradient)
            beta += np.clip(step, -2.0, 2.0)
            if float(np.abs(step).max()) < 1e-8:
                break
        return Logistic(float(beta[0]), (float(beta[1]), float(beta[2])))


def _sigmoid(values: Floats | float) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(values, -40.0, 40.0))))


# What a shop's FAQ of a thousand phrasings teaches; a small FAQ starts from here and leaves it as it grows.
USUALLY_RIGHT = Logistic(-2.4, (3.9, 2.4))
USUALLY_IN_SCOPE = Logistic(-1.0, (3.5, 1.2))


@dataclass(frozen=True, slots=True)
class Policy:
    """Two calibrated probabilities and the threshold that keeps the promise (None: no threshold keeps it)."""

    right: Logistic
    in_scope: Logistic
    threshold: float | None
    promise: float
    expected_precision: float = field(default=0.0)
    expected_answered: float = field(default=0.0)

    @classmethod
    def calibrate(cls, matcher: Matcher, promise: float = 0.95, unanswerable_share: float = 0.3) -> "Policy":
        """Right and wrong from leave-one-out; what nothing answers from leave-entry-out, weighing the given share."""
        if len(matcher.entries) < 2:
            return cls(USUALLY_RIGHT, USUALLY_IN_SCOPE, None, promise)
        answerable, right = _answerable(matcher)
        unanswerable = _top_and_margin(matcher.leave_entry_out())
        features = np.vstack((answerable, unanswerable))
        weights = np.repeat(
            ((1 - unanswerable_share) / len(answerable), unanswerable_share / len(unanswerable)),
            (len(answerable), len(unanswerable)),
        ) * len(answerable)
        is_right = np.concatenate((right, np.zeros(len(unanswerable))))
        is_in_scope = np.repeat((1.0, 0.0), (len(answerable), len(unanswerable)))
        right_probability = USUALLY_RIGHT.fitted(features, is_right, weights)
        sure = right_probability.probabilities(features)
        threshold, precision, answered = _threshold(sure, is_right, weights, promise)
        in_scope = USUALLY_IN_SCOPE.fitted(features, is_in_scope, weights)
        return cls(right_probability, in_scope, threshold, promise, precision, answered)

    def confidence(self, candidates: Sequence[Candidate]) -> float:
        """The probability that the first candidate is what was meant."""
        return self.right.probability(*_features(candidates)) if candidates else 0.0

    def is_sure(self, confidence: float) -> bool:
        return self.threshold is not None and confidence >= self.threshold

    def decide(self, candidates: Sequence[Candidate]) -> Verdict:
        """The verdict on one piece of text, from its ranked candidates (three or more where the FAQ has them)."""
        if not candidates:
            return Verdict(VerdictKind.UNSURE)
        confidence = self.confidence(candidates)
        kept = tuple(candidates[:3])
        if self.is_sure(confidence):
            return Verdict(VerdictKind.ANSWER, kept, confidence)
        if self.in_scope.probability(*_features(candidates)) >= 0.5:
            return Verdict(VerdictKind.SUGGEST, kept, confidence)
        return Verdict(VerdictKind.UNSURE, kept, confidence)


def _features(candidates: Sequence[Candidate]) -> tuple[float, float]:
    top = candidates[0].score
    return top, top - (candidates[1].score if len(candidates) > 1 else 0.0)


def _answerable(matcher: Matcher) -> tuple[Floats, Floats]:
    """Features and rightness of phrasings left out, of entries that still have another phrasing."""
    scores = matcher.leave_one_out()
    siblings = np.bincount(matcher.entry_of)[matcher.entry_of]
    kept = siblings > 1
    if not kept.any():
        kept[:] = True
    right = (scores.argmax(axis=1) == matcher.entry_of).astype(np.float64)
    return _top_and_margin(scores[kept]), right[kept]


def _top_and_margin(scores: Floats) -> Floats:
    """(n × 2): the highest score, and how far the second is behind it (0 counts where there is no second)."""
    two = -np.partition(-scores, 1, axis=1)[:, :2]
    second = np.where(np.isfinite(two[:, 1]), two[:, 1], 0.0)
    return np.column_stack((two[:, 0], two[:, 0] - second))


def _threshold(sure: Floats, right: Floats, weights: Floats, promise: float) -> tuple[float | None, float, float]:
    """The lowest confidence above which the promise holds, the precision there and the share answered.

    The precision is the mean confidence above the threshold, which is steadier than the few wrong answers counted
    there; the count must not contradict it by more than chance (two standard errors). One wrong answer is taken as
    seen before anything was: a handful of lucky phrasings is no proof of a promise.
    """
    order = np.argsort(-sure, kind="stable")
    answered = np.cumsum(weights[order])
    expected = np.cumsum((weights * sure)[order]) / (answered + 1.0)
    counted = np.cumsum((weights * right)[order]) / answered
    chance = 2.0 * np.sqrt(promise * (1.0 - promise) / answered)
    holds = np.flatnonzero((expected >= promise) & (counted >= promise - chance))
    if not len(holds):
        return None, 0.0, 0.0
    last = int(holds[-1])
    return float(sure[order[last]]), float(expected[last]), float(answered[last] / answered[-1])

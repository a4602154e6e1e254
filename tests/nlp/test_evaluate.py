"""The figures of ``faq eval``, by hand."""

import pytest

from bot.nlp.evaluate import Confusion, evaluate
from bot.nlp.faq import Question

from .toys import SHOP

QUESTIONS = (
    Question("Where is my order?", "where-is-my-order"),
    Question("I want a refund", "refund"),
    Question("hello", "refund"),
    Question("Track my parcel", None),
    Question("!!!", None),
)


def test_the_figures_of_five_questions() -> None:
    seen: list[tuple[int, int]] = []
    figures = evaluate(SHOP, QUESTIONS, progress=lambda done, every: seen.append((done, every)))
    assert seen == [(done, 5) for done in range(1, 6)]
    measured = figures.as_json()
    assert min(float(measured.pop(name) or 0) for name in ("fit_s", "p50_ms", "p99_ms")) > 0
    assert measured == {
        "n": 5,
        "n_unanswerable": 2,
        "top1": pytest.approx(2 / 3),
        "top3": 1.0,
        "mrr": pytest.approx((1 + 1 + 1 / 2) / 3, abs=0.06),
        "answered": 0.8,
        "answer_precision": 0.5,
        "promised": 0.95,
        "suggested": 0.0,
        "suggest_hit": None,
        "unsure": 0.2,
        "unanswerable_answered": 0.5,
        "auroc": 0.75,
        "encoder": "lexical",
    }
    assert figures.confusions == (
        Confusion("refund", "greeting", 1, "hello"),
        Confusion(None, "where-is-my-order", 1, "Track my parcel"),
    )


def test_nothing_to_measure_has_no_shares() -> None:
    figures = evaluate((), ())
    assert (figures.n, figures.top1, figures.answered, figures.auroc, figures.p50_ms) == (0, None, None, None, None)


def test_a_label_that_the_faq_does_not_know_is_told() -> None:
    figures = evaluate(SHOP, [Question("Where is my order?", "elsewhere")])
    assert (figures.unknown_labels, figures.top1, figures.mrr) == (("elsewhere",), 0.0, 0.0)

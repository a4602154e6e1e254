"""Small things to test understanding with: an encoder whose vectors are written by hand, a shop of three entries."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.nlp.faq import Entry
from bot.nlp.matcher import Matcher, Phrasing


class ToyEncoder:
    """Looks a text up in a table of vectors; what is not there is nothing."""

    name = "toy"

    def __init__(self, vectors: Mapping[str, tuple[float, ...]]) -> None:
        self._vectors = vectors
        self._width = len(next(iter(vectors.values())))

    def encode(self, texts: Sequence[str]) -> NDArray[np.float64]:
        rows = np.array([self._vectors.get(text, (0.0,) * self._width) for text in texts]).reshape(-1, self._width)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return rows / np.where(lengths == 0, 1.0, lengths)


def random_matcher(phrasings: int, entries: int, seed: int = 0) -> Matcher:
    random = np.random.default_rng(seed)
    texts = [f"text {number}" for number in range(phrasings)]
    encoder = ToyEncoder({text: tuple(random.normal(size=6)) for text in (*texts, "new text")})
    return Matcher([Phrasing(f"entry-{n % entries}", "en", text) for n, text in enumerate(texts)], encoder)


def entry(name: str, *questions: str, topic: str = "orders", language: str = "en") -> Entry:
    return Entry(name, topic, {language: questions}, {language: f"About {name}."})


SHOP = (
    entry("where-is-my-order", "Where is my order?", "Track my parcel", "When will my package arrive?"),
    entry("refund", "I want a refund", "How do I get my money back?", "Please reimburse me"),
    entry("greeting", "Hello", "Hi there", "Good morning", topic="smalltalk"),
)

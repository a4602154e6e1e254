"""Texts into unit vectors.

Owns the :class:`Encoder` interface and the lexical encoder that is always there. Called by :mod:`bot.nlp.matcher`;
texts are normalised before they come here.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Protocol
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from bot.nlp.lexicon import chinese_concepts, is_function_word, stem, word_concepts
from bot.nlp.text import CJK, is_cjk
from bot.nlp.vectors import Rows, SparseRows

# How much each kind of feature says, by leave-one-out on public intent sets and the demo shop; the optimum is flat.
CONCEPT = 3.0
STEM = 2.0
WORD = 1.5
PAIR = 1.0
LETTERS = 0.7
CHINESE = 1.0
# Function words carry the form of a question ("when", "can I"), which is worth something, but less than its matter.
FUNCTION_WORD = 0.7

_TOKEN = re.compile(rf"[{CJK}]+|[^\W{CJK}]+(?:'[^\W{CJK}]+)*")

Feature = tuple[int, float]


class Encoder(Protocol):
    """Texts into vectors of length one (or zero, for a text it sees nothing in); the same text, the same vector."""

    @property
    def name(self) -> str: ...

    def encode(self, texts: Sequence[str]) -> Rows:
        """One row per text, sparse or dense."""
        ...


class LexicalEncoder:
    """Hashed words, stems, word pairs, character 2–4-grams, Chinese 1–2-grams and the concepts of the trade; log
    counts, unit length.

    It has no learned vocabulary and no document frequencies, so a new phrasing changes no other vector.
    """

    name = "lexical"

    def __init__(self, bits: int = 18) -> None:
        self._width = 1 << bits

    def encode(self, texts: Sequence[str]) -> SparseRows:
        features = [np.array(_features(text), dtype=np.float64).reshape(-1, 2) for text in texts]
        owners = np.repeat(np.arange(len(texts), dtype=np.int64), [len(row) for row in features])
        flat = np.concatenate((np.empty((0, 2)), *features))
        keys = owners * self._width + (flat[:, 0].astype(np.int64) & (self._width - 1))
        keys, places, counts = np.unique(keys, return_inverse=True, return_counts=True)
        values = np.bincount(places, weights=flat[:, 1], minlength=len(keys)) / counts * (1.0 + np.log(counts))
        return _unit_rows(keys, values, len(texts), self._width)


def _unit_rows(keys: NDArray[np.int64], values: NDArray[np.float64], count: int, width: int) -> SparseRows:
    """Sorted keys ``row * width + column`` with their values as rows of length one."""
    rows, columns = np.divmod(keys, width)
    norms = np.sqrt(np.bincount(rows, weights=values * values, minlength=count))
    starts = np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=count)))).astype(np.int64)
    return SparseRows(starts, columns.astype(np.int32), (values / norms[rows]).astype(np.float32), width)


def _features(text: str) -> list[Feature]:
    """(hash, weight) of every feature of the text, repeats kept."""
    features: list[Feature] = []
    before = ""
    for token in _TOKEN.findall(text):
        features.extend(_token_features(token))
        if is_cjk(token):
            before = ""
            continue
        if before:
            features.extend(_pair_features(before, token))
        before = token
    return features


@lru_cache(maxsize=8192)  # words repeat: nearly all of a question's features come from here
def _token_features(token: str) -> tuple[Feature, ...]:
    if is_cjk(token):
        return tuple(_chinese_features(token))
    if token.isdecimal() and len(token) >= 4:
        return (_feature("n", WORD),)  # an order number, a phone number: which one says nothing about the question
    return tuple(_word_features(token))


def _word_features(word: str) -> Iterator[Feature]:
    share = _share(word)
    root = stem(word)
    yield _feature(f"w{word}", WORD * share)
    yield _feature(f"s{root}", STEM * share)
    for concept in word_concepts(root):
        yield _feature(f"k{concept}", CONCEPT)
    framed = f" {word} "
    for size in (2, 3, 4):
        for begin in range(len(framed) - size + 1):
            yield _feature(f"c{framed[begin : begin + size]}", LETTERS * share)


@lru_cache(maxsize=8192)
def _pair_features(first: str, second: str) -> tuple[Feature, ...]:
    phrase = f"{stem(first)} {stem(second)}"
    pair = _feature(f"p{phrase}", PAIR * float((_share(first) * _share(second)) ** 0.5))
    return (pair, *(_feature(f"k{concept}", CONCEPT) for concept in word_concepts(phrase)))


def _chinese_features(run: str) -> Iterator[Feature]:
    for concept in chinese_concepts(run):
        yield _feature(f"k{concept}", CONCEPT)
    for begin, character in enumerate(run):
        yield _feature(f"z{character}", CHINESE * _share(character))
        if begin + 1 < len(run):
            both = float((_share(character) * _share(run[begin + 1])) ** 0.5)
            yield _feature(f"z{run[begin : begin + 2]}", CHINESE * both)


def _share(word: str) -> float:
    return FUNCTION_WORD if is_function_word(word) else 1.0


def _feature(name: str, weight: float) -> Feature:
    return crc32(name.encode()), weight

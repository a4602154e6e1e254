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

from bot.nlp.text import CJK
from bot.nlp.vectors import Rows, SparseRows

_TOKEN = re.compile(rf"[{CJK}]+|[^\W{CJK}]+(?:'[^\W{CJK}]+)*")


class Encoder(Protocol):
    """Texts into vectors of length one (or zero, for a text it sees nothing in); the same text, the same vector."""

    @property
    def name(self) -> str: ...

    def encode(self, texts: Sequence[str]) -> Rows:
        """One row per text, sparse or dense."""
        ...


class LexicalEncoder:
    """Hashed words, word pairs, character 2–4-grams of words and Chinese 1–2-grams; log counts, unit length.

    It has no vocabulary and no document frequencies, so a new phrasing changes no other vector and nothing is refitted.
    """

    name = "lexical"

    def __init__(self, bits: int = 18) -> None:
        self._width = 1 << bits

    def encode(self, texts: Sequence[str]) -> SparseRows:
        hashes = [_hashes(text) for text in texts]
        lengths = [len(row) for row in hashes]
        buckets = np.concatenate([np.empty(0, np.int64), *hashes]) & (self._width - 1)
        keys = np.repeat(np.arange(len(texts), dtype=np.int64), lengths) * self._width + buckets
        keys, counts = np.unique(keys, return_counts=True)
        rows = keys // self._width
        values = 1.0 + np.log(counts)
        norms = np.sqrt(np.bincount(rows, weights=values * values, minlength=len(texts)))
        starts = np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=len(texts))))).astype(np.int64)
        return SparseRows(
            starts, (keys % self._width).astype(np.int32), (values / norms[rows]).astype(np.float32), self._width
        )


def _hashes(text: str) -> NDArray[np.int64]:
    """A stable hash for every feature of the text, repeats kept."""
    hashes: list[int] = []
    before = ""
    for token in _TOKEN.findall(text):
        hashes.extend(_token_hashes(token))
        if ord(token[0]) < 0x2E80:
            if before:
                hashes.append(crc32(f"p{before} {token}".encode()))
            before = token
        else:
            before = ""
    return np.array(hashes, dtype=np.int64)


@lru_cache(maxsize=8192)  # words repeat: three quarters of a question's features come from here
def _token_hashes(token: str) -> tuple[int, ...]:
    grams = _cjk_grams(token) if ord(token[0]) >= 0x2E80 else _word_grams(token)
    return tuple(crc32(gram.encode()) for gram in grams)


def _word_grams(word: str) -> Iterator[str]:
    yield f"w{word}"
    framed = f" {word} "
    for size in (2, 3, 4):
        for begin in range(len(framed) - size + 1):
            yield f"c{framed[begin : begin + size]}"


def _cjk_grams(run: str) -> Iterator[str]:
    for begin, character in enumerate(run):
        yield f"z{character}"
        if begin + 1 < len(run):
            yield f"z{run[begin : begin + 2]}"

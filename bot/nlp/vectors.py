"""Sparse rows and their inverted index, in plain NumPy.

Owned here rather than taken from SciPy because it is all the matcher needs of it: importing SciPy's sparse and linear
algebra costs 28 MB of resident memory, scikit-learn's vectorizer another 60, and one query against the index below
costs a quarter of a SciPy product. Called by :mod:`bot.nlp.encoder` (makes rows) and :mod:`bot.nlp.matcher`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32] | NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SparseRows:
    """Rows in compressed form: row i has ``values[starts[i]:starts[i+1]]`` at ``columns[starts[i]:starts[i+1]]``."""

    starts: NDArray[np.int64]
    columns: NDArray[np.int32]
    values: NDArray[np.float32]
    width: int

    def __len__(self) -> int:
        return len(self.starts) - 1

    def to_dense(self) -> NDArray[np.float32]:
        dense = np.zeros((len(self), self.width), dtype=np.float32)
        dense[self.row_numbers(), self.columns] = self.values
        return dense

    def row_numbers(self) -> NDArray[np.int64]:
        return np.repeat(np.arange(len(self)), np.diff(self.starts))

    def take(self, rows: Sequence[int] | NDArray[np.int64]) -> "SparseRows":
        chosen = np.asarray(rows, dtype=np.int64)
        lengths = self.starts[chosen + 1] - self.starts[chosen]
        at = ranges(self.starts[chosen], lengths)
        return SparseRows(np.concatenate(([0], np.cumsum(lengths))), self.columns[at], self.values[at], self.width)

    def stacked_on(self, other: "SparseRows") -> "SparseRows":
        """These rows, then the other's."""
        return SparseRows(
            np.concatenate((self.starts, other.starts[1:] + self.starts[-1])),
            np.concatenate((self.columns, other.columns)),
            np.concatenate((self.values, other.values)),
            self.width,
        )


Rows = SparseRows | Floats


def ranges(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """``starts[i], starts[i]+1, … starts[i]+lengths[i]-1`` for every i, one after another."""
    total = int(lengths.sum())
    before = np.cumsum(lengths) - lengths
    steps: NDArray[np.int64] = np.arange(total) + np.repeat(starts - before, lengths)
    return steps


class DenseIndex:
    """Cosines of queries with dense unit rows."""

    def __init__(self, rows: Floats) -> None:
        self.rows = rows

    def cosines(self, queries: Rows) -> Floats:
        assert isinstance(queries, np.ndarray)  # noqa: S101  one encoder makes both sides
        return queries @ self.rows.T


class SparseIndex:
    """Cosines of queries with sparse unit rows, through the inverted lists of the columns that occur in them."""

    def __init__(self, rows: SparseRows) -> None:
        order = np.argsort(rows.columns, kind="stable")
        self.rows = rows
        self._count = len(rows)
        self._owners = rows.row_numbers()[order]
        self._values = rows.values[order]
        lengths = np.bincount(rows.columns, minlength=rows.width)
        self._begins = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)

    def cosines(self, queries: Rows) -> Floats:
        """(queries × rows) float32."""
        assert isinstance(queries, SparseRows)  # noqa: S101  one encoder makes both sides
        result = np.empty((len(queries), self._count), dtype=np.float32)
        for number in range(len(queries)):
            piece = slice(queries.starts[number], queries.starts[number + 1])
            result[number] = self._one(queries.columns[piece], queries.values[piece])
        return result

    def _one(self, columns: NDArray[np.int32], values: NDArray[np.float32]) -> NDArray[np.float64]:
        begins = self._begins[columns]
        lengths = self._begins[columns + 1] - begins
        at = ranges(begins, lengths)
        products = self._values[at] * np.repeat(values, lengths)
        return np.bincount(self._owners[at], weights=products, minlength=self._count).astype(np.float64, copy=False)


def index(rows: Rows) -> DenseIndex | SparseIndex:
    return SparseIndex(rows) if isinstance(rows, SparseRows) else DenseIndex(rows)


def stack(first: Rows, second: Rows) -> Rows:
    if isinstance(first, SparseRows):
        assert isinstance(second, SparseRows)  # noqa: S101  one encoder makes both sides
        return first.stacked_on(second)
    return np.vstack((first, np.asarray(second)))

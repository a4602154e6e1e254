"""Phrasings into ranked entries: kernel ridge regression over everything the FAQ says.

Owns the fitted arrays and the two honest self-tests (leave one out, leave the entry out) that the policy is
calibrated on. Called by :mod:`bot.nlp.policy` and :mod:`bot.nlp.understanding`. Immutable: an update is a new object.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.nlp.encoder import Encoder
from bot.nlp.text import normalise
from bot.nlp.vectors import Rows, index, stack

Floats = NDArray[np.float64]

# Measured on public intent sets: a wide kernel and little shrinkage for lexical vectors.
KERNEL_WIDTH = 0.6
RIDGE = 0.03
# Phrasings from which two double-precision matrices would take more than 250 MB.
LARGE = 4000


@dataclass(frozen=True, slots=True)
class Phrasing:
    """One way to ask for an entry, in one language."""

    entry: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry that may be meant, how strongly (about 0 to 1), and the phrasing that came closest."""

    entry: str
    score: float
    phrasing: str
    language: str


class Matcher:
    """Scores every entry for a text: ``f(q) = k(q, X) (K + λI)⁻¹ Y`` with ``k = exp((cosine − 1) / width)``.

    Y has a column per entry and a one where the phrasing belongs to it (Rasmussen and Williams, "Gaussian Processes
    for Machine Learning", 2006, equation 2.25).
    """

    def __init__(
        self, phrasings: Sequence[Phrasing], encoder: Encoder, *, width: float = KERNEL_WIDTH, ridge: float = RIDGE
    ) -> None:
        self.phrasings = tuple(phrasings)
        self.encoder = encoder
        self._width = width
        self._ridge = ridge
        self._rows: Rows = encoder.encode([normalise(phrasing.text) for phrasing in self.phrasings])
        self._read_entries()
        self._index = index(self._rows)
        self._known_inverse: Floats | None = None
        self._set_weights(self._inverse @ self._targets())

    @property
    def _inverse(self) -> Floats:
        """``(K + λI)⁻¹``, computed once until :meth:`release`."""
        if self._known_inverse is None:
            # On the diagonal by hand, because a phrasing without a single feature still equals itself.
            self._known_inverse = inverted(self._kernel(self._rows), diagonal=1.0 + self._ridge)
        return self._known_inverse

    def release(self) -> None:
        """Free what only the self-tests and updates need, n² numbers; asked for again it is computed anew."""
        self._known_inverse = None

    def _read_entries(self) -> None:
        self.entries = tuple(dict.fromkeys(phrasing.entry for phrasing in self.phrasings))
        number = {entry: position for position, entry in enumerate(self.entries)}
        self.entry_of = np.array([number[phrasing.entry] for phrasing in self.phrasings], dtype=np.int64)
        self._members = [np.flatnonzero(self.entry_of == position) for position in range(len(self.entries))]

    def _targets(self) -> Floats:
        targets = np.zeros((len(self.phrasings), len(self.entries)))
        targets[np.arange(len(self.phrasings)), self.entry_of] = 1.0
        return targets

    def _set_weights(self, weights: Floats) -> None:
        self._weights = weights
        self._fast_weights = weights.astype(np.float32)

    def _kernel(self, queries: Rows) -> NDArray[np.float32]:
        cosines = self._index.cosines(queries)
        return np.exp((cosines - 1.0) / self._width).astype(np.float32, copy=False)

    def __len__(self) -> int:
        return len(self.phrasings)

    def similarities(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The kernel of each normalised text with each phrasing: (texts × phrasings), 1 for the same text."""
        return self._kernel(self.encoder.encode(texts))

    def scores(self, similarities: NDArray[np.float32]) -> NDArray[np.float32]:
        """Each entry's score from :meth:`similarities`: (texts × entries)."""
        return similarities @ self._fast_weights

    def candidates(
        self, scores: NDArray[np.float32], similarities: NDArray[np.float32], top: int = 3
    ) -> list[Candidate]:
        """The best entries of one row of scores, best first, each with its nearest phrasing."""
        return [
            self._candidate(position, float(scores[position]), similarities) for position in best(scores, top).tolist()
        ]

    def _candidate(self, position: int, score: float, similarities: NDArray[np.float32]) -> Candidate:
        members = self._members[position]
        nearest = self.phrasings[members[int(similarities[members].argmax())]]
        return Candidate(nearest.entry, score, nearest.text, nearest.language)

    def rank(self, text: str, top: int = 3) -> list[Candidate]:
        """The entries that the text may mean, best first, at most ``top``."""
        return self.rank_many([text], top)[0]

    def rank_many(self, texts: Sequence[str], top: int = 3) -> list[list[Candidate]]:
        if not self.phrasings:
            return [[] for _ in texts]
        similarities = self.similarities([normalise(text) for text in texts])
        scores = self.scores(similarities)
        return [self.candidates(row, near, top) for row, near in zip(scores, similarities, strict=True)]

    def leave_one_out(self) -> Floats:
        """What each phrasing would score had it not been in the FAQ: (phrasings × entries).

        ``y_i − α_i / A_ii`` with ``A = (K + λI)⁻¹`` and ``α = A Y`` (Rasmussen and Williams 2006, equation 5.12).
        """
        return self._targets() - self._weights / np.diag(self._inverse)[:, None]

    def leave_entry_out(self) -> Floats:
        """What each phrasing would score had its whole entry not been there, the entry's own column −inf.

        ``Y_B − A_BB⁻¹ α_B`` for the block B of the entry's phrasings: the block form of leave-one-out (the Schur
        complement of the removed rows; Cook and Weisberg, "Residuals and Influence in Regression", 1982, chapter 3.6).
        """
        scores = self._targets()
        for position, block in enumerate(self._members):
            scores[block] -= np.linalg.solve(self._inverse[np.ix_(block, block)], self._weights[block])
            scores[block, position] = -np.inf
        return scores

    def with_phrasing(self, phrasing: Phrasing) -> "Matcher":
        """A matcher that also knows this phrasing, by the bordered inverse: O(n²), not O(n³).

        With ``k`` its kernel to the others, ``b = A k`` and ``s = 1 + λ − kᵀ b``, the new inverse is
        ``[[A + b bᵀ/s, −b/s], [−bᵀ/s, 1/s]]`` (Golub and Van Loan, "Matrix Computations", section 2.1.4).
        """
        new = self.encoder.encode([normalise(phrasing.text)])
        border = self._kernel(new)[0].astype(np.float64)
        ahead = self._inverse @ border
        rest = 1.0 + self._ridge - border @ ahead
        grown = object.__new__(Matcher)
        grown.phrasings, grown.encoder = (*self.phrasings, phrasing), self.encoder
        grown._width, grown._ridge = self._width, self._ridge
        grown._rows = stack(self._rows, new)
        grown._read_entries()
        grown._index = index(grown._rows)
        grown._known_inverse = _bordered(self._inverse, ahead, float(rest))
        grown._set_weights(grown._inverse @ grown._targets())
        return grown


def inverted(gram: NDArray[np.float32], diagonal: float) -> Floats:
    """The inverse of a positive definite matrix with this diagonal; in single precision and in place when large."""
    if len(gram) <= LARGE:
        exact = gram.astype(np.float64)
        np.fill_diagonal(exact, diagonal)
        return np.linalg.inv(exact).astype(np.float64, copy=False)
    from scipy.linalg import lapack  # noqa: PLC0415  28 MB resident, worth it only beside a matrix that outweighs it

    np.fill_diagonal(gram, diagonal)
    factor, _ = lapack.spotrf(gram.T, lower=1, overwrite_a=1)
    inverse, _ = lapack.spotri(factor, lower=1, overwrite_c=1)
    for row in range(len(inverse)):  # spotri fills one triangle; mirror it without a second matrix
        inverse[row, row + 1 :] = inverse[row + 1 :, row]
    return np.asarray(inverse)


def best(scores: NDArray[np.float32], top: int) -> NDArray[np.int64]:
    """The positions of the ``top`` highest scores, highest first."""
    if len(scores) <= top:
        return np.argsort(-scores, kind="stable")
    chosen = np.argpartition(-scores, top - 1)[:top]
    return chosen[np.argsort(-scores[chosen], kind="stable")]


def _bordered(inverse: Floats, ahead: Floats, rest: float) -> Floats:
    size = len(inverse)
    grown = np.empty((size + 1, size + 1))
    grown[:size, :size] = inverse + np.outer(ahead, ahead) / rest
    grown[:size, size] = grown[size, :size] = -ahead / rest
    grown[size, size] = 1.0 / rest
    return grown

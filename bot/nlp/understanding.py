"""A customer's message into a verdict: the whole of :mod:`bot.nlp` behind one object.

Owns how the windows of a message become one decision, and small talk's place in it. Built by the application and
swapped whole when the FAQ changes; asked by the desk's doors, off the event loop if they like (it holds no locks).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from bot.nlp.encoder import Encoder, LexicalEncoder
from bot.nlp.faq import Entry
from bot.nlp.matcher import Candidate, Matcher, Phrasing, best
from bot.nlp.policy import Policy, Verdict, VerdictKind
from bot.nlp.text import normalise, windows

WINDOWS_READ = 12
CACHED_VERDICTS = 2048


@dataclass(frozen=True, slots=True)
class _Reading:
    """One window of a message: its ranked candidates and how sure the first is."""

    candidates: tuple[Candidate, ...]
    confidence: float


class Understanding:
    """Immutable: what the FAQ says, the fitted matcher and its policy."""

    def __init__(self, matcher: Matcher, policy: Policy, small_talk: frozenset[str], version: str) -> None:
        self.matcher = matcher
        self.policy = policy
        self.small_talk = small_talk
        self.version = version
        self._understood = lru_cache(maxsize=CACHED_VERDICTS)(self._decide)

    @classmethod
    def build(cls, entries: Sequence[Entry], promise: float = 0.95, encoder: Encoder | None = None) -> "Understanding":
        """Fit everything on the entries; takes about 0.2 s for 800 phrasings."""
        phrasings = [Phrasing(entry.id, language, text) for entry in entries for language, text in entry.phrasings()]
        encoder = encoder or LexicalEncoder()
        matcher = Matcher(phrasings, encoder)
        small_talk = frozenset(entry.id for entry in entries if entry.is_small_talk)
        policy = Policy.calibrate(matcher, promise)
        return cls(matcher, policy, small_talk, _version(phrasings, small_talk, encoder.name, promise))

    @property
    def size(self) -> int:
        """How many phrasings it knows."""
        return len(self.matcher)

    def understand(self, text: str) -> Verdict:
        """The verdict on a message. Never raises, whatever the text; equal texts are decided once."""
        return self._understood(normalise(text))

    def decide(self, text: str) -> Verdict:
        """The same as :meth:`understand`, thought through anew every time (for measuring)."""
        return self._decide(normalise(text))

    def rank(self, text: str, top: int = 3) -> list[Candidate]:
        """The entries that a message may mean, best first, each by its best window; small talk last."""
        pieces = windows(normalise(text))
        if not pieces or not len(self.matcher):
            return []
        similarities, scores = self._read(pieces)
        nearest, merged = similarities.max(axis=0), scores.max(axis=0)
        ranked = self.matcher.candidates(merged, nearest, len(merged))
        return self._small_talk_last(ranked, len(pieces))[:top]

    def _small_talk_last(self, ranked: list[Candidate], pieces: int) -> list[Candidate]:
        if pieces == 1:
            return ranked
        return sorted(ranked, key=lambda candidate: candidate.entry in self.small_talk)

    def _decide(self, normalised: str) -> Verdict:
        pieces = windows(normalised)
        if not pieces or not len(self.matcher):
            return Verdict(VerdictKind.UNSURE)
        similarities, scores = self._read(pieces)
        readings = [self._reading(row, near) for row, near in zip(scores, similarities, strict=True)]
        return self._weigh(readings)

    def _read(self, pieces: list[str]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Similarities and scores of the windows worth reading: those nearest to any phrasing."""
        similarities = self.matcher.similarities(pieces)
        if len(pieces) > WINDOWS_READ:
            similarities = similarities[np.sort(best(similarities.max(axis=1), WINDOWS_READ))]
        return similarities, self.matcher.scores(similarities)

    def _reading(self, scores: NDArray[np.float32], similarities: NDArray[np.float32]) -> _Reading:
        candidates = tuple(self.matcher.candidates(scores, similarities))
        return _Reading(candidates, self.policy.confidence(candidates))

    def _weigh(self, readings: list[_Reading]) -> Verdict:
        """One verdict from all windows: small talk never wins over a story, and two sure entries are two questions."""
        talk = [reading for reading in readings if reading.candidates[0].entry in self.small_talk]
        story = [reading for reading in readings if reading.candidates[0].entry not in self.small_talk]
        sure_talk = [reading for reading in talk if self.policy.is_sure(reading.confidence)]
        if len(sure_talk) == len(readings) or (sure_talk and sure_talk[0] is readings[0]):
            first = sure_talk[0]
            return Verdict(VerdictKind.ANSWER, first.candidates, first.confidence, is_small_talk=True)
        story.sort(key=lambda reading: -reading.confidence)
        sure = {
            reading.candidates[0].entry: reading
            for reading in reversed(story)
            if self.policy.is_sure(reading.confidence)
        }
        if len(sure) > 1:
            asked = sorted(sure.values(), key=lambda reading: -reading.confidence)[:3]
            return Verdict(VerdictKind.SUGGEST, tuple(one.candidates[0] for one in asked), asked[0].confidence)
        if not story:
            strongest = max(talk, key=lambda reading: reading.confidence)
            return self.policy.decide(strongest.candidates)
        return replace(self.policy.decide(story[0].candidates))


def _version(phrasings: Sequence[Phrasing], small_talk: frozenset[str], encoder: str, promise: float) -> str:
    """A name for exactly this knowledge: equal for equal phrasings, encoder and promise."""
    digest = blake2b(f"{encoder}\0{promise}\0{sorted(small_talk)}".encode(), digest_size=8)
    for phrasing in phrasings:
        digest.update(f"\0{phrasing.entry}\0{phrasing.language}\0{phrasing.text}".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()

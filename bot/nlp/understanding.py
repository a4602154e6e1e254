"""A customer's message into a verdict: the whole of :mod:`bot.nlp` behind one object.

Owns how the windows of a message become one decision, and small talk's place in it. Built by the application and
swapped whole when the FAQ changes; asked by the desk's doors from any thread.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from bot.nlp.encoder import Encoder, LexicalEncoder
from bot.nlp.faq import Entry
from bot.nlp.matcher import Candidate, Matcher, Phrasing, best
from bot.nlp.policy import Policy, Verdict, VerdictKind
from bot.nlp.text import bare, normalise, windows, words_alone

WINDOWS_READ = 12
CACHED_VERDICTS = 2048
OFFERED = 3
# Who says exactly what the FAQ says is answered, however little the FAQ could prove about itself.
SAID_EXACTLY = 0.99
# A friendly word given to something else costs little, a ticket opened by "hiya" costs a person's time.
SURE_OF_SMALL_TALK = 0.5

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Reading:
    """One window of a message: its scores and nearness, its ranked candidates and how sure the first is."""

    scores: Scores
    similarities: Scores
    candidates: tuple[Candidate, ...]
    confidence: float
    is_sure: bool

    @property
    def entry(self) -> str:
        return self.candidates[0].entry


class Understanding:
    """Immutable: what the FAQ says, the fitted matcher and its policy."""

    def __init__(self, matcher: Matcher, policy: Policy, small_talk: frozenset[str], version: str) -> None:
        self.matcher = matcher
        self.policy = policy
        self.small_talk = small_talk
        self.version = version
        self._said = _said(matcher)
        self._understood = lru_cache(maxsize=CACHED_VERDICTS)(self._decide)

    @classmethod
    def build(cls, entries: Sequence[Entry], promise: float = 0.95, encoder: Encoder | None = None) -> "Understanding":
        """Fit everything on the entries; about half a second for 1,700 phrasings, so off the event loop."""
        phrasings = _phrasings(entries)
        matcher = Matcher(phrasings, encoder or LexicalEncoder())
        small_talk = frozenset(entry.id for entry in entries if entry.is_small_talk)
        version = _version(phrasings, small_talk, matcher.encoder.name, promise)
        policy = Policy.calibrate(matcher, promise)
        matcher.release()
        return cls(matcher, policy, small_talk, version)

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
        """The entries that a message may mean, best first, each by its best window."""
        readings = self._read(normalise(text))
        return list(self._merged(self._story(readings) or readings, top)) if readings else []

    def _decide(self, normalised: str) -> Verdict:
        readings = self._read(normalised)
        if not readings:
            return Verdict(VerdictKind.UNSURE)
        story = self._story(readings)
        return self._about(story) if story else self._small_talk(readings)

    def _about(self, story: list[_Reading]) -> Verdict:
        """The verdict on a message that says more than small talk: two things surely asked are two questions."""
        sure = {reading.entry: reading for reading in sorted(story, key=_confidence) if reading.is_sure}
        if len(sure) == 1:
            (reading,) = sure.values()
            return Verdict(VerdictKind.ANSWER, self._offers(reading), reading.confidence)
        if sure:
            asked = sorted(sure.values(), key=_confidence, reverse=True)[:OFFERED]
            return Verdict(VerdictKind.SUGGEST, tuple(one.candidates[0] for one in asked), asked[0].confidence)
        strongest = max(story, key=_confidence)
        kind = self.policy.decide(strongest.candidates).kind
        return Verdict(kind, self._merged(story, OFFERED), strongest.confidence)

    def _small_talk(self, talk: list[_Reading]) -> Verdict:
        """The verdict on a message in which every window is nearest to small talk."""
        strongest = max(talk, key=_confidence)
        if strongest.is_sure or strongest.confidence >= SURE_OF_SMALL_TALK:
            return Verdict(VerdictKind.ANSWER, strongest.candidates, strongest.confidence, is_small_talk=True)
        return Verdict(VerdictKind.UNSURE, strongest.candidates, strongest.confidence)

    def _story(self, readings: list[_Reading]) -> list[_Reading]:
        return [reading for reading in readings if reading.entry not in self.small_talk]

    def _offers(self, reading: _Reading) -> tuple[Candidate, ...]:
        first, *others = reading.candidates
        return (first, *(other for other in others if other.entry not in self.small_talk))

    def _merged(self, readings: list[_Reading], top: int) -> tuple[Candidate, ...]:
        """The best entries over several windows, each by its best one; small talk only where nothing else is left."""
        scores = np.max([reading.scores for reading in readings], axis=0)
        similarities = np.max([reading.similarities for reading in readings], axis=0)
        wanted = top if not self.small_talk else top + len(self.small_talk)
        ranked = self.matcher.candidates(scores, similarities, wanted)
        if readings[0].entry not in self.small_talk:
            ranked.sort(key=lambda candidate: candidate.entry in self.small_talk)
        return tuple(ranked[:top])

    def _read(self, normalised: str) -> list[_Reading]:
        """The windows worth reading (those nearest to any phrasing), each on its own."""
        pieces = windows(normalised)
        if not pieces or not len(self.matcher):
            return []
        similarities = self.matcher.similarities(pieces)
        if len(pieces) > WINDOWS_READ:
            kept = np.sort(best(similarities.max(axis=1), WINDOWS_READ))
            similarities, pieces = similarities[kept], [pieces[number] for number in kept]
        scores = self.matcher.scores(similarities)
        return [self._reading(*one) for one in zip(pieces, scores, similarities, strict=True)]

    def _reading(self, piece: str, scores: Scores, similarities: Scores) -> _Reading:
        said = self._said.get(words_alone(piece))
        if said is not None:
            scores[said] = max(1.0, float(scores.max()) + 1e-3)
        candidates = tuple(self.matcher.candidates(scores, similarities))
        confidence = SAID_EXACTLY if said is not None else self.policy.confidence(candidates)
        return _Reading(
            scores, similarities, candidates, confidence, said is not None or self.policy.is_sure(confidence)
        )


def _confidence(reading: _Reading) -> float:
    return reading.confidence


def _phrasings(entries: Sequence[Entry]) -> list[Phrasing]:
    """Every phrasing once per entry: one given twice would vouch for itself when it is left out."""
    found = {
        (entry.id, bare(text)): Phrasing(entry.id, language, text)
        for entry in reversed(entries)
        for language, text in reversed(list(entry.phrasings()))
    }
    return list(reversed(found.values()))


def _said(matcher: Matcher) -> dict[str, int]:
    """Bare phrasing → the position of the one entry that it belongs to."""
    owners: dict[str, set[int]] = {}
    for phrasing, entry in zip(matcher.phrasings, matcher.entry_of.tolist(), strict=True):
        owners.setdefault(bare(phrasing.text), set()).add(entry)
    return {said: next(iter(entries)) for said, entries in owners.items() if len(entries) == 1 and said}


def _version(phrasings: Sequence[Phrasing], small_talk: frozenset[str], encoder: str, promise: float) -> str:
    """A name for exactly this knowledge: equal for equal phrasings, encoder and promise."""
    digest = blake2b(f"{encoder}\0{promise}\0{sorted(small_talk)}".encode("utf-8", "surrogatepass"), digest_size=8)
    for phrasing in phrasings:
        digest.update(f"\0{phrasing.entry}\0{phrasing.language}\0{phrasing.text}".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()

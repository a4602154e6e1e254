"""What ``faq check`` says about files that are valid: counts, and warnings about what will be understood badly.

Owns the warnings and their wording. Called by the command line; problems that make files unusable are
:class:`bot.nlp.faq.FaqFileError`'s.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.nlp.encoder import LexicalEncoder
from bot.nlp.faq import Entry, Faq
from bot.nlp.text import bare, normalise
from bot.nlp.vectors import index

ENOUGH_PHRASINGS = 5
# Cosine of two phrasings of different entries from which a customer's wording can hardly tell them apart.
NEARLY_THE_SAME = 0.9


@dataclass(frozen=True, slots=True)
class TopicCount:
    """How much a topic holds: its entries, and its phrasings by language."""

    topic: str
    entries: int
    phrasings: dict[str, int]


@dataclass(frozen=True, slots=True)
class FewPhrasings:
    """An entry with too few ways to ask in a language to be recognised well; 0 where there is an answer only."""

    entry: str
    language: str
    count: int

    def __str__(self) -> str:
        return (
            f"{self.entry} has {self.count} question(s) in {self.language}; {ENOUGH_PHRASINGS} or more work much better"
        )


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """Two phrasings of different entries that are nearly the same."""

    entry: str
    text: str
    other_entry: str
    other_text: str
    similarity: float

    def __str__(self) -> str:
        return f"“{self.text}” ({self.entry}) is nearly “{self.other_text}” ({self.other_entry})"


@dataclass(frozen=True, slots=True)
class SaidTwice:
    """A phrasing that its own entry has twice, which helps nothing; or a check question that is a phrasing."""

    entry: str
    text: str
    is_check_question: bool = False

    def __str__(self) -> str:
        if self.is_check_question:
            return f"the check question “{self.text}” is a phrasing of {self.entry}, so it checks nothing"
        return f"{self.entry} has the question “{self.text}” more than once"


Warned = FewPhrasings | NearDuplicate | SaidTwice


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The summary of valid files."""

    topics: tuple[TopicCount, ...]
    entries: int
    phrasings: dict[str, int]
    questions: int
    unanswerable: int
    warnings: tuple[Warned, ...]

    def as_text(self) -> str:
        """The report as lines for a terminal."""
        languages = sorted(self.phrasings)
        rows = [("topic", "entries", *languages)]
        rows += [
            (topic.topic, str(topic.entries), *(str(topic.phrasings.get(language, 0)) for language in languages))
            for topic in self.topics
        ]
        rows.append(("all", str(self.entries), *(str(self.phrasings[language]) for language in languages)))
        lines = _table(rows)
        lines.append(f"check questions: {self.questions}, {self.unanswerable} of them unanswerable")
        lines += [f"warning: {warning}" for warning in self.warnings]
        lines.append(f"The FAQ is valid; {len(self.warnings)} warning(s).")
        return "\n".join(lines)


def check(faq: Faq) -> CheckReport:
    """The report on an FAQ that could be read."""
    return CheckReport(
        topics=_topics(faq.entries),
        entries=len(faq.entries),
        phrasings=_by_language(faq.entries),
        questions=len(faq.questions),
        unanswerable=sum(question.entry is None for question in faq.questions),
        warnings=(*_few(faq.entries), *_said_twice(faq), *_near_duplicates(faq.entries)),
    )


def _topics(entries: Sequence[Entry]) -> tuple[TopicCount, ...]:
    topics: dict[str, list[Entry]] = {}
    for entry in entries:
        topics.setdefault(entry.topic, []).append(entry)
    return tuple(TopicCount(topic, len(held), _by_language(held)) for topic, held in sorted(topics.items()))


def _by_language(entries: Sequence[Entry]) -> dict[str, int]:
    counts = Counter(language for entry in entries for language, _ in entry.phrasings())
    return dict(sorted(counts.items()))


def _few(entries: Sequence[Entry]) -> list[FewPhrasings]:
    return [
        FewPhrasings(entry.id, language, len(entry.questions.get(language, ())))
        for entry in entries
        for language in entry.answer
        if len(entry.questions.get(language, ())) < ENOUGH_PHRASINGS
    ]


def _said_twice(faq: Faq) -> list[SaidTwice]:
    owners: dict[str, str] = {}
    found = []
    for entry in faq.entries:
        for _, text in entry.phrasings():
            if owners.get(bare(text)) == entry.id:
                found.append(SaidTwice(entry.id, text))
            owners.setdefault(bare(text), entry.id)
    for question in faq.questions:
        owner = owners.get(bare(question.text))
        if owner is not None:
            found.append(SaidTwice(owner, question.text, is_check_question=True))
    return found


def _near_duplicates(entries: Sequence[Entry]) -> list[NearDuplicate]:
    """Pairs across entries by lexical cosine, nearest first, each phrasing with its nearest only."""
    owned = [(entry.id, text) for entry in entries for _, text in entry.phrasings()]
    if not owned:
        return []
    rows = LexicalEncoder().encode([normalise(text) for _, text in owned])
    names = np.array([entry for entry, _ in owned])
    found = []
    for number, cosines in enumerate(index(rows).cosines(rows)):
        others = np.where(names[:number] != names[number], cosines[:number], 0.0)
        if number and float(others.max()) >= NEARLY_THE_SAME:
            nearest = int(others.argmax())
            found.append(NearDuplicate(*owned[nearest], *owned[number], round(float(others[nearest]), 3)))
    return sorted(found, key=lambda pair: -pair.similarity)


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        )
        for row in rows
    ]

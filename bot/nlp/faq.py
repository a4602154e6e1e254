"""What an FAQ is: entries with phrasings and answers, and what may be wrong with its files.

Plain records without behaviour of their own. Made by :mod:`bot.nlp.files` (from YAML) and by the desk (from the
record); read by :mod:`bot.nlp.understanding`, :mod:`bot.nlp.checking` and :mod:`bot.nlp.evaluate`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

LANGUAGES = ("en", "zh")
SMALL_TALK = "smalltalk"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing people ask, with its phrasings and its answer by language."""

    id: str
    topic: str
    questions: dict[str, tuple[str, ...]]
    answer: dict[str, str]

    @property
    def is_small_talk(self) -> bool:
        return self.topic == SMALL_TALK

    def phrasings(self) -> Iterator[tuple[str, str]]:
        """(language, text) of every phrasing."""
        for language, texts in self.questions.items():
            for text in texts:
                yield language, text


@dataclass(frozen=True, slots=True)
class Question:
    """A labelled question: the entry that answers it, or None when nothing in the FAQ does."""

    text: str
    entry: str | None


@dataclass(frozen=True, slots=True)
class Faq:
    """Everything one folder (or file) says; answers have the shop's facts filled in."""

    entries: tuple[Entry, ...]
    facts: dict[str, dict[str, str]]
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong with a file, in words for the person who wrote it; ``line`` counts from 1."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


class FaqFileError(Exception):
    """The files cannot be used; every problem found is listed, in the order of files and lines."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems

"""What the bot knows: the FAQ of the record and its understanding, always the newest, swapped whole.

Asked by the handlers (never the database on the hot path), kept fresh by :mod:`bot.desk.faq_files` and the clock.
Every process notices a change of the FAQ by the number of its latest revision.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.crm import faq as record
from bot.crm.faq import FaqEntry
from bot.database import Database
from bot.nlp.encoder import Encoder
from bot.nlp.faq import Entry, Faq
from bot.nlp.policy import Verdict
from bot.nlp.understanding import Understanding
from bot.transactions import Transaction

COUNTED_OVER = timedelta(days=30)
"""What "most asked" looks back on."""

COUNTED_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _Known:
    """One state of the FAQ: its entries by key, in the order of the files, and what is understood of them."""

    version: int
    entries: Mapping[str, Entry]
    understanding: Understanding
    asked: Mapping[str, int] = field(default_factory=dict)


class Knowledge:
    """Answers from the FAQ; every question is answered from one state of it, whole."""

    def __init__(self, database: Database, promise: float, known: _Known, encoder: Encoder | None = None) -> None:
        self._database = database
        self._promise = promise
        self._encoder = encoder
        self._known = known
        self._counted_at: datetime | None = None
        self._refreshing = asyncio.Lock()

    @classmethod
    async def load(cls, database: Database, promise: float, encoder: Encoder | None = None) -> "Knowledge":
        """Build the understanding of what the record holds; lexical unless another encoder is given."""
        return cls(database, promise, await _look(database, promise, encoder, {}), encoder)

    @property
    def version(self) -> int:
        """The revision of the FAQ that is known."""
        return self._known.version

    @property
    def understanding(self) -> Understanding:
        return self._known.understanding

    @property
    def entries(self) -> Mapping[str, Entry]:
        """Every entry by its key, in the order of the files."""
        return self._known.entries

    def understand(self, text: str) -> Verdict:
        """Return the verdict on a message: no database, about a millisecond."""
        return self._known.understanding.understand(text)

    def answer(self, key: str, language: str) -> tuple[str, str] | None:
        """Return (the answer, the language it is in), in another language where it has to be; None: no such entry."""
        entry = self._known.entries.get(key)
        if entry is None or not entry.answer:
            return None
        spoken = language if language in entry.answer else next(iter(entry.answer))
        return entry.answer[spoken], spoken

    def label(self, key: str, language: str) -> str:
        """Return the entry's first phrasing, in this language where it has one; the key for an unknown entry."""
        entry = self._known.entries.get(key)
        if entry is None:
            return key
        texts = entry.questions.get(language) or next((texts for texts in entry.questions.values() if texts), ())
        return texts[0] if texts else key

    def top(self, language: str, n: int = 6) -> list[str]:
        """Return the keys of the entries most asked in the last thirty days, then the first of each topic, the second
        of each … as in the files; no small talk. Entries that speak this language go before those that do not.
        """
        offered = [entry for entry in self._known.entries.values() if not entry.is_small_talk]
        place = {entry.id: n for topic in _by_topic(offered) for n, entry in enumerate(topic)}
        asked = self._known.asked
        offered.sort(key=lambda entry: (language not in entry.answer, -asked.get(entry.id, 0), place[entry.id]))
        return [entry.id for entry in offered[:n]]

    def topics(self) -> list[str]:
        """Return the topics that people ask about, in the order of the files; no small talk."""
        return list(dict.fromkeys(entry.topic for entry in self._known.entries.values() if not entry.is_small_talk))

    async def refresh(self) -> bool:
        """Know what the record says now; returns whether that was news. Built beside the old one and swapped whole."""
        async with self._refreshing:
            async with self._database.read() as tx:
                is_news = await record.version(tx) != self._known.version
            if is_news:
                self._known = await _look(self._database, self._promise, self._encoder, self._known.asked)
            return is_news

    async def count_asked(self, now: datetime) -> None:
        """Count anew what is asked most, at most once an hour."""
        if self._counted_at is not None and now - self._counted_at < COUNTED_EVERY:
            return
        async with self._refreshing:
            async with self._database.read() as tx:
                asked = await record.asked_counts(tx, now - COUNTED_OVER)
            known = self._known
            self._known = _Known(known.version, known.entries, known.understanding, asked)
            self._counted_at = now


async def sync_files(tx: Transaction, faq: Faq, now: datetime, *, agent_id: int | None = None) -> bool:
    """Make the record say what the files say; returns whether anything changed. ``agent_id``: who asked for it."""
    wanted = [FaqEntry(entry.id, entry.topic, entry.questions, entry.answer) for entry in faq.entries]
    return await record.replace_all(tx, wanted, now=now, agent_id=agent_id)


async def _look(database: Database, promise: float, encoder: Encoder | None, asked: Mapping[str, int]) -> _Known:
    async with database.read() as tx:
        version = await record.version(tx)
        entries = [_entry(entry) for entry in await record.entries(tx)]
    # half a second of arithmetic for a big FAQ: other people's messages are not to wait for it
    understanding = await asyncio.to_thread(_understand, entries, promise, encoder)
    return _Known(version, {entry.id: entry for entry in entries}, understanding, asked)


def _by_topic(entries: Sequence[Entry]) -> list[list[Entry]]:
    topics: dict[str, list[Entry]] = {}
    for entry in entries:
        topics.setdefault(entry.topic, []).append(entry)
    return list(topics.values())


def _understand(entries: Sequence[Entry], promise: float, encoder: Encoder | None) -> Understanding:
    return Understanding.build(entries, promise, encoder)


def _entry(entry: FaqEntry) -> Entry:
    return Entry(entry.key, entry.topic, dict(entry.questions), dict(entry.answers))

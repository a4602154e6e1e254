"""FAQ entries, their phrasings and answers, and the revisions that brought them about."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from bot.crm.communications import Decision, Direction, communications
from bot.database import BigId, UtcDateTime, metadata
from bot.transactions import Transaction

faq_entries = Table(
    "faq_entries",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("key", String(80), nullable=False, unique=True),  # kebab-case, as in the files
    Column("topic", String(80), nullable=False),
    Column("position", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("removed_at", UtcDateTime),
)

faq_phrasings = Table(
    "faq_phrasings",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("entry_id", BigId, ForeignKey("faq_entries.id"), nullable=False, index=True),
    Column("language", String(8), nullable=False),
    Column("text", Text, nullable=False),
    Column("position", Integer, nullable=False),
)

faq_answers = Table(
    "faq_answers",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("entry_id", BigId, ForeignKey("faq_entries.id"), nullable=False),
    Column("language", String(8), nullable=False),
    Column("text", Text, nullable=False),
    UniqueConstraint("entry_id", "language"),
)

faq_revisions = Table(
    "faq_revisions",
    metadata,
    Column("id", BigId, primary_key=True),  # the highest one is the version of the whole FAQ
    Column("entry_id", BigId, ForeignKey("faq_entries.id"), index=True),  # None: only their order changed
    Column("agent_id", BigId, ForeignKey("agents.id")),  # None: the files
    Column("before", Text),  # JSON of the entry before the change, None for a new one
    Column("created_at", UtcDateTime, nullable=False),
)

SYNC_LOCK = 4_170_001
"""PostgreSQL's advisory lock for whoever writes the FAQ; SQLite has one writer by nature."""

COUNTED = 50_000
"""How many of the latest communications are counted at most, so that the count costs the same in a big record."""


@dataclass(frozen=True, slots=True)
class FaqEntry:
    """What one entry says; equal when it says the same."""

    key: str
    topic: str
    questions: Mapping[str, tuple[str, ...]]  # language → phrasings, in order
    answers: Mapping[str, str]  # language → text


async def version(tx: Transaction) -> int:
    """Return the number of the latest revision, 0 while the FAQ was never filled."""
    number: int | None = await tx.scalar(select(func.max(faq_revisions.c.id)))
    return number or 0


async def entries(tx: Transaction) -> list[FaqEntry]:
    """Return every entry that is not removed, in the order of the files."""
    is_live = faq_entries.c.removed_at.is_(None)
    rows = await tx.all(select(faq_entries).where(is_live).order_by(faq_entries.c.position, faq_entries.c.id))
    questions: dict[int, dict[str, list[str]]] = {row.id: {} for row in rows}
    answers: dict[int, dict[str, str]] = {row.id: {} for row in rows}
    of_live = select(faq_phrasings).join(faq_entries, faq_entries.c.id == faq_phrasings.c.entry_id).where(is_live)
    for phrasing in await tx.all(of_live.order_by(faq_phrasings.c.entry_id, faq_phrasings.c.position)):
        questions[phrasing.entry_id].setdefault(phrasing.language, []).append(phrasing.text)
    of_live = select(faq_answers).join(faq_entries, faq_entries.c.id == faq_answers.c.entry_id).where(is_live)
    for answer in await tx.all(of_live.order_by(faq_answers.c.id)):
        answers[answer.entry_id][answer.language] = answer.text
    return [
        FaqEntry(row.key, row.topic, {name: tuple(texts) for name, texts in questions[row.id].items()}, answers[row.id])
        for row in rows
    ]


async def replace_all(
    tx: Transaction, wanted: Sequence[FaqEntry], *, now: datetime, agent_id: int | None = None
) -> bool:
    """Make the record say exactly ``wanted``, with a revision for each change; returns whether anything changed.

    Entries that are not wanted are kept as removed; unchanged ones are not written at all.
    """
    if tx.is_postgres:
        await tx.execute(select(func.pg_advisory_xact_lock(SYNC_LOCK)))
    before = {entry.key: entry for entry in await entries(tx)}
    changed = [entry for entry in wanted if before.get(entry.key) != entry]
    gone = [key for key in before if key not in {entry.key for entry in wanted}]
    if not changed and not gone and list(before) == [entry.key for entry in wanted]:
        return False
    ids = await _place(tx, wanted, now)
    await _write_texts(tx, changed, ids)
    await _remove(tx, [ids[key] for key in gone], now)
    moved = [*(entry.key for entry in changed), *gone]
    pasts = [(ids[key], before.get(key)) for key in moved] if moved else [(None, None)]
    await tx.execute(
        insert(faq_revisions),
        [
            {"entry_id": number, "agent_id": agent_id, "before": past and _as_json(past), "created_at": now}
            for number, past in pasts
        ],
    )
    return True


async def asked_counts(tx: Transaction, since: datetime) -> dict[str, int]:
    """Return how often each entry was asked for since then, among the latest communications."""
    last: int = await tx.scalar(select(func.max(communications.c.id))) or 0
    rows = await tx.all(
        select(communications.c.entry, func.count().label("asked"))
        .where(
            communications.c.id > last - COUNTED,
            communications.c.created_at >= since,
            communications.c.direction == Direction.IN,
            communications.c.decision.in_((Decision.ANSWER, Decision.SUGGEST)),
            communications.c.entry.is_not(None),
        )
        .group_by(communications.c.entry)
    )
    return {row.entry: row.asked for row in rows}


async def _place(tx: Transaction, wanted: Sequence[FaqEntry], now: datetime) -> dict[str, int]:
    """Give every wanted entry its row and its place; returns the id of every entry there is, removed or not."""
    known = await _ids(tx)
    rows = [
        {"key": entry.key, "topic": entry.topic, "position": position, "created_at": now}
        for position, entry in enumerate(wanted)
    ]
    new = [row for row in rows if row["key"] not in known]
    if new:
        await tx.execute(insert(faq_entries), new)
    old = [
        {"entry": row["key"], "to_topic": row["topic"], "to_position": row["position"]}
        for row in rows
        if row["key"] in known
    ]
    if old:
        await tx.execute(_MOVE, old)
    return await _ids(tx) if new else known


_MOVE = (
    update(faq_entries)
    .where(faq_entries.c.key == bindparam("entry"))
    .values(topic=bindparam("to_topic"), position=bindparam("to_position"), removed_at=None)
)


async def _ids(tx: Transaction) -> dict[str, int]:
    return {row.key: row.id for row in await tx.all(select(faq_entries.c.key, faq_entries.c.id))}


async def _write_texts(tx: Transaction, changed: Sequence[FaqEntry], ids: Mapping[str, int]) -> None:
    """Put the phrasings and answers of these entries in place of what they said before."""
    numbers = [ids[entry.key] for entry in changed]
    for table in (faq_phrasings, faq_answers):
        await tx.execute(delete(table).where(table.c.entry_id.in_(numbers)))
    phrasings = [row for entry in changed for row in _phrasing_rows(entry, ids[entry.key])]
    answers = [
        {"entry_id": ids[entry.key], "language": language, "text": text}
        for entry in changed
        for language, text in entry.answers.items()
    ]
    for table, rows in ((faq_phrasings, phrasings), (faq_answers, answers)):
        if rows:
            await tx.execute(insert(table), rows)


def _phrasing_rows(entry: FaqEntry, number: int) -> Iterator[dict[str, object]]:
    texts = [(language, text) for language, texts in entry.questions.items() for text in texts]
    for position, (language, text) in enumerate(texts):
        yield {"entry_id": number, "language": language, "text": text, "position": position}


async def _remove(tx: Transaction, numbers: Collection[int], now: datetime) -> None:
    if numbers:
        await tx.execute(update(faq_entries).where(faq_entries.c.id.in_(numbers)).values(removed_at=now))


def _as_json(entry: FaqEntry) -> str:
    said = {"topic": entry.topic, "questions": dict(entry.questions), "answer": dict(entry.answers)}
    return json.dumps(said, ensure_ascii=False)

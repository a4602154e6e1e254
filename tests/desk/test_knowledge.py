from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from bot.crm import communications
from bot.crm.communications import Decision, Direction, Kind
from bot.crm.faq import faq_answers, faq_entries, faq_phrasings, faq_revisions
from bot.database import Database
from bot.desk.knowledge import Knowledge, sync_files
from bot.nlp.faq import Entry, Faq
from bot.nlp.policy import VerdictKind
from tests import factories
from tests.factories import after

ORDER = Entry(
    "where-is-my-order",
    "orders",
    {"en": ("Where is my order?", "Track my parcel"), "zh": ("我的订单到哪了？",)},
    {"en": "It is on its way.", "zh": "正在路上。"},
)
GIFT = Entry("gift-wrap", "orders", {"en": ("Do you wrap gifts?",)}, {"en": "Yes, for S$5."})
REFUND = Entry(
    "refund", "returns", {"zh": ("我要退款",), "en": ("I want a refund",)}, {"zh": "五天。", "en": "Five days."}
)
HELLO = Entry("greeting", "smalltalk", {"en": ("Hello",)}, {"en": "Hello!"})
ENTRIES = (HELLO, ORDER, GIFT, REFUND)


async def sync(database: Database, *entries: Entry, now: datetime) -> bool:
    async with database.begin() as tx:
        return await sync_files(tx, Faq(entries, {}), now)


async def rows(database: Database, statement: Any) -> list[tuple[Any, ...]]:
    async with database.read() as tx:
        return [tuple(row) for row in await tx.all(statement)]


async def load(database: Database, now: datetime) -> Knowledge:
    await sync(database, *ENTRIES, now=now)
    return await Knowledge.load(database, 0.95)


async def test_what_was_synced_is_known_as_it_was_written(database: Database, now: datetime) -> None:
    knowledge = await load(database, now)
    assert tuple(knowledge.entries.values()) == ENTRIES
    assert knowledge.version == len(ENTRIES)
    assert knowledge.topics() == ["orders", "returns"]


async def test_unchanged_files_write_nothing(database: Database, now: datetime) -> None:
    tables = [select(table) for table in (faq_entries, faq_phrasings, faq_answers, faq_revisions)]
    assert await sync(database, *ENTRIES, now=now)
    before = [await rows(database, table) for table in tables]
    assert not await sync(database, *ENTRIES, now=after(hours=1))
    assert [await rows(database, table) for table in tables] == before


async def test_only_what_changed_gets_a_revision_with_what_it_said_before(database: Database, now: datetime) -> None:
    await sync(database, *ENTRIES, now=now)
    changed = replace(GIFT, answer={"en": "Yes, for S$6."})
    assert await sync(database, HELLO, ORDER, changed, REFUND, now=after(hours=1))
    revisions = await rows(
        database,
        select(faq_entries.c.key, faq_revisions.c.before, faq_revisions.c.agent_id)
        .join(faq_entries, faq_entries.c.id == faq_revisions.c.entry_id)
        .where(faq_revisions.c.created_at == after(hours=1)),
    )
    before = '{"topic": "orders", "questions": {"en": ["Do you wrap gifts?"]}, "answer": {"en": "Yes, for S$5."}}'
    assert revisions == [("gift-wrap", before, None)]


async def test_entries_that_vanish_are_kept_as_removed_and_may_come_back(database: Database, now: datetime) -> None:
    knowledge = await load(database, now)
    await sync(database, HELLO, ORDER, REFUND, now=after(hours=1))
    assert await rows(database, select(faq_entries.c.key).where(faq_entries.c.removed_at == after(hours=1))) == [
        ("gift-wrap",)
    ]
    assert await knowledge.refresh()
    assert knowledge.answer("gift-wrap", "en") is None
    await sync(database, *ENTRIES, now=after(hours=2))
    assert await knowledge.refresh()
    assert tuple(knowledge.entries.values()) == ENTRIES


async def test_another_order_of_the_files_is_news_too(database: Database, now: datetime) -> None:
    knowledge = await load(database, now)
    assert await sync(database, REFUND, ORDER, GIFT, HELLO, now=after(hours=1))
    assert await knowledge.refresh()
    assert list(knowledge.entries) == ["refund", "where-is-my-order", "gift-wrap", "greeting"]


async def test_every_process_notices_a_change(database: Database, now: datetime) -> None:
    one, other = await load(database, now), await Knowledge.load(database, 0.95)
    await sync(database, replace(ORDER, answer={"en": "Soon.", "zh": "快了。"}), now=after(hours=1))
    assert [await one.refresh(), await other.refresh(), await other.refresh()] == [True, True, False]
    assert one.answer("where-is-my-order", "en") == other.answer("where-is-my-order", "en") == ("Soon.", "en")


async def test_a_question_is_understood(database: Database, now: datetime) -> None:
    knowledge = await load(database, now)
    verdict = knowledge.understand("where is my order")
    assert (verdict.kind, verdict.candidates[0].entry) == (VerdictKind.ANSWER, "where-is-my-order")


async def test_an_empty_faq_is_unsure_of_everything(database: Database) -> None:
    knowledge = await Knowledge.load(database, 0.95)
    assert knowledge.understand("where is my order").kind is VerdictKind.UNSURE
    assert (knowledge.top("en"), knowledge.topics(), knowledge.version) == ([], [], 0)


async def test_an_answer_comes_in_the_language_asked_for_or_says_which(database: Database, now: datetime) -> None:
    knowledge = await load(database, now)
    assert knowledge.answer("where-is-my-order", "zh") == ("正在路上。", "zh")
    assert knowledge.answer("gift-wrap", "zh") == ("Yes, for S$5.", "en")
    assert knowledge.answer("no-such-entry", "en") is None


async def test_a_label_is_the_first_phrasing(database: Database, now: datetime) -> None:
    knowledge = await load(database, now)
    labels = [knowledge.label(key, "zh") for key in ("where-is-my-order", "gift-wrap", "no-such-entry")]
    assert labels == ["我的订单到哪了？", "Do you wrap gifts?", "no-such-entry"]


async def test_at_first_the_first_of_each_topic_is_offered(database: Database, now: datetime) -> None:
    knowledge = await load(database, now)
    assert knowledge.top("en") == ["where-is-my-order", "refund", "gift-wrap"]
    assert knowledge.top("zh") == ["where-is-my-order", "refund", "gift-wrap"]
    assert knowledge.top("en", 1) == ["where-is-my-order"]


async def test_then_what_was_asked_most_in_thirty_days(database: Database, now: datetime) -> None:
    knowledge = await load(database, now)
    asked = [
        ("gift-wrap", Decision.ANSWER, -1),
        ("gift-wrap", Decision.SUGGEST, -29),
        ("refund", Decision.ANSWER, -2),
        ("greeting", Decision.SMALL_TALK, -1),
        *[("where-is-my-order", Decision.ANSWER, -31)] * 3,
    ]
    async with database.begin() as tx:
        anna = await factories.customer(tx)
        for entry, decision, days in asked:
            await communications.record(
                tx,
                customer_id=anna.id,
                direction=Direction.IN,
                kind=Kind.TEXT,
                text="…",
                created_at=after(days=days),
                decision=decision,
                entry=entry,
            )
    await knowledge.count_asked(now)
    assert knowledge.top("en") == ["gift-wrap", "refund", "where-is-my-order"]
    assert knowledge.top("zh") == ["refund", "where-is-my-order", "gift-wrap"]

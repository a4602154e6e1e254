"""One customer's chat with the desk's verbs, on a real database: writes, presses, reads what was queued for them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import Any, Self

from sqlalchemy import select

from bot.crm import customers
from bot.crm.communications import Communication, Kind, communications, from_row
from bot.crm.customers import Customer
from bot.crm.outbox import outbox
from bot.database import Database
from bot.desk import choosing, conversation
from bot.desk.asking import PickPress, SolvedPress, TalkPress, TopicPress
from bot.desk.incoming import Incoming, Person
from bot.desk.knowledge import Knowledge, sync_files
from bot.desk.presses import Press
from bot.nlp.faq import Entry, Faq
from bot.nlp.matcher import Candidate
from bot.nlp.policy import Verdict, VerdictKind
from bot.settings import Settings
from tests.factories import NOW

ORDER = Entry(
    "where-is-my-order",
    "orders",
    {"en": ("Where is my order?", "Track my parcel"), "zh": ("我的订单到哪了？",)},
    {"en": "It is on its way.", "zh": "正在路上。"},
)
REFUND = Entry("refund", "returns", {"en": ("I want a refund",)}, {"en": "Refunds take five days."})
GIFT = Entry("gift-wrap", "orders", {"en": ("Do you wrap gifts?",)}, {"en": "Yes, for S$5."})
HELLO = Entry("greeting", "smalltalk", {"en": ("Hello",), "zh": ("你好",)}, {"en": "Hello!", "zh": "您好！"})
SHOP = Faq((ORDER, REFUND, GIFT, HELLO), {})

SETTINGS = Settings(_env_file=None)
ANNA = Person(501, "Anna", "Berg", "anna", "en")
WANG = Person(502, "王伟", None, None, "zh-hans")

SURE = Verdict(VerdictKind.ANSWER, (Candidate("where-is-my-order", 0.9, "Where is my order?", "en"),), 0.97)
NEARLY = Verdict(
    VerdictKind.SUGGEST,
    tuple(Candidate(entry, 0.5, "", "en") for entry in ("refund", "greeting", "gift-wrap")),
    0.6,
)
UNSURE = Verdict(VerdictKind.UNSURE, (), 0.1)
FRIENDLY = Verdict(VerdictKind.ANSWER, (Candidate("greeting", 0.9, "Hello", "en"),), 0.97, is_small_talk=True)

Said = tuple[str, list[list[str]]]


@dataclass
class Chat:
    """What one person does, and what they are told."""

    database: Database
    knowledge: Knowledge
    person: Person = ANNA
    now: datetime = NOW
    read_to: int = 0
    numbers: Any = field(default_factory=lambda: count(1))

    @classmethod
    async def open(cls, database: Database, person: Person = ANNA) -> Self:
        async with database.begin() as tx:
            await sync_files(tx, SHOP, NOW)
        return cls(database, await Knowledge.load(database, 0.9), person)

    def heard(self, text: str = "", kind: Kind = Kind.TEXT, **more: Any) -> Incoming:
        place = {"chat_id": self.person.telegram_id, "message_id": next(self.numbers)}
        return Incoming(**({"sender": self.person, "sent_at": self.now, "kind": kind, "text": text} | place | more))

    async def sends(self, heard: Incoming, verdict: Verdict | None) -> list[Said]:
        async with self.database.begin() as tx:
            await conversation.receive(tx, heard, verdict, self.knowledge, SETTINGS, self.now)
        return await self.reads()

    async def writes(self, text: str, verdict: Verdict = UNSURE, **more: Any) -> list[Said]:
        """Write a text that is understood so, and return what is said to it."""
        return await self.sends(self.heard(text, **more), verdict)

    async def presses(self, press: Press) -> tuple[str, list[Said]]:
        """Press a button; returns the words over the chat, and what is said."""
        at = (SETTINGS, self.now)
        async with self.database.begin() as tx:
            match press:
                case SolvedPress():
                    words = await choosing.solved(tx, self.person, press, *at)
                case TalkPress():
                    words = await choosing.talk(tx, self.person, press, *at)
                case PickPress():
                    words = await choosing.pick(tx, self.person, press, self.knowledge, *at)
                case TopicPress():
                    words = await choosing.topic(tx, self.person, press, self.knowledge, *at)
                case _:
                    raise AssertionError(press)
        return words, await self.reads()

    async def reads(self) -> list[Said]:
        """Return what was queued for this person since the last look, as (text, labels of the buttons)."""
        async with self.database.read() as tx:
            rows = await tx.all(
                select(outbox)
                .where(outbox.c.chat_id == self.person.telegram_id, outbox.c.id > self.read_to)
                .order_by(outbox.c.id)
            )
        self.read_to = max((row.id for row in rows), default=self.read_to)
        return [_said(json.loads(row.payload)) for row in rows]

    async def timeline(self) -> list[Communication]:
        """Return every communication, oldest first; the desk's cards are left out."""
        async with self.database.read() as tx:
            rows = await tx.all(
                select(communications).where(communications.c.channel == "telegram").order_by(communications.c.id)
            )
        return [from_row(row) for row in rows]

    async def customer(self) -> Customer:
        async with self.database.read() as tx:
            found = await customers.by_telegram_id(tx, self.person.telegram_id)
        assert found is not None
        return found

    async def renamed(self, **changes: Any) -> None:
        self.person = replace(self.person, **changes)


def _said(payload: Mapping[str, Any]) -> Said:
    rows = payload.get("reply_markup", {}).get("inline_keyboard", [])
    return payload["text"], [[button["text"] for button in row] for row in rows]

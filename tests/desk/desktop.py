"""The desk of a test: people on a real database, and what was queued for each chat, as a reader would see it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import select

from bot.crm import audit, communications, desks, tickets, timelines
from bot.crm.agents import Agent, Role
from bot.crm.communications import Communication, Kind
from bot.crm.customers import Customer
from bot.crm.outbox import outbox
from bot.crm.tickets import Ticket
from bot.database import Database
from bot.desk.incoming import Incoming, Person
from tests import factories
from tests.factories import NOW

GROUP = -1001234567890
ANNA, MEI, BOB, OLGA = 501, 601, 602, 603

_messages = count(10)


@dataclass
class Desktop:
    """Anna is the customer; Mei and Bob are agents, Olga owns the desk."""

    database: Database
    anna: Customer
    mei: Agent
    bob: Agent
    olga: Agent

    async def queued(self, chat_id: int) -> list[tuple[str, dict[str, Any]]]:
        """Return what was queued for a chat, as (method, payload), and forget it."""
        async with self.database.begin() as tx:
            rows = await tx.all(select(outbox).where(outbox.c.chat_id == chat_id).order_by(outbox.c.id))
            await tx.execute(outbox.delete().where(outbox.c.chat_id == chat_id))
        return [(row.method, json.loads(row.payload)) for row in rows]

    async def texts(self, chat_id: int) -> list[str]:
        """Return the texts that were queued for a chat."""
        return [payload["text"] for _, payload in await self.queued(chat_id) if "text" in payload]

    async def methods(self, chat_id: int) -> list[str]:
        """Return the methods that were queued for a chat."""
        return [method for method, _ in await self.queued(chat_id)]

    async def ticket(self, number: int) -> Ticket:
        async with self.database.read() as tx:
            return await tickets.by_id(tx, number)

    async def story(self, number: int) -> list[tuple[str, int | None, str | None]]:
        """Return a ticket's events as (kind, agent, new state)."""
        async with self.database.read() as tx:
            return [(event.kind, event.agent_id, event.to_state) for event in await tickets.events_of(tx, number)]

    async def audited(self) -> list[tuple[str, int | None, str | None]]:
        """Return the audit trail as (action, agent, subject)."""
        async with self.database.read() as tx:
            rows = await tx.all(select(audit.audit_events).order_by(audit.audit_events.c.id))
        return [(row.action, row.agent_id, row.subject) for row in rows]

    async def timeline(self) -> Sequence[Communication]:
        async with self.database.read() as tx:
            return await timelines.recent(tx, self.anna.id, 100)

    async def bind(self, now: datetime = NOW) -> None:
        async with self.database.begin() as tx:
            await desks.bind(tx, chat_id=GROUP, title="Desk", agent_id=self.olga.id, now=now)

    async def delivered(self, chat_id: int, communication_id: int) -> int:
        """Pretend that a copy of a communication arrived in a chat; returns its message id."""
        message_id = next(_messages)
        async with self.database.begin() as tx:
            await communications.add_copies(tx, chat_id, [(message_id, communication_id)])
        return message_id


async def open_desk(database: Database) -> Desktop:
    async with database.begin() as tx:
        return Desktop(
            database,
            await factories.customer(tx, telegram_id=ANNA, first_name="Anna", last_name="Berg", username="anna"),
            await factories.agent(tx, telegram_id=MEI, name="Mei", username="mei"),
            await factories.agent(tx, telegram_id=BOB, name="Bob", username="bob"),
            await factories.agent(tx, telegram_id=OLGA, name="Olga", role=Role.OWNER),
        )


def heard(text: str = "", *, chat_id: int = ANNA, kind: Kind = Kind.TEXT, **more: Any) -> Incoming:
    """A message in a chat."""
    sender = Person(chat_id if chat_id > 0 else MEI, "Someone", None, None, "en")
    values = {"sender": sender, "chat_id": chat_id, "message_id": next(_messages), "sent_at": NOW, "kind": kind}
    return Incoming(**(values | {"text": text} | more))

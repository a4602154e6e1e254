"""Several workers on one database: each update is done once, each chat in order, and the living take over."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from aiogram import Dispatcher
from aiogram.types import Message
from sqlalchemy import select, update

from bot.clock import utc_now
from bot.crm import audit, customers, updates, workers
from bot.crm.audit import audit_events
from bot.crm.updates import StoredUpdate
from bot.database import Database
from bot.intake.lanes import Lanes
from bot.playground.server import Playground
from bot.transactions import Begin, Transaction
from tests.bench.bots import playing
from tests.e2e.people import bot_for
from tests.e2e.sharing import Open, deadlocks, forget, until

CHATS, EACH = 20, 12

_numbers = count(1)


@dataclass
class Desk:
    """A worker's hands: writes down in an update's own transaction who did it, as a handler would."""

    name: str
    database: Database
    lanes: Lanes = field(init=False)
    may_go_on: asyncio.Event = field(default_factory=asyncio.Event)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    given_up: list[str] = field(default_factory=list)
    running: asyncio.Task[None] | None = None

    def open(self, play: Playground) -> None:
        dispatcher = Dispatcher(disable_fsm=True)
        dispatcher.message.register(self.handle)
        self.bot = bot_for(play)
        self.lanes = Lanes(self.database, dispatcher, self.bot, self.name, self.give_up)

    def start(self) -> None:
        self.running = asyncio.create_task(self.lanes.run())

    async def stop(self) -> None:
        self.lanes.stop()
        if self.running is not None:
            await self.running

    async def die(self) -> None:
        """Leave everything as it lies."""
        tasks = [task for task in (self.running, *self.lanes._tasks) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def handle(self, message: Message, begin: Begin) -> None:
        self.begun.set()
        await self.may_go_on.wait()
        async with begin() as tx:
            # three chats each meet at one record, as a customer's chat and those of staff do
            await tx.execute(
                update(customers.customers)
                .where(customers.customers.c.id == 1 + message.chat.id % 7)
                .values(first_name=str(message.message_id))
            )
            await audit.record(tx, self.name, now=utc_now(), subject=str(message.chat.id), detail=message.text)

    async def give_up(self, _: Transaction, __: StoredUpdate, reason: str) -> None:
        self.given_up.append(reason)


@asynccontextmanager
async def two_desks(url: str, opened: Open) -> AsyncIterator[tuple[Desk, Desk]]:
    async with playing() as play:
        one, two = Desk("here:1:one", opened(url)), Desk("here:2:two", opened(url))
        async with one.database.begin() as tx:
            for number in range(7):
                await customers.create(
                    tx,
                    telegram_id=5000 + number,
                    first_name="Anna",
                    last_name=None,
                    username=None,
                    language="en",
                    now=utc_now(),
                )
            for desk in (one, two):
                await workers.register(tx, desk.name, utc_now())
        for desk in (one, two):
            desk.open(play)
        yield one, two
        for desk in (one, two):
            await desk.die()
            await desk.bot.session.close()


def raw(chat: int, number: int) -> dict[str, Any]:
    user = {"id": chat, "is_bot": False, "first_name": "Anna"}
    message = {
        "message_id": number,
        "date": 1_700_000_000,
        "chat": {"id": chat, "type": "private", "first_name": "Anna"},
        "from": user,
        "text": str(number),
    }
    return {"update_id": next(_numbers), "message": message}


async def handled(database: Database) -> list[tuple[int, str, int]]:
    """Who did what, in the order of its being kept: (chat, worker, number)."""
    async with database.read() as tx:
        rows = await tx.all(select(audit_events).order_by(audit_events.c.id))
    return [(int(row.subject), row.action, int(row.detail)) for row in rows]


def by_chat(done: Sequence[tuple[int, str, int]]) -> dict[int, list[int]]:
    chats: dict[int, list[int]] = {}
    for chat, _, number in done:
        chats.setdefault(chat, []).append(number)
    return chats


ALL = {chat: list(range(EACH)) for chat in range(1, CHATS + 1)}


async def is_all_done(database: Database) -> bool:
    async with database.read() as tx:
        return await updates.count_undone(tx) == 0


async def store_alternately(one: Desk, two: Desk) -> None:
    """Each chat's messages come in at one machine and the other in turn."""
    for number in range(EACH):
        for parity in (0, 1):
            desk = (one, two)[(number + parity) % 2]
            await desk.lanes.store([raw(chat, number) for chat in ALL if chat % 2 == parity])


@pytest.mark.postgres
async def test_two_workers_do_each_update_once_and_each_chat_in_order(postgres_url: str, opened: Open) -> None:
    async with two_desks(postgres_url, opened) as (one, two):
        for desk in (one, two):
            desk.start()
            desk.may_go_on.set()

        await store_alternately(one, two)
        await until(lambda: is_all_done(one.database))
        for desk in (one, two):
            await desk.stop()

        done = await handled(one.database)
        assert by_chat(done) == ALL
        assert {name for _, name, _ in done} == {one.name, two.name}
        assert one.given_up + two.given_up == []
        assert await deadlocks(one.database) == 0


@pytest.mark.postgres
async def test_what_a_dead_worker_left_is_done_by_the_living(postgres_url: str, opened: Open) -> None:
    async with two_desks(postgres_url, opened) as (dead, alive):
        await store_alternately(dead, dead)  # it claims them all
        await dead.begun.wait()
        await dead.die()
        alive.may_go_on.set()
        alive.start()

        await asyncio.sleep(0)
        assert await handled(alive.database) == []  # nobody takes what another holds
        await forget(alive.database, dead.name)
        await until(lambda: is_all_done(alive.database))
        await alive.stop()

        assert by_chat(await handled(alive.database)) == ALL


@pytest.mark.postgres
async def test_a_worker_that_was_only_slow_does_nothing_twice(postgres_url: str, opened: Open) -> None:
    async with two_desks(postgres_url, opened) as (slow, quick):
        await store_alternately(slow, slow)
        await slow.begun.wait()
        await forget(quick.database, slow.name)  # taken for dead
        quick.may_go_on.set()
        quick.start()
        await until(lambda: is_all_done(quick.database))

        slow.may_go_on.set()
        await until(lambda: _true(slow.lanes._in_hand == 0))
        await quick.stop()

        done = await handled(quick.database)
        assert by_chat(done) == ALL
        assert {name for _, name, _ in done} == {quick.name}
        assert slow.given_up == []


async def _true(is_true: bool) -> bool:
    return is_true

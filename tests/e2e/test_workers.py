"""Several workers on one database: each thing is done once, each chat in order, and the living take over."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from aiogram import Dispatcher
from aiogram.types import Message
from sqlalchemy import select, text, update

from bot.clock import utc_now
from bot.courier.courier import Courier
from bot.courier.pace import Limits, Pace
from bot.courier.sender import Sender
from bot.crm import audit, customers, outbox, updates, workers
from bot.crm.audit import audit_events
from bot.crm.updates import StoredUpdate
from bot.database import Database
from bot.intake.lanes import Lanes
from bot.playground.server import Playground
from bot.process import is_dead_here
from bot.transactions import Begin
from tests.bench.bots import playing
from tests.e2e.people import bot_for
from tests.e2e.posts import let_in, numbered, received

FAST = Limits(per_second=100_000, per_second_chat=100_000, per_minute_group=6_000_000)
CHATS, EACH = 20, 12

Open = Callable[[str], Database]
_numbers = count(1)


async def until(is_true: Callable[[], Any], within: float = 20) -> None:
    """Wait until an awaited look says yes."""
    async with asyncio.timeout(within):
        while not await is_true():  # noqa: ASYNC110 - another connection does it; no event of ours
            await asyncio.sleep(0.01)


async def forget(database: Database, worker: str) -> None:
    """Do what the others do when a worker was not seen for a while."""
    async with database.begin() as tx:
        await workers.forget(tx, worker)
        await updates.inbox.release_dead(tx)
        await outbox.posts.release_dead(tx)


async def deadlocks(database: Database) -> int:
    """How often PostgreSQL had to break one in this database."""
    async with database.read() as tx:
        number: int = await tx.scalar(text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"))
        return number


# Updates


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

    async def give_up(self, _: StoredUpdate, reason: str) -> None:
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


# Posts


@asynccontextmanager
async def courier_of(url: str, opened: Open, play: Playground, name: str) -> AsyncIterator[Courier]:
    database = opened(url)
    async with database.begin() as tx:
        await workers.register(tx, name, utc_now())
    sender, pace = Sender(play.token, play.url), Pace(FAST)
    yield Courier(database, sender, pace, name)
    await pace.close()
    await sender.close()


async def is_all_sent(database: Database) -> bool:
    async with database.read() as tx:
        return await outbox.count_undone(tx) == 0


@pytest.mark.postgres
async def test_two_couriers_send_each_post_once_and_each_chat_in_order(postgres_url: str, opened: Open) -> None:
    database = opened(postgres_url)
    async with (
        playing() as play,
        courier_of(postgres_url, opened, play, "here:1:one") as one,
        courier_of(postgres_url, opened, play, "here:2:two") as two,
    ):
        people = [play.person(f"Customer {number}") for number in range(CHATS)]
        let_in(*people)
        running = [asyncio.create_task(courier.run()) for courier in (one, two)]
        for said in numbered(EACH):
            async with database.begin() as tx:
                for person in people:
                    await outbox.queue(tx, person.id, "sendMessage", {"text": said}, now=utc_now())
            for courier in (one, two):
                courier._wake.set()  # as a commit of their own would
        await until(lambda: is_all_sent(database))
        for courier in (one, two):
            courier.stop()
        await asyncio.gather(*running)

        assert [received(person) for person in people] == [numbered(EACH)] * CHATS
        async with database.read() as tx:
            rows = await tx.all(select(outbox.outbox.c.worker, outbox.outbox.c.possibly_repeated))
        assert {row.possibly_repeated for row in rows} == {False}
        assert await deadlocks(database) == 0


@pytest.mark.postgres
async def test_what_a_dead_courier_left_is_sent_by_the_living(postgres_url: str, opened: Open) -> None:
    database = opened(postgres_url)
    async with (
        playing() as play,
        courier_of(postgres_url, opened, play, "here:1:dead") as dead,
        courier_of(postgres_url, opened, play, "here:2:alive") as alive,
    ):
        anna, wang = play.person("Anna"), play.person("Wang")
        let_in(anna, wang)
        play.faults.order("hang", "sendMessage", times=2)
        async with database.begin() as tx:
            for said in numbered(5):
                for person in (anna, wang):
                    await outbox.queue(tx, person.id, "sendMessage", {"text": said}, now=utc_now())
        dying = asyncio.create_task(dead.run())
        await play.until(lambda: len(play.calls("sendMessage")) == 2)
        for task in (dying, *dead._tasks):
            task.cancel()
        await asyncio.gather(dying, *dead._tasks, return_exceptions=True)

        running = asyncio.create_task(alive.run())
        await forget(database, "here:1:dead")
        await until(lambda: is_all_sent(database))
        alive.stop()
        await running

        assert [received(anna), received(wang)] == [numbered(5)] * 2
        async with database.read() as tx:
            rows = await tx.all(select(outbox.outbox.c.worker).distinct())
        assert [row.worker for row in rows] == ["here:2:alive"]


# Who is dead


def ended_process() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


HERE = socket.gethostname()[:40]


@pytest.mark.parametrize(
    ("host", "pid", "is_dead"),
    [
        (HERE, os.getpid(), True),  # our number, and not us: it ended, and the number came round to us
        (HERE, os.getppid(), False),
        (HERE, 1, False),  # another user's perhaps, but alive
        ("elsewhere", os.getpid(), False),
        (f"{HERE}:x", os.getpid(), False),
    ],
)
def test_a_worker_of_this_machine_is_dead_when_its_process_is_gone(host: str, pid: int, is_dead: bool) -> None:
    assert is_dead_here(f"{host}:{pid}:1a2b3c4d") is is_dead


def test_a_worker_whose_process_ended_is_dead() -> None:
    assert is_dead_here(f"{HERE}:{ended_process()}:1a2b3c4d")

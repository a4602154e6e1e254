"""Several couriers on one outbox: each post is sent once, each chat in order, and the living take over."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import select

from bot.clock import utc_now
from bot.courier.courier import Courier
from bot.courier.pace import Limits, Pace
from bot.courier.sender import Sender
from bot.crm import outbox, workers
from bot.database import Database
from bot.playground.server import Playground
from tests.bench.bots import playing
from tests.e2e.posts import let_in, numbered, received
from tests.e2e.sharing import Open, deadlocks, forget, until

FAST = Limits(per_second=100_000, per_second_chat=100_000, per_minute_group=6_000_000)
CHATS, EACH = 20, 12


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

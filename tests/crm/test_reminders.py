"""Reminders: the rows are the schedule, and each fires once."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from bot.crm import reminders
from bot.crm.reminders import Reminder, ReminderState
from bot.database import Database
from tests import factories
from tests.factories import NOW, after


async def remind(database: Database, *minutes: int) -> list[Reminder]:
    async with database.begin() as tx:
        mei = await factories.agent(tx, telegram_id=9)
        return [
            await reminders.create(tx, agent_id=mei.id, text="Call back", due_at=after(minutes=each), now=NOW)
            for each in minutes
        ]


async def claim(database: Database, minutes: float, limit: int = 100) -> list[Reminder]:
    async with database.begin() as tx:
        return await reminders.claim_due(tx, after(minutes=minutes), limit)


async def test_what_is_due_fires_first_due_first(database: Database) -> None:
    late, soon, later = await remind(database, 10, 5, 11)
    assert await claim(database, 4) == []
    assert await claim(database, 10) == [
        replace(each, state=ReminderState.FIRED, fired_at=after(minutes=10)) for each in (soon, late)
    ]
    assert await claim(database, 10) == []
    assert [each.id for each in await claim(database, 60 * 24)] == [later.id]


async def test_no_more_than_the_limit_fires_at_once(database: Database) -> None:
    made = await remind(database, 3, 1, 2)
    assert [each.id for each in await claim(database, 5, limit=2)] == [made[1].id, made[2].id]
    assert [each.id for each in await claim(database, 5, limit=2)] == [made[0].id]


async def test_two_callers_at_the_same_instant_never_fire_the_same(
    database: Database, opened: Callable[[str], Database]
) -> None:
    made = await remind(database, *range(30))
    other = opened(database.url)
    claims = await asyncio.gather(*(claim(each, 60, limit=5) for each in [database, other] * 6))
    assert sorted(each.id for claimed in claims for each in claimed) == [each.id for each in made]


async def test_a_snoozed_reminder_fires_again(database: Database) -> None:
    [made] = await remind(database, 1)
    await claim(database, 1)
    async with database.begin() as tx:
        await reminders.change(tx, made.id, state=ReminderState.PENDING, due_at=after(minutes=30), snoozes=1)
    assert await claim(database, 29) == []
    assert [each.id for each in await claim(database, 30)] == [made.id]


async def test_what_is_done_or_cancelled_never_fires(database: Database) -> None:
    done, cancelled = await remind(database, 1, 1)
    async with database.begin() as tx:
        await reminders.change(tx, done.id, state=ReminderState.DONE, done_at=NOW)
        await reminders.change(tx, cancelled.id, state=ReminderState.CANCELLED)
    assert await claim(database, 5) == []


async def test_an_agent_sees_what_waits_for_them_page_by_page(database: Database) -> None:
    made = await remind(database, 3, 1, 2)
    await claim(database, 1)
    async with database.begin() as tx:
        await reminders.change(tx, made[0].id, state=ReminderState.DONE)
        first, total = await reminders.waiting_of(tx, made[0].agent_id, 1, 0)
        second, _ = await reminders.waiting_of(tx, made[0].agent_id, 1, 1)
    assert ([each.id for each in first + second], total) == ([made[1].id, made[2].id], 2)

"""Reminders at the desk: told once, to whom they are for, late ones too; settled by their own agent only."""

import asyncio
import json
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.crm import agents, reminders
from bot.crm.agents import Role
from bot.crm.outbox import outbox
from bot.crm.reminders import Reminder, ReminderState
from bot.crm.tickets import TicketUnknown
from bot.database import Database
from bot.desk import reminding
from bot.desk.reminder_screens import SnoozePress, list_screen, set_screen, settled_screen
from bot.desk.reminding import ReminderEmpty, ReminderNotYours, ReminderTooLong, ReminderUnknown
from bot.texts import translator
from bot.transactions import Transaction
from tests import factories
from tests.factories import NOW, after

SHANGHAI = ZoneInfo("Asia/Shanghai")


async def posts(tx: Transaction) -> list[tuple[int, str, list[list[str]]]]:
    """Every queued message as (chat, text, labels of its buttons)."""
    rows = await tx.all(select(outbox.c.chat_id, outbox.c.payload).order_by(outbox.c.id))
    payloads = [(row.chat_id, json.loads(row.payload)) for row in rows]
    return [
        (chat, said["text"], [[button["text"] for button in row] for row in said["reply_markup"]["inline_keyboard"]])
        for chat, said in payloads
    ]


async def fired(tx: Transaction, **columns: object) -> Reminder:
    """A reminder of a new agent that was told at NOW."""
    agent = await factories.agent(tx)
    await reminding.add(tx, agent, "call back", NOW, now=NOW)
    await reminding.fire_due(tx, SHANGHAI, NOW)
    (reminder,), _ = await reminders.waiting_of(tx, agent.id, 5, 0)
    return reminder


async def test_a_due_reminder_is_told_in_private_with_its_ticket(database: Database) -> None:
    async with database.begin() as tx:
        mei = await factories.agent(tx, telegram_id=70)
        ticket = await factories.ticket(tx, subject="Where is my order?")
        await reminding.add(tx, mei, "call back", after(hours=2), now=NOW, ticket_id=ticket.id)
        told = [await reminding.fire_due(tx, SHANGHAI, after(hours=2, seconds=shift)) for shift in (-1, 0, 1)]
        assert told == [0, 1, 0]
        assert await posts(tx) == [
            (
                70,
                f"⏰ Reminder\ncall back\n🆕 #{ticket.id} · Anna: Where is my order?",
                [["✅ Done", f"📂 Open #{ticket.id}"], ["💤 1 hour", "💤 Tomorrow"]],
            )
        ]


async def test_a_late_reminder_says_when_it_was_due_in_the_readers_zone_and_language(database: Database) -> None:
    async with database.begin() as tx:
        mei = await factories.agent(tx, telegram_id=70, language="zh")
        lin = await factories.agent(tx, telegram_id=71)
        await agents.change(tx, lin.id, timezone="America/New_York")
        for agent in (mei, lin):
            await reminding.add(tx, agent, "回电", after(minutes=30), now=NOW)
        assert await reminding.fire_due(tx, SHANGHAI, after(days=3)) == 2
        buttons = [["✅ Done"], ["💤 1 hour", "💤 Tomorrow"]]
        assert await posts(tx) == [
            (70, "⏰ 提醒\n回电\n本应在 2026年3月2日星期一 18:00 提醒。", [["✅ 完成"], ["💤 1 小时", "💤 明天"]]),
            (71, "⏰ Reminder\n回电\nIt was due on Monday 2 March 2026, 05:00.", buttons),
        ]


async def test_what_was_for_somebody_who_left_goes_to_the_owners_who_may_settle_it(database: Database) -> None:
    async with database.begin() as tx:
        owner = await factories.agent(tx, telegram_id=70, role=Role.OWNER)
        await factories.agent(tx, telegram_id=71, role=Role.SUPERVISOR)
        gone = await factories.agent(tx, telegram_id=72, name="Lin")
        reminder = await reminding.add(tx, gone, "call back", NOW, now=NOW)
        await agents.change(tx, gone.id, is_active=False)
        assert await reminding.fire_due(tx, SHANGHAI, NOW) == 1
        ((chat, text, _),) = await posts(tx)
        assert (chat, text) == (
            70,
            "⏰ Reminder\nIt was for Lin, who is no longer at the desk.\ncall back",
        )
        settled = await reminding.done(tx, reminder.id, owner, now=after(minutes=5))
        assert (settled.state, settled.done_at) == (ReminderState.DONE, after(minutes=5))


async def test_two_processes_tell_each_reminder_once(database_url: str) -> None:
    processes = [Database(database_url), Database(database_url)]
    async with processes[0].begin() as tx:
        mei = await factories.agent(tx)
        for minutes in range(250):
            await reminding.add(tx, mei, f"call {minutes}", after(minutes=minutes), now=NOW)

    async def tick(process: Database) -> int:
        async with process.begin() as tx:
            return await reminding.fire_due(tx, SHANGHAI, after(days=1))

    told = await asyncio.gather(*(tick(process) for process in processes for _ in range(3)))
    told += await asyncio.gather(*(tick(process) for process in processes))
    async with processes[0].read() as tx:
        texts = [text.splitlines()[1] for _, text, _ in await posts(tx)]
    for process in processes:
        await process.dispose()
    assert sum(told) == 250
    assert sorted(texts) == sorted(f"call {minutes}" for minutes in range(250))


async def test_what_was_claimed_by_a_transaction_that_failed_is_told_by_the_next(database: Database) -> None:
    async with database.begin() as tx:
        await reminding.add(tx, await factories.agent(tx), "call back", NOW, now=NOW)
    with pytest.raises(RuntimeError, match="the machine stops"):
        async with database.begin() as tx:
            assert await reminding.fire_due(tx, SHANGHAI, NOW) == 1
            raise RuntimeError("the machine stops")
    async with database.begin() as tx:
        assert await reminding.fire_due(tx, SHANGHAI, NOW) == 1
        assert len(await posts(tx)) == 1


async def test_a_snoozed_reminder_is_told_again_and_each_message_snoozes_once(database: Database) -> None:
    async with database.begin() as tx:
        reminder = await fired(tx)
        agent = await agents.by_id(tx, reminder.agent_id)
        assert agent is not None
        later, too_late = after(hours=1), after(hours=5)
        put_off = await reminding.snooze(tx, reminder.id, agent, later, 0)
        assert put_off == replace(reminder, state=ReminderState.PENDING, due_at=later, snoozes=1)
        assert await reminding.snooze(tx, reminder.id, agent, too_late, 0) == put_off
        assert await reminding.fire_due(tx, SHANGHAI, later) == 1
        again = await reminding.snooze(tx, reminder.id, agent, too_late, 0)  # the first message's button, weeks later
        assert (again.state, again.due_at) == (ReminderState.FIRED, later)
        second = await reminding.snooze(tx, reminder.id, agent, too_late, 1)
        assert (second.state, second.due_at, second.snoozes) == (ReminderState.PENDING, too_late, 2)


@pytest.mark.parametrize("first", ["done", "cancel"])
async def test_what_is_settled_stays_as_it_was(database: Database, first: str) -> None:
    async with database.begin() as tx:
        reminder = await fired(tx)
        agent = await agents.by_id(tx, reminder.agent_id)
        assert agent is not None
        settled = await getattr(reminding, first)(tx, reminder.id, agent, now=after(minutes=1))
        assert settled.state is (ReminderState.DONE if first == "done" else ReminderState.CANCELLED)
        later = after(minutes=9)
        assert await reminding.done(tx, reminder.id, agent, now=later) == settled
        assert await reminding.cancel(tx, reminder.id, agent, now=later) == settled
        assert await reminding.snooze(tx, reminder.id, agent, later, 0) == settled
        assert await reminding.fire_due(tx, SHANGHAI, after(days=1)) == 0


async def test_a_pending_reminder_that_is_cancelled_is_never_told(database: Database) -> None:
    async with database.begin() as tx:
        mei = await factories.agent(tx)
        reminder = await reminding.add(tx, mei, "call back", after(hours=1), now=NOW)
        await reminding.cancel(tx, reminder.id, mei, now=NOW)
        assert await reminding.fire_due(tx, SHANGHAI, after(days=1)) == 0
        assert await posts(tx) == []


async def test_a_reminder_is_settled_by_its_own_agent_only(database: Database) -> None:
    async with database.begin() as tx:
        reminder = await fired(tx)
        colleague = await factories.agent(tx, role=Role.OWNER)  # of somebody who is still here
        with pytest.raises(ReminderNotYours):
            await reminding.done(tx, reminder.id, colleague, now=NOW)
        with pytest.raises(ReminderNotYours):
            await reminding.snooze(tx, reminder.id, colleague, after(hours=1), 0)
        with pytest.raises(ReminderUnknown):
            await reminding.done(tx, reminder.id + 1, colleague, now=NOW)


async def test_what_no_reminder_can_be_is_refused(database: Database) -> None:
    async with database.begin() as tx:
        mei = await factories.agent(tx)
        with pytest.raises(ReminderEmpty):
            await reminding.add(tx, mei, "", after(hours=1), now=NOW)
        with pytest.raises(ReminderTooLong):
            await reminding.add(tx, mei, "😀" * 501, after(hours=1), now=NOW)
        with pytest.raises(TicketUnknown):
            await reminding.add(tx, mei, "call back", after(hours=1), now=NOW, ticket_id=99)
        ticket = await factories.ticket(tx)
        bare = await reminding.add(tx, mei, "", after(hours=1), now=NOW, ticket_id=ticket.id)
        assert (bare.text, bare.ticket_id, bare.customer_id) == ("", ticket.id, ticket.customer_id)


async def test_the_list_holds_what_is_still_to_do_first_due_first(database: Database) -> None:
    async with database.begin() as tx:
        mei, lin = await factories.agent(tx), await factories.agent(tx)
        made = [await reminding.add(tx, mei, f"call {day}", after(days=day), now=NOW) for day in (3, 1, 2)]
        await reminding.add(tx, lin, "another's", after(days=1), now=NOW)
        settled = await reminding.add(tx, mei, "settled", after(days=1), now=NOW)
        await reminding.done(tx, settled.id, mei, now=NOW)
        assert await reminders.waiting_of(tx, mei.id, 2, 0) == ([made[1], made[2]], 3)
        assert await reminders.waiting_of(tx, mei.id, 2, 2) == ([made[0]], 3)


async def test_screens_name_the_exact_time_and_strike_what_is_settled(database: Database) -> None:
    async with database.begin() as tx:
        mei = await factories.agent(tx)
        ticket = await factories.ticket(tx, subject="Refund")
        reminder = await reminding.add(tx, mei, "call 😀 back", after(days=1), now=NOW, ticket_id=ticket.id)
        about = await reminding.subject_of(tx, reminder)
        settled = await reminding.done(tx, reminder.id, mei, now=NOW)
    t = translator("en")
    echo = set_screen(t, reminder, about, SHANGHAI)
    line = f"🆕 #{ticket.id} · Anna: Refund"
    assert echo.text == f"⏰ I will remind you on Tuesday 3 March 2026, 17:30\ncall 😀 back\n{line}"
    struck = settled_screen(t, settled, about, SHANGHAI)
    assert struck.text == f"✅ Done\ncall 😀 back\n{line}"
    assert struck.entities == (
        {"type": "bold", "offset": 0, "length": 6},
        {"type": "strikethrough", "offset": 7, "length": 12},
    )
    assert struck.buttons == ()


def test_the_list_is_paged_and_marks_what_is_overdue(now: datetime) -> None:
    t = translator("en")
    reminder = Reminder(1, 1, None, None, "call", ReminderState.FIRED, now, now, None, 0, now)
    screen = list_screen(t, 1, [(reminder, reminding.Subject())], 1, 11, SHANGHAI, now + timedelta(seconds=1))
    assert screen.text == "⏰ Your reminders (11)\n\n6. Monday 2 March 2026, 17:30 ❗\ncall"
    labels = [[button.text for button in row] for row in screen.buttons]
    assert labels == [["✅ Done 6", "✖️ Cancel 6"], ["‹", "›"]]
    assert list_screen(t, 1, [], 0, 0, SHANGHAI, now).text == "You have no reminders. Set one: /remind 2h call back"


def test_the_longest_press_fits_into_callback_data() -> None:
    assert len(SnoozePress(2**63 - 1, 10**6, 1).pack()) <= 64

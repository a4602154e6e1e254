"""Stories of reminders: asked for in words, told in private, done, snoozed, listed; survived by a restart."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from bot.clock import utc_now
from bot.crm import reminders
from bot.crm.reminders import Reminder, ReminderState
from bot.crm.tickets import tickets
from bot.desk.reminder_screens import moment
from bot.playground.people import Person
from bot.texts import translator
from tests.e2e.conftest import Desk

EXAMPLE = "Like this: /remind [number] time text\nFor example: /remind 42 2h call back"


async def kept(desk: Desk) -> list[Reminder]:
    rows = await desk.rows(select(reminders.reminders).order_by(reminders.reminders.c.id))
    return [reminders.from_row(row) for row in rows]


async def falls_due(desk: Desk, reminder: Reminder, ago: timedelta = timedelta()) -> None:
    """Let the reminder's time come, ``ago`` before now."""
    async with desk.database.begin() as tx:
        await reminders.change(tx, reminder.id, due_at=utc_now() - ago)


async def asks(person: Person, text: str, **place: Any) -> dict[str, Any]:
    """Send a command and return the bot's next message in the same place."""
    await person.writes(text, **place)
    (message,) = await person.reads_messages(**place)
    return message


def when(desk: Desk, reminder: Reminder, language: str = "en") -> str:
    return moment(translator(language), reminder.due_at, desk.settings.zone)


def labels(message: dict[str, Any]) -> list[list[str]]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [[button["text"] for button in row] for row in rows]


async def test_an_agent_is_reminded_in_private_and_ticks_it_off(desk: Desk) -> None:
    before = utc_now()
    echo = await asks(desk.carla, "/remind 2h call back")
    (reminder,) = await kept(desk)
    assert timedelta(hours=2) <= reminder.due_at - before < timedelta(hours=2, seconds=30)
    assert echo["text"] == f"⏰ I will remind you on {when(desk, reminder)}\ncall back"
    assert labels(echo) == [["✖️ Cancel"]]

    await falls_due(desk, reminder)
    (told,) = await desk.carla.reads_messages()
    assert told["text"] == "⏰ Reminder\ncall back"
    assert labels(told) == [["✅ Done"], ["💤 1 hour", "💤 Tomorrow"]]

    answer = await desk.carla.presses("✅ Done", told)
    assert answer.text == "✅ Done"
    after = await redrawn(desk, desk.carla, told)
    assert after["text"] == "✅ Done\ncall back"
    assert [entity["type"] for entity in after["entities"]] == ["bold", "strikethrough"]
    assert labels(after) == []

    old = await desk.carla.presses_old(data_of(told, 0, 0), after)  # a phone that still shows the button
    assert old.text == "✅ Done"
    assert [each.state for each in await kept(desk)] == [ReminderState.DONE]
    assert desk.carla.unread() == []


async def test_a_topics_ticket_is_meant_where_none_is_named(desk: Desk) -> None:
    await desk.anna.writes("/ticket My parcel is damaged")
    card, _ = await desk.ming.reads_messages(2, chat=desk.group)  # and her words
    (ticket,) = await desk.rows(select(tickets))
    place = {"chat": desk.group, "thread": card["message_thread_id"]}
    await desk.ming.reads_messages(2, **place)
    echo = await asks(desk.ming, "/remind 明天10:00 给她回电话", **place)
    (reminder,) = await kept(desk)
    line = f"🆕 #{ticket.id} · Anna Berg: My parcel is damaged"
    assert echo["text"] == f"⏰ 我会在 {when(desk, reminder, 'zh')} 提醒你\n给她回电话\n{line}"
    assert (reminder.ticket_id, reminder.customer_id) == (ticket.id, ticket.customer_id)
    local = reminder.due_at.astimezone(desk.settings.zone)
    assert (local.hour, local.minute) == (10, 0)

    not_hers = await desk.carla.presses("✖️ 取消", echo)
    assert (not_hers.text, not_hers.alert) == ("This reminder is not yours.", True)

    await falls_due(desk, reminder, timedelta(minutes=5))
    (told,) = await desk.ming.reads_messages()
    late = (await kept(desk))[0]
    assert told["text"] == f"⏰ 提醒\n给她回电话\n{line}\n本应在 {when(desk, late, 'zh')} 提醒。"
    assert labels(told) == [["✅ 完成", f"📂 打开 #{ticket.id}"], ["💤 1 小时", "💤 明天"]]


async def test_a_named_ticket_and_a_snooze(desk: Desk) -> None:
    await desk.anna.writes("/ticket My parcel is damaged")
    await desk.anna.reads()
    (ticket,) = await desk.rows(select(tickets))
    await asks(desk.carla, f"/remind {ticket.id} 10m call back")
    (reminder,) = await kept(desk)
    assert reminder.ticket_id == ticket.id
    await falls_due(desk, reminder)
    (told,) = await desk.carla.reads_messages()
    before = utc_now()
    answer = await desk.carla.presses("💤 1 hour", told)
    (reminder,) = await kept(desk)
    assert timedelta(hours=1) <= reminder.due_at - before < timedelta(hours=1, seconds=30)
    assert answer.text == f"💤 I will remind you on {when(desk, reminder)}"
    snoozed = await redrawn(desk, desk.carla, told)
    assert snoozed["text"].splitlines() == [answer.text, *told["text"].splitlines()[1:]]

    await desk.carla.presses_old(data_of(told, 1, 1), told)  # the same message's other button: once is enough
    assert await kept(desk) == [reminder]

    await falls_due(desk, reminder)
    (again,) = await desk.carla.reads_messages()
    stale = await desk.carla.presses_old(data_of(told, 1, 1), told)
    assert stale.text == "This button is out of date."
    await desk.carla.presses("💤 Tomorrow", again)
    (reminder,) = await kept(desk)
    local = reminder.due_at.astimezone(desk.settings.zone)
    assert (local.date() - utc_now().astimezone(desk.settings.zone).date(), local.hour) == (timedelta(days=1), 9)
    assert reminder.snoozes == 2


async def test_the_list_settles_reminders_in_place_and_page_by_page(desk: Desk) -> None:
    for hours in range(7, 0, -1):
        await asks(desk.carla, f"/remind {hours}h call {hours}")
    listed = await asks(desk.carla, "/reminders")
    assert texts_of(listed) == ["call 1", "call 2", "call 3", "call 4", "call 5"]
    assert labels(listed)[-1] == ["›"]
    await desk.carla.presses("✅ Done 2", listed)
    shorter = await redrawn(desk, desk.carla, listed)
    await desk.carla.presses("✖️ Cancel 1", shorter)
    assert texts_of(await redrawn(desk, desk.carla, shorter)) == ["call 3", "call 4", "call 5", "call 6", "call 7"]
    assert sorted(each.state for each in await kept(desk) if not each.is_waiting) == ["cancelled", "done"]

    foreign = await desk.ming.presses_old(data_of(listed, -1, 0), await asks(desk.ming, "/reminders"))
    assert (foreign.text, foreign.alert) == ("这不是你的提醒。", True)


async def test_a_cancelled_reminder_is_struck_and_never_told(desk: Desk) -> None:
    echo = await asks(desk.carla, "/remind 2h call back")
    (reminder,) = await kept(desk)
    await desk.carla.presses("✖️ Cancel", echo)
    assert (await redrawn(desk, desk.carla, echo))["text"] == "✖️ Cancelled\ncall back"
    await falls_due(desk, reminder)
    await desk.app.jobs.fire_reminders()
    await desk.settled()
    assert desk.carla.unread() == []


async def test_what_fell_due_while_the_bot_was_down_is_told_once_when_it_is_back(desk: Desk) -> None:
    await asks(desk.carla, "/remind 2h call back")
    (reminder,) = await kept(desk)
    await desk.stop_bot()
    await falls_due(desk, reminder, timedelta(hours=5))
    await desk.start_bot()
    (told,) = await desk.carla.reads()
    (reminder,) = await kept(desk)
    assert told == f"⏰ Reminder\ncall back\nIt was due on {when(desk, reminder)}."
    await desk.app.jobs.fire_reminders()
    await desk.settled()
    assert desk.carla.unread() == []


async def test_what_is_no_reminder_is_answered_with_how_to_ask(desk: Desk) -> None:
    async def says(text: str) -> str:
        message = await asks(desk.carla, text)
        return str(message["text"])

    assert await says("/remind") == EXAMPLE
    assert await says("/remind call back") == EXAMPLE
    assert await says("/remind 42") == EXAMPLE
    assert await says("/remind 99999999999999999999 2h call back") == EXAMPLE
    assert await says("/remind 25:00 call back") == EXAMPLE
    assert await says("/remind 0m call back") == "That time has passed. Name a coming one: /remind 2h call back"
    assert await says("/remind 2020-01-01 call") == "That time has passed. Name a coming one: /remind 2h call back"
    assert await says("/remind 9999w call back") == "That is more than five years away."
    assert await says("/remind 2h") == "Say what I am to remind you of: /remind 2h call back"
    assert await says("/remind 2h " + "x" * 1001) == "A reminder can have 1000 characters at most."
    assert await says("/remind 77 2h call back") == "There is no ticket #77. /queue shows those that wait."
    assert await says("/reminders all") == "Like this: /reminders\nFor example: /reminders"
    assert await kept(desk) == []


async def test_customers_have_no_reminders(desk: Desk) -> None:
    await desk.anna.writes("/remind 2h call back")
    await desk.settled()
    assert await kept(desk) == []


async def redrawn(desk: Desk, person: Person, message: dict[str, Any]) -> dict[str, Any]:
    """The message as the person sees it once the bot has changed it."""
    await desk.play.until(lambda: shown(person, message)["text"] != message["text"])
    return shown(person, message)


def shown(person: Person, message: dict[str, Any]) -> dict[str, Any]:
    """The message as the person sees it now."""
    found = [each for each in person.sees(message["chat"]["id"]) if each["message_id"] == message["message_id"]]
    return found[0]


def data_of(message: dict[str, Any], row: int, column: int) -> str:
    return str(message["reply_markup"]["inline_keyboard"][row][column]["callback_data"])


def texts_of(listed: dict[str, Any]) -> list[str]:
    """The reminders of a list, without their times."""
    return str(listed["text"]).splitlines()[3::3]

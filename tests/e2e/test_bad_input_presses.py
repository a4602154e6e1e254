"""Buttons: pressed twice, pressed weeks later, pressed on somebody else's message, and data that nobody made."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from bot.clock import utc_now
from bot.crm import agents
from bot.crm.audit import audit_events
from bot.crm.communications import communications
from bot.crm.reminders import ReminderState, reminders
from bot.crm.tickets import EventKind, TicketState, ticket_events, tickets
from bot.crm.updates import updates
from bot.playground.people import Person
from tests.e2e.conftest import Desk
from tests.e2e.tickets import card, in_topic, labels, opens_ticket

OLD = "This button is out of date."
STAFF_ONLY = "This button is for the desk's people."
NUMBERS = ("0", "-1", "999", "9223372036854775807", "9223372036854775808", "9" * 40, "1_0", "١", "1.0", "", "x", " 1")
GARBAGE = (
    "",
    ":",
    "::",
    "s-",
    "s-:",
    "take",
    "s-take",
    "s-take:",
    "s-take:1:2",
    "s-queue:mine",
    "\x00",
    "🐧" * 16,
    "x" * 64,
)
ONE_NUMBER = {
    "customer's": ("solved", "talk", "mytickets", "myticket", "myadd", "myclose", "notsolved"),
    "staff's": (
        "s-ticket",
        "s-take",
        "s-release",
        "s-pending",
        "s-hold",
        "s-solve",
        "s-reopen",
        "s-unsolve",
        "s-customer",
    ),
}
MORE = (
    *(f"pick:{number}:x" for number in NUMBERS),
    "topic:gone",
    "topic:",
    "language:xx",
    *(f"s-history:{number}:0" for number in NUMBERS),
    *(f"s-history:1:{number}" for number in NUMBERS),
    *(f"s-queue:all:{number}" for number in NUMBERS),
    "s-queue:nonsense:0",
    *(f"s-remove:{number}:1" for number in NUMBERS),
    "s-language:xx",
)


async def _undone(desk: Desk) -> list[str]:
    rows = await desk.rows(select(updates.c.error).where(updates.c.done_at.is_(None)))
    return [row.error for row in rows]


async def _count(desk: Desk, table: Any) -> int:
    ((number,),) = await desk.rows(select(func.count()).select_from(table))
    return int(number)


async def _events(desk: Desk, kind: EventKind) -> list[int | None]:
    """The agents of a ticket's events of one kind."""
    rows = await desk.rows(select(ticket_events.c.agent_id).where(ticket_events.c.kind == kind))
    return [row.agent_id for row in rows]


async def _state(desk: Desk) -> tuple[TicketState, int | None]:
    ((state, assignee),) = await desk.rows(select(tickets.c.state, tickets.c.assignee_id))
    return state, assignee


@pytest.mark.parametrize("who", ["customer", "agent"])
async def test_data_that_nobody_made_is_answered_and_does_nothing(desk: Desk, who: str) -> None:
    thread = await in_topic(desk, desk.anna)
    person, shown = (desk.wang, None) if who == "customer" else (desk.carla, card(desk, thread))
    if shown is None:
        await desk.wang.starts()
        (shown,) = await desk.wang.reads_messages()
    before = await _state(desk), await _count(desk, agents.agents)
    data = [*GARBAGE, *MORE, *(f"{prefix}:{n}" for many in ONE_NUMBER.values() for prefix in many for n in NUMBERS)]
    data += [f"s-rem-{what}:{n}" for what in ("done", "cancel") for n in NUMBERS]
    data += [f"s-rem-snooze:{n}:0:0" for n in NUMBERS] + [f"s-reminders:{n}:0:0:0" for n in NUMBERS]
    answers = await asyncio.gather(*(person.presses_old(each, shown) for each in data if len(each.encode()) <= 64))
    await desk.settled()

    assert len(answers) > 200
    assert await _undone(desk) == []
    assert (await _state(desk), await _count(desk, agents.agents)) == before
    assert desk.anna.unread() == []


async def test_a_press_without_a_message_or_without_data_is_answered(desk: Desk) -> None:
    """An inline message's button has no message; a game's has no data."""
    await opens_ticket(desk, desk.anna)
    for person in (desk.anna, desk.carla):
        about = {"from": person.user, "chat_instance": "1"}
        for number, content in enumerate(
            (
                *(
                    {"data": data}
                    for data in ("s-take:1", "s-history:1:0", "s-queue:all:0", "s-customer:1", "s-ticket:1")
                ),
                *(
                    {"data": data}
                    for data in ("s-solve:1", "solved:1", "talk:1", "mytickets:0", "myticket:1", "myadd:1")
                ),
                {"data": "nonsense", "inline_message_id": "abc"},
                {"game_short_name": "chess"},
            )
        ):
            desk.play.world.updates.push("callback_query", about | {"id": f"{person.id}{number}"} | content)
    await desk.settled()

    assert await _undone(desk) == []
    answered = {entry.params["callback_query_id"] for entry in desk.play.calls("answerCallbackQuery")}
    assert len(answered) == 26


async def test_a_take_pressed_twice_is_one_take(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    first, second = await asyncio.gather(
        desk.carla.presses_old("s-take:1", card(desk, thread)), desk.carla.presses_old("s-take:1", card(desk, thread))
    )
    await desk.settled()

    assert [first.text, second.text] == ["✋ #1 is yours.", "#1 is yours already."]
    assert await _events(desk, EventKind.TAKEN) == [3]


async def test_of_two_who_take_at_the_same_instant_one_has_it_and_the_other_is_told_who(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    shown = card(desk, thread)
    people = (desk.ming, desk.carla, desk.olivia)
    answers = await asyncio.gather(*(person.presses_old("s-take:1", shown) for person in people))
    await desk.settled()

    (winner,) = [person for person, answer in zip(people, answers, strict=True) if answer.text.startswith("✋")]
    name = winner.user["first_name"]
    losers = [answer.text for answer in answers if not answer.text.startswith("✋")]
    assert set(losers) <= {f"{name} has #1 already.", f"#1 已由 {name} 接手。"}
    assert len(losers) == 2
    async with desk.database.read() as tx:
        agent = await agents.by_telegram_id(tx, winner.id)
    assert agent is not None
    assert await _events(desk, EventKind.TAKEN) == [agent.id]
    assert await _state(desk) == (TicketState.OPEN, agent.id)


async def test_buttons_of_weeks_ago_say_how_it_stands_now(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    old = card(desk, thread)
    await desk.carla.presses("✅ Solve", old)
    await desk.settled()
    async with desk.database.begin() as tx:
        ago = utc_now() - timedelta(days=40)
        await tx.execute(update(tickets).values(state=TicketState.CLOSED, solved_at=ago, closed_at=ago))
    told = {}
    for data in ("s-take:1", "s-pending:1", "s-hold:1", "s-solve:1", "s-reopen:1", "s-release:1", "s-unsolve:1"):
        answer = await desk.carla.presses_old(data, old)
        told[data] = answer.text
    await desk.settled()

    assert await _state(desk) == (TicketState.CLOSED, 3)
    solved_before = "Carla solved #1 already"
    assert {data: words.split(",")[0] for data, words in told.items()} == {
        "s-take:1": solved_before,
        "s-pending:1": "#1 is closed and cannot become waiting for the customer.",
        "s-hold:1": "#1 is closed and cannot become on hold.",
        "s-solve:1": solved_before,
        "s-reopen:1": "#1 is closed and cannot become open.",
        "s-release:1": "#1 is not yours.",
        "s-unsolve:1": "#1 is closed and cannot become open.",
    }


async def test_a_customers_buttons_of_weeks_ago(desk: Desk) -> None:
    await desk.anna.writes("Where is my order?")
    (answer,) = await desk.anna.reads_messages()
    async with desk.database.begin() as tx:
        ago = utc_now() - timedelta(days=60)
        await tx.execute(update(communications).values(created_at=ago))

    assert (await desk.anna.presses("Talk to a person 🙋", answer)).text == "Your ticket is #1."
    await desk.settled()
    assert (await desk.anna.presses_old("talk:1", answer)).text == "Our team has this already: ticket #1."
    assert await _count(desk, tickets) == 1
    await desk.anna.deletes(answer)
    assert (await desk.anna.presses_old("talk:1", answer)).text == "Our team has this already: ticket #1."


async def test_a_suggestion_whose_entry_is_gone_says_so(desk: Desk) -> None:
    await desk.anna.starts()
    (greeting,) = await desk.anna.reads_messages()
    topic = greeting["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    asked = await desk.anna.presses_old(topic[:-3] + "zzz", greeting)

    assert asked.text == "I don't have this answer any more. Just ask me again in your own words."
    assert await _undone(desk) == []


async def test_a_reminder_that_is_done_meanwhile_is_not_snoozed(desk: Desk) -> None:
    await desk.carla.writes("/remind 2h call back")
    (shown,) = await desk.carla.reads_messages()
    (cancel, *_) = [b for row in shown["reply_markup"]["inline_keyboard"] for b in row]
    await desk.carla.presses(cancel["text"], shown)
    await desk.settled()
    again = await desk.carla.presses_old(cancel["callback_data"], shown)
    stranger = await desk.ming.presses_old(cancel["callback_data"], await _start(desk, desk.ming))
    customer = await desk.anna.presses_old(cancel["callback_data"], await _start(desk, desk.anna))
    await desk.settled()

    assert again.text != ""
    assert (stranger.text, stranger.alert) == ("这不是你的提醒。", True)
    assert customer.text in (OLD, STAFF_ONLY)
    ((state,),) = await desk.rows(select(reminders.c.state))
    assert state is ReminderState.CANCELLED


async def test_staffs_buttons_are_nothing_in_a_customers_hands_and_the_attempt_is_kept(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    await desk.carla.presses("✋ Take", card(desk, thread))
    await desk.settled()
    shown = await _start(desk, desk.wang)
    data = [f"{prefix}:1" for prefix in ONE_NUMBER["staff's"]]
    data += ["s-queue:all:0", "s-history:1:0", "s-remove:3:1", "s-language:zh", "s-report:today"]
    answers = [await desk.wang.presses_old(each, shown) for each in data]
    await desk.settled()

    assert {answer.text for answer in answers} == {"这个按钮只供客服成员使用。"}
    assert await _state(desk) == (TicketState.OPEN, 3)
    kept = await desk.rows(
        select(audit_events.c.detail, audit_events.c.telegram_id)
        .where(audit_events.c.action == "staff_button_refused")
        .order_by(audit_events.c.id)
    )
    assert [tuple(row) for row in kept] == [(each, desk.wang.id) for each in data]
    assert desk.wang.unread() == []


async def test_customers_buttons_are_only_their_own(desk: Desk) -> None:
    await desk.anna.writes("Where is my order?")
    await desk.settled()
    await opens_ticket(desk, desk.wang, "灯坏了")
    shown = await _start(desk, desk.anna)
    told = {
        data: (await desk.anna.presses_old(data, shown)).text
        for data in ("myticket:1", "myadd:1", "myclose:1", "notsolved:1", "solved:3", "talk:3")
    }
    agents_own = {
        data: (await desk.carla.presses_old(data, await _start(desk, desk.carla))).text
        for data in ("myclose:1", "notsolved:1", "solved:1", "talk:1")
    }
    await desk.settled()

    assert told == {
        "myticket:1": "This ticket is not yours.",
        "myadd:1": "This ticket is not yours.",
        "myclose:1": "This ticket is not yours.",
        "notsolved:1": OLD,
        "solved:3": "This button is not for this chat.",
        "talk:3": "This button is not for this chat.",
    }
    assert set(agents_own.values()) <= {OLD, "This ticket is not yours."}
    assert await _state(desk) == (TicketState.NEW, None)
    assert await _undone(desk) == []


async def test_buttons_of_an_agent_who_was_removed_are_nothing_any_more(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    async with desk.database.begin() as tx:
        carla = await agents.by_telegram_id(tx, desk.carla.id)
        assert carla is not None
        await agents.change(tx, carla.id, is_active=False)
        tx.after_commit(desk.app.roster.forget)
    answer = await desk.carla.presses_old("s-take:1", card(desk, thread))
    removed = await desk.olivia.presses_old("s-remove:3:1", await _start(desk, desk.olivia))
    assigned = None
    await desk.olivia.writes("/assign 1 carla")
    (assigned,) = await desk.olivia.reads(1)

    assert answer.text == STAFF_ONLY
    assert removed.text == "Nobody at the desk is called #3."
    assert assigned == "Nobody at the desk is called carla."
    assert await _state(desk) == (TicketState.NEW, None)


async def test_solved_and_not_solved_pressed_twice(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    await desk.carla.presses("✅ Solve", card(desk, thread))
    (told,) = await desk.anna.reads_messages()
    (button,) = labels(told)
    first = await desk.anna.presses(button, told)
    again = await desk.anna.presses_old("notsolved:1", told)
    await desk.settled()

    assert first.text == "Your ticket #1 is open again."
    assert again.text != ""
    states = await desk.rows(
        select(ticket_events.c.to_state).where(ticket_events.c.kind == EventKind.STATE).order_by(ticket_events.c.id)
    )
    assert [row.to_state for row in states] == [TicketState.SOLVED, TicketState.OPEN]


async def _start(desk: Desk, person: Person) -> dict[str, Any]:
    """A message of the bot in this person's private chat."""
    await person.starts()
    await desk.settled()
    return (await person.reads_messages(len(person.unread())))[-1]

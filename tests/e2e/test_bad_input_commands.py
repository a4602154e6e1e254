"""Commands that there are not, commands with arguments that make no sense, and staff's commands in others' hands."""

import pytest
from sqlalchemy import select

from bot.crm.audit import audit_events
from bot.crm.communications import Direction, communications
from bot.crm.tickets import TicketState, tickets
from bot.handlers.commands import COMMANDS, STAFF_COMMANDS
from tests.e2e.conftest import Desk
from tests.e2e.tickets import in_topic, opens_ticket, read_all

UNKNOWN = "I don't know this command. /help shows what I can do."

WITHOUT_REFUSAL = {"start", "help"}
"""They take whatever stands behind them: links bring a payload, and help is never refused."""

WRONG = {
    "queue": ["nonsense", "mine 2", "0"],
    "ticket": ["", "abc", "1 2", "1.5", "９x", "0x1", "9" * 31],
    "take": ["", "one", "1 2", "#", "9" * 31],
    "assign": ["", "1", "me", "@ming"],
    "note": ["", "1", "#1", "just words"],
    "pending": ["", "soon", "1 2"],
    "hold": ["", "x", "1 tomorrow"],
    "solve": ["", "all", "1 2"],
    "reopen": ["", "?", "1 2"],
    "find": ["", " ", "x" * 101],
    "customer": [""],
    "history": [""],
    "remind": ["", "42", "soon call back", "call back", "42 whenever call", "#x 2h call"],
    "reminders": ["mine", "0"],
    "language": ["xx", "english please", "0"],
    "staff": ["everyone", "0"],
    "report": ["tomorrow", "1", "today week"],
    "invite": ["owner", "@wang", "0"],
    "bind": ["here", "-1001"],
    "unbind": ["now", "0"],
}

NUMBERS = ("0", "-1", "-0", "99999", "2147483648", "9223372036854775807", "9223372036854775808", "9" * 30)


async def _audited(desk: Desk, action: str) -> list[tuple[str | None, int | None]]:
    rows = await desk.rows(
        select(audit_events.c.subject, audit_events.c.telegram_id)
        .where(audit_events.c.action == action)
        .order_by(audit_events.c.id)
    )
    return [(row.subject, row.telegram_id) for row in rows]


def test_every_staff_command_has_wrong_arguments_to_be_tried_with() -> None:
    assert set(WRONG) | WITHOUT_REFUSAL == set(STAFF_COMMANDS)


async def test_wrong_arguments_bring_the_usage_with_an_example_back(desk: Desk) -> None:
    said, expected = {}, {}
    for name, many in WRONG.items():
        command = STAFF_COMMANDS[name]
        for args in many:
            expected[name, args] = f"Like this: {command.usage}\nFor example: {command.example}"
            await desk.olivia.writes(f"/{name} {args}")
            (said[name, args],) = await desk.olivia.reads()

    assert said == expected


async def test_every_usage_example_is_understood_as_one(desk: Desk) -> None:
    """What the usage holds up as an example may fail for want of a ticket, never for its form."""
    for name, command in STAFF_COMMANDS.items():
        if name in ("bind", "unbind"):
            continue
        await desk.olivia.writes(command.example)
        await desk.settled()
        said = await desk.olivia.reads(len(desk.olivia.unread()))
        assert said, command
        assert not said[-1].startswith(("Like this:", "There is no command")), command


@pytest.mark.parametrize("name", ["ticket", "take", "pending", "hold", "solve", "reopen"])
async def test_numbers_that_no_ticket_has_are_no_tickets(desk: Desk, name: str) -> None:
    for number in NUMBERS:
        await desk.carla.writes(f"/{name} {number}")
    said = await desk.carla.reads(len(NUMBERS))

    shown = ["0", "-1", "0", *NUMBERS[3:]]
    assert said == [f"There is no ticket #{number}. /queue shows those that wait." for number in shown]


async def test_numbers_of_other_things_that_there_are_not(desk: Desk) -> None:
    await opens_ticket(desk, desk.anna)
    said = {}
    for text in (
        *(f"/customer {number}" for number in NUMBERS),
        *(f"/history {number}" for number in NUMBERS),
        *(f"/assign {number} me" for number in NUMBERS),
        *(f"/note {number} odd" for number in NUMBERS),
        "/find #99999999999999999999",
        "/find 99999999999999999999",
        "/remind #99999999 2h call",
        "/remind 99999999999999999999h call",
        "/remind -2h call",
        "/remind 0h call",
        "/remind 0 2h call",
    ):
        await desk.carla.writes(text)
        (said[text],) = await desk.carla.reads()

    assert await desk.rows(select(tickets.c.state)) == [(TicketState.NEW,)]
    refusals = ("There is no ", "🔎 ", "Like this: ", "That ")
    assert {text: words for text, words in said.items() if not words.startswith(refusals)} == {}
    rows = await desk.rows(select(communications).where(communications.c.text == "odd"))
    assert rows == []


async def test_unknown_commands_are_answered_to_each_in_their_own_way(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    for text in ("/fly", "/", "/жалоба", "/fly@kefu_bot", "/queue@other_bot", "/../etc", "/<b>x</b>", "/" + "x" * 4000):
        await desk.wang.writes(text)
        await desk.carla.writes(text)
        await desk.carla.writes(text, chat=desk.group, thread=thread)
    await desk.settled()

    customers_words = await desk.wang.reads(8)
    assert customers_words == ["我不认识这个命令。发送 /help 看看我能做什么。"] * 8
    agents_words = await desk.carla.reads(8)
    assert all(words.startswith("There is no command /") for words in agents_words)
    assert max(map(len, agents_words)) < 200
    assert desk.anna.unread() == []  # none of it was taken for a message to her
    in_the_topic = await read_all(desk, thread)
    assert all(words.startswith("There is no command /") for words in in_the_topic)
    assert len(in_the_topic) == 7  # one was meant for another bot
    outgoing = await desk.rows(
        select(communications.c.id).where(
            communications.c.direction == Direction.OUT, communications.c.agent_id.is_not(None)
        )
    )
    assert outgoing == []


async def test_for_who_is_no_staff_staffs_commands_do_not_exist_and_each_attempt_is_kept(desk: Desk) -> None:
    customers_own = {command.name for command in COMMANDS if command.is_for(None)}
    secret = [name for name in STAFF_COMMANDS if name not in customers_own]
    await desk.anna.writes("/nonsense")
    (unknown,) = await desk.anna.reads()
    for name in secret:
        await desk.anna.writes(STAFF_COMMANDS[name].example)
    await desk.settled()

    assert unknown == UNKNOWN
    assert await desk.anna.reads(len(secret)) == [unknown] * len(secret)
    assert desk.anna.unread() == []
    assert await _audited(desk, "staff_command_refused") == [(f"/{name}", desk.anna.id) for name in secret]
    assert await desk.rows(select(tickets)) == []


async def test_in_the_group_a_strangers_staff_commands_are_passed_over_and_kept(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    desk.group.add(desk.wang)
    for text in ("/solve", "/SOLVE 1", "/take@kefu_bot 1", "/unbind", "/nonsense"):
        await desk.wang.writes(text, chat=desk.group, thread=thread)
    await desk.settled()

    assert await _audited(desk, "staff_command_refused") == [
        ("/solve", desk.wang.id),
        ("/solve", desk.wang.id),
        ("/take", desk.wang.id),
        ("/unbind", desk.wang.id),
    ]
    assert await desk.rows(select(tickets.c.state, tickets.c.assignee_id)) == [(TicketState.NEW, None)]
    assert desk.anna.unread() == []


async def test_who_was_removed_is_staff_no_more(desk: Desk) -> None:
    await opens_ticket(desk, desk.anna)
    await desk.olivia.writes("/staff")
    (shown,) = await desk.olivia.reads_messages()
    await desk.olivia.presses("Remove Carla", shown)
    await desk.settled()
    await desk.olivia.presses("Yes, remove Carla", desk.olivia.chat().messages[shown["message_id"]])
    await desk.settled()
    await desk.carla.writes("/take 1")
    await desk.settled()

    assert await desk.carla.reads() == [UNKNOWN]
    assert await _audited(desk, "staff_command_refused") == [("/take", desk.carla.id)]
    assert await desk.rows(select(tickets.c.state)) == [(TicketState.NEW,)]

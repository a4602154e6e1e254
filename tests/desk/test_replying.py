"""Agents' words: replies reach the customer, edits follow, notes never leave the desk."""

import pytest
import pytest_asyncio

from bot.crm import communications, customers, desks
from bot.crm.agents import Agent
from bot.crm.communications import Communication, Direction, Kind
from bot.crm.outbox import outbox
from bot.crm.tickets import TicketState
from bot.database import Database
from bot.desk import replying, ticketing
from bot.desk.incoming import Incoming
from bot.desk.replying import CustomerUnreachable, ReplyAlreadySent
from tests import factories
from tests.desk.desktop import ANNA, BOB, GROUP, MEI, Desktop, heard, open_desk
from tests.factories import NOW, after


@pytest_asyncio.fixture
async def desk(database: Database) -> Desktop:
    return await open_desk(database)


async def _ticket(desk: Desktop) -> int:
    async with desk.database.begin() as tx:
        ticket = await ticketing.open_ticket(tx, desk.anna, "Lamp", now=NOW)
        await tx.execute(outbox.delete())
    return ticket.id


async def _write(
    desk: Desktop, message: Incoming, *, by: Agent | None = None, quoted: Communication | None = None, minutes: int = 1
) -> None:
    async with desk.database.begin() as tx:
        await replying.write(
            tx, by or desk.mei, message, desk.anna.id, quoted, reopen_days=7, now=after(minutes=minutes)
        )


async def test_a_reply_is_copied_to_the_customer_and_recorded(desk: Desktop) -> None:
    await desk.bind()
    number = await _ticket(desk)
    message = heard("On its way", chat_id=GROUP)
    await _write(desk, message)

    (said,) = await desk.timeline()
    assert (said.direction, said.text, said.agent_id, said.ticket_id, said.chat_id, said.message_id) == (
        Direction.OUT,
        "On its way",
        desk.mei.id,
        number,
        ANNA,
        None,
    )
    assert await desk.queued(ANNA) == [("copyMessage", {"from_chat_id": GROUP, "message_id": message.message_id})]
    async with desk.database.read() as tx:
        assert await communications.by_copy(tx, GROUP, message.message_id) == said
    assert (await desk.ticket(number)).first_replied_at == after(minutes=1)


async def test_a_note_stays_at_the_desk_and_is_confirmed_by_a_reaction(desk: Desktop) -> None:
    await desk.bind()
    number = await _ticket(desk)
    message = heard("// she is a regular", chat_id=GROUP)
    await _write(desk, message)

    (noted,) = await desk.timeline()
    assert (noted.direction, noted.kind, noted.text, noted.ticket_id) == (
        Direction.INTERNAL,
        Kind.NOTE,
        "she is a regular",
        number,
    )
    assert await desk.queued(ANNA) == []
    reaction = {"message_id": message.message_id, "reaction": [{"type": "emoji", "emoji": "✍"}]}
    assert await desk.queued(GROUP) == [("setMessageReaction", reaction)]


async def test_a_captioned_photo_may_be_a_note(desk: Desktop) -> None:
    await desk.bind()
    await _ticket(desk)
    await _write(desk, heard("//the receipt", chat_id=GROUP, kind=Kind.PHOTO, file_id="f"))

    (noted,) = await desk.timeline()
    assert (noted.direction, noted.kind, noted.text) == (Direction.INTERNAL, Kind.PHOTO, "the receipt")
    assert await desk.queued(ANNA) == []


async def test_an_edited_reply_changes_the_customers_message_and_keeps_both_versions(desk: Desktop) -> None:
    await desk.bind()
    await _ticket(desk)
    message = heard("On its wey", chat_id=GROUP)
    await _write(desk, message)
    await desk.queued(ANNA)
    (said,) = await desk.timeline()
    edited = heard("On its way", chat_id=GROUP, message_id=message.message_id, edited_at=after(minutes=2))
    async with desk.database.begin() as tx:
        assert await replying.rewrite(tx, desk.mei, edited, now=after(minutes=2))

    async with desk.database.read() as tx:
        assert await communications.versions_of(tx, said.id) == [(after(minutes=1), "On its wey")]
    (now,) = await desk.timeline()
    assert (now.text, now.edited_at) == ("On its way", after(minutes=2))
    assert await desk.queued(ANNA) == [("editMessageText", {"text": "On its way", "entities": []})]


async def test_an_edited_note_reaches_nobody(desk: Desktop) -> None:
    await desk.bind()
    await _ticket(desk)
    message = heard("// one", chat_id=GROUP)
    await _write(desk, message)
    async with desk.database.begin() as tx:
        await replying.rewrite(
            tx, desk.mei, heard("// two", chat_id=GROUP, message_id=message.message_id), now=after(minutes=2)
        )

    assert [said.text for said in await desk.timeline()] == ["two"]
    assert await desk.queued(ANNA) == []


async def test_a_sent_reply_cannot_become_a_note(desk: Desktop) -> None:
    await desk.bind()
    await _ticket(desk)
    message = heard("hello", chat_id=GROUP)
    await _write(desk, message)

    with pytest.raises(ReplyAlreadySent):
        async with desk.database.begin() as tx:
            edited = heard("// hello", chat_id=GROUP, message_id=message.message_id)
            await replying.rewrite(tx, desk.mei, edited, now=after(minutes=2))


async def test_an_edit_of_something_else_is_not_ours(desk: Desktop) -> None:
    async with desk.database.begin() as tx:
        assert not await replying.rewrite(tx, desk.mei, heard("x", chat_id=GROUP), now=NOW)


@pytest.mark.parametrize(("days", "expected"), [(3, [1]), (30, [1, 2])])
async def test_a_reply_without_an_open_ticket_reopens_a_recent_one_else_opens_another(
    desk: Desktop, days: int, expected: list[int]
) -> None:
    number = await _ticket(desk)
    async with desk.database.begin() as tx:
        await ticketing.solve(tx, number, desk.mei, now=NOW)
    async with desk.database.begin() as tx:
        await replying.write(
            tx, desk.bob, heard("One more thing", chat_id=BOB), desk.anna.id, None, reopen_days=7, now=after(days=days)
        )

    said = (await desk.timeline())[-1]
    assert said.ticket_id == expected[-1]
    ticket = await desk.ticket(expected[-1])
    assert ticket.state is TicketState.OPEN
    assert ticket.previous_ticket_id == (number if len(expected) == 2 else None)
    async with desk.database.read() as tx:
        anna = await customers.by_id(tx, desk.anna.id)
    assert anna is not None
    assert anna.active_ticket_id == expected[-1]


async def test_a_private_reply_is_shown_in_the_topic_too(desk: Desktop) -> None:
    await desk.bind()
    await _ticket(desk)
    message = heard("On its way", chat_id=MEI)
    await _write(desk, message)

    assert ("sendMessage", "💬 Mei\nOn its way") in [
        (method, payload["text"]) for method, payload in await desk.queued(GROUP) if "text" in payload
    ]
    reaction = {"message_id": message.message_id, "reaction": [{"type": "emoji", "emoji": "👍"}]}
    assert ("setMessageReaction", reaction) in await desk.queued(MEI)


async def test_a_colleagues_private_reply_is_shown_to_the_assignee(desk: Desktop) -> None:
    number = await _ticket(desk)
    async with desk.database.begin() as tx:
        await ticketing.take(tx, number, desk.mei, now=NOW)
        await tx.execute(outbox.delete())
    await _write(desk, heard("I know this one", chat_id=BOB), by=desk.bob)

    assert await desk.texts(MEI) == ["💬 Bob → Anna Berg · #1\nI know this one"]


async def test_a_quote_becomes_a_quote_in_the_customers_chat(desk: Desktop) -> None:
    await desk.bind()
    number = await _ticket(desk)
    async with desk.database.begin() as tx:
        quoted = await factories.communication(tx, desk.anna, ticket_id=number)
    await _write(desk, heard("yes", chat_id=GROUP), quoted=quoted)

    async with desk.database.read() as tx:
        row = await tx.first(outbox.select().where(outbox.c.chat_id == ANNA))
    assert row is not None
    assert row.reply_to_id == quoted.id


async def test_a_customer_without_telegram_cannot_be_replied_to(desk: Desktop) -> None:
    await desk.bind()
    async with desk.database.begin() as tx:
        await tx.execute(customers.identities.delete())
    with pytest.raises(CustomerUnreachable):
        await _write(desk, heard("hello", chat_id=GROUP))


async def test_an_album_of_an_agent_reaches_the_customer_whole(desk: Desktop) -> None:
    await desk.bind()
    await _ticket(desk)
    parts = [heard(chat_id=GROUP, kind=Kind.PHOTO, album="b1", file_id="f") for _ in range(2)]
    for part in parts:
        await _write(desk, part)

    ids = [part.message_id for part in parts]
    assert await desk.queued(ANNA) == [("copyMessages", {"from_chat_id": GROUP, "message_ids": ids})]


async def test_a_note_in_private_is_shared_in_the_topic(desk: Desktop) -> None:
    await desk.bind()
    await _ticket(desk)
    await _write(desk, heard("// careful", chat_id=MEI))

    assert await desk.texts(GROUP) == ["📝 Mei: careful"]
    async with desk.database.read() as tx:
        assert await desks.topic_of(tx, desk.anna.id, GROUP) is None  # the courier makes it when it posts

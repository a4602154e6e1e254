"""Customers' words at the desk: in their topic, else in private; with quotes, edits and albums."""

from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from bot.crm import communications, timelines
from bot.crm.communications import Kind
from bot.crm.outbox import outbox
from bot.crm.tickets import Ticket
from bot.database import Database
from bot.desk import relaying, ticketing
from bot.desk.incoming import Incoming
from tests import factories
from tests.desk.desktop import ANNA, BOB, GROUP, MEI, Desktop, heard, open_desk
from tests.factories import NOW, after

BOLD = {"type": "bold", "offset": 0}


@pytest_asyncio.fixture
async def desk(database: Database) -> Desktop:
    return await open_desk(database)


async def _ticket(desk: Desktop, *, taken: bool = False) -> Ticket:
    """A ticket of Anna's, Mei's if taken; what was said about it so far is forgotten."""
    async with desk.database.begin() as tx:
        ticket = await ticketing.open_ticket(tx, desk.anna, "Lamp", now=NOW)
        if taken:
            ticket = await ticketing.take(tx, ticket.id, desk.mei, now=NOW)
        await tx.execute(outbox.delete())
    return ticket


async def _relay(desk: Desktop, ticket: Ticket, message: Incoming, **columns: Any) -> int:
    """Record a message of Anna's and show it at the desk; returns its communication."""
    async with desk.database.begin() as tx:
        said = await factories.communication(
            tx, desk.anna, kind=message.kind, text=message.text, file_id=message.file_id, **columns
        )
        await relaying.relay(tx, desk.anna, message, said.id, ticket, now=NOW)
    return said.id


async def _row(desk: Desktop) -> Any:
    async with desk.database.read() as tx:
        return await tx.first(outbox.select().order_by(outbox.c.id.desc()))


async def test_in_a_group_a_message_is_copied_as_it_is_into_the_topic(desk: Desktop) -> None:
    await desk.bind()
    message = heard("Hello")
    said = await _relay(desk, await _ticket(desk), message)

    row = await _row(desk)
    assert (row.topic_of, row.shows, row.is_copy, row.reply_to_id) == (desk.anna.id, f"[{said}]", True, None)
    assert await desk.queued(GROUP) == [("copyMessage", {"from_chat_id": ANNA, "message_id": message.message_id})]


async def test_a_quote_points_at_what_the_desk_shows(desk: Desktop) -> None:
    await desk.bind()
    ticket = await _ticket(desk)
    first = await _relay(desk, ticket, heard("Hello"))
    await _relay(desk, ticket, heard("this one", reply_to_message_id=77), reply_to_id=first)

    assert (await _row(desk)).reply_to_id == first


async def test_without_a_group_only_the_assignee_is_shown_a_message_with_its_header(desk: Desktop) -> None:
    await _relay(desk, await _ticket(desk, taken=True), heard("Hello"))

    assert await desk.queued(MEI) == [
        ("sendMessage", {"text": "Anna Berg · #1\nHello", "entities": [BOLD | {"length": 14}]})
    ]
    assert await desk.queued(BOB) == []


async def test_nobody_is_sent_what_is_written_on_a_ticket_that_nobody_has(desk: Desktop) -> None:
    await _relay(desk, await _ticket(desk), heard("Hello"))

    assert await desk.queued(MEI) == []


async def test_a_photo_carries_the_header_in_its_caption(desk: Desktop) -> None:
    message = heard("look", kind=Kind.PHOTO, file_id="f1")
    await _relay(desk, await _ticket(desk, taken=True), message)

    assert await desk.queued(MEI) == [
        (
            "copyMessage",
            {
                "from_chat_id": ANNA,
                "message_id": message.message_id,
                "caption": "Anna Berg · #1\nlook",
                "caption_entities": [BOLD | {"length": 14}],
            },
        )
    ]


async def test_a_sticker_comes_after_a_header_of_its_own(desk: Desktop) -> None:
    await _relay(desk, await _ticket(desk, taken=True), heard(kind=Kind.STICKER))

    assert await desk.methods(MEI) == ["sendMessage", "copyMessage"]


async def test_a_text_of_full_length_loses_nothing_to_its_header(desk: Desktop) -> None:
    text = "word " * 818 + "end!!!"
    await _relay(desk, await _ticket(desk, taken=True), heard(text))

    assert " ".join(await desk.texts(MEI)).split() == ["Anna", "Berg", "·", "#1", *text.split()]


async def test_an_album_is_gathered_into_one_post_in_order(desk: Desktop) -> None:
    await desk.bind()
    ticket = await _ticket(desk)
    parts = [heard(kind=Kind.PHOTO, album="a1") for _ in range(3)]
    shown = [await _relay(desk, ticket, part) for part in (parts[1], parts[0], parts[2])]

    row = await _row(desk)
    assert row.shows == f"[{shown[1]}, {shown[0]}, {shown[2]}]"
    assert row.due_at == after(seconds=0.7)
    ids = [part.message_id for part in parts]
    assert await desk.queued(GROUP) == [("copyMessages", {"from_chat_id": ANNA, "message_ids": ids})]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (heard("new words"), ("editMessageText", {"text": "new words", "entities": []})),
        (heard("new words", kind=Kind.PHOTO, file_id="f1"), ("editMessageCaption", {"caption": "new words"})),
        (
            heard("new words", kind=Kind.PHOTO, file_id="f2"),
            ("editMessageMedia", {"media": {"type": "photo", "media": "f2", "caption": "new words"}}),
        ),
    ],
)
async def test_an_edit_changes_the_copy(desk: Desktop, message: Incoming, expected: tuple[str, Any]) -> None:
    await desk.bind()
    file_id = "f1" if message.kind is Kind.PHOTO else None
    said = await _relay(desk, await _ticket(desk), replace(message, text="old", file_id=file_id))
    await desk.queued(GROUP)
    await desk.delivered(GROUP, said)
    async with desk.database.begin() as tx:
        before = await communications.by_id(tx, said)
        assert before is not None
        await relaying.relay_edit(tx, before, message, now=NOW)

    assert (await _row(desk)).edit_of_id == said
    assert await desk.queued(GROUP) == [expected]


async def test_an_edit_reaches_a_copy_that_is_still_on_its_way(desk: Desktop) -> None:
    message = heard("old")
    said = await _relay(desk, await _ticket(desk, taken=True), message, ticket_id=1)
    async with desk.database.begin() as tx:
        before = await communications.by_id(tx, said)
        assert before is not None
        await relaying.relay_edit(tx, before, replace(message, text="new"), now=NOW)

    assert await desk.texts(MEI) == ["Anna Berg · #1\nold", "Anna Berg · #1\nnew"]


async def test_the_taker_gets_the_conversation_so_far(desk: Desktop) -> None:
    ticket = await _ticket(desk, taken=True)
    async with desk.database.begin() as tx:
        await factories.communication(tx, desk.anna, text="My lamp hums", ticket_id=ticket.id, now=NOW)
        await factories.communication(
            tx, desk.anna, direction=communications.Direction.OUT, text="A person will answer.", now=after(seconds=1)
        )
        await factories.communication(tx, desk.anna, kind=Kind.PHOTO, text="", now=after(seconds=2))
        await relaying.hand_over(tx, ticket, desk.mei, now=after(minutes=1))

    posts = await desk.queued(MEI)
    assert [method for method, _ in posts] == ["sendMessage", "sendMessage", "copyMessage"]
    assert [payload["text"] for _, payload in posts[:2]] == [
        "👤 Anna Berg · #1\nMy lamp hums",
        "🤖 Anna Berg · #1\nA person will answer.",
    ]
    assert posts[2][1]["caption"] == "👤 Anna Berg · #1"


async def test_a_broken_desk_is_worked_on_in_private(desk: Desktop) -> None:
    await desk.bind()
    ticket = await _ticket(desk, taken=True)
    async with desk.database.begin() as tx:
        await relaying.desks.mark_broken(tx, GROUP, "kicked", NOW)
    await _relay(desk, ticket, heard("Hello"))

    assert await desk.texts(MEI) == ["Anna Berg · #1\nHello"]
    assert await desk.methods(GROUP) == []


async def test_an_assignee_who_works_in_private_follows_a_ticket_of_the_group_there_too(desk: Desktop) -> None:
    await desk.bind()
    ticket = await _ticket(desk, taken=True)
    await _relay(desk, ticket, heard("Hello"), ticket_id=ticket.id)
    assert await desk.methods(MEI) == []

    async with desk.database.begin() as tx:
        await relaying.hand_over(tx, ticket, desk.mei, now=NOW)
        said = await timelines.recent(tx, desk.anna.id, 1)
    await desk.delivered(MEI, said[0].id)
    await desk.queued(MEI)
    await _relay(desk, ticket, heard("Anyone?"), ticket_id=ticket.id)

    assert await desk.texts(MEI) == ["Anna Berg · #1\nAnyone?"]
    assert await desk.methods(GROUP) == ["copyMessage", "copyMessage"]


async def test_what_a_broken_group_did_not_take_is_shown_in_private(desk: Desktop) -> None:
    await desk.bind()
    ticket = await _ticket(desk, taken=True)
    said = await _relay(desk, ticket, heard("Hello"), ticket_id=ticket.id)
    async with desk.database.begin() as tx:
        await relaying.desks.mark_broken(tx, GROUP, "kicked", NOW)
        await relaying.rescue(tx, [said], now=NOW)

    assert [payload.get("text") for _, payload in await desk.queued(MEI)] == ["👤 Anna Berg · #1\nHello"]

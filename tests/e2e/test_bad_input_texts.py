"""Long texts, markup, emoji, invisible and right-to-left characters: kept, and shown everywhere as written."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from bot.crm import customers
from bot.crm.communications import Direction, communications
from bot.crm.outbox import outbox
from bot.crm.tickets import tickets
from bot.crm.updates import updates
from bot.desk.speech import utf16_length
from bot.playground.messages import text_of
from tests.e2e.conftest import Desk
from tests.e2e.tickets import card, in_topic, opens_ticket, read_all, topic_of

MARKUP = "<b>bold</b> &amp; &lt; *stars* _lines_ `code` [a](http://b.c) {name} %s \\n ||x||"
FAMILY = "👩‍👩‍👧‍👦"
FLAG = "🇨🇳"
RAINBOW = "🏳️‍🌈"
RIGHT_TO_LEFT = "\u202eabc\u202c שלום \u200fעולם"
STRANGE = {
    "markup": MARKUP,
    "family": FAMILY * 40,
    "flags": f"{FLAG}{RAINBOW} penguin {FLAG}",
    "right to left": RIGHT_TO_LEFT,
    "combining": "Z̸̢̛a̶͈͝l̷͕͐g̴̱̈o penguin " + "e\u0301" * 300,
    "tall": "pen\n\n\nguin\t!\r\nx",
}


async def _heard(desk: Desk) -> list[str]:
    rows = await desk.rows(
        select(communications.c.text).where(communications.c.direction == Direction.IN).order_by(communications.c.id)
    )
    return [row.text for row in rows]


def _pieces(message: dict[str, Any], kind: str) -> list[str]:
    """What stands under each entity of a kind, cut out in UTF-16 as Telegram counts."""
    units = text_of(message).encode("utf-16-le")
    entities = message.get("entities", []) + message.get("caption_entities", [])
    return [
        units[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])].decode("utf-16-le")
        for entity in entities
        if entity["type"] == kind
    ]


async def _name(desk: Desk) -> str:
    """How the record calls its first customer."""
    async with desk.database.read() as tx:
        anna = await customers.by_id(tx, 1)
    assert anna is not None
    return anna.name


async def _nothing_failed(desk: Desk) -> None:
    assert await desk.rows(select(updates.c.error).where(updates.c.done_at.is_(None))) == []
    assert await desk.rows(select(outbox.c.error).where(outbox.c.error.is_not(None))) == []


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE)
async def test_a_strange_text_is_literally_the_same_at_every_place(private_desk: Desk, text: str) -> None:
    desk = private_desk
    asked = await desk.anna.writes(f"/ticket {text}")
    await desk.settled()
    await desk.carla.presses("✋ Take")
    await desk.anna.writes(text)
    await desk.settled()
    for command in ("/history 1", "/customer 1", "/ticket 1", "/queue"):
        await desk.carla.writes(command)
    await desk.settled()

    assert await _heard(desk) == [asked["text"], asked["text"].removeprefix("/ticket").strip()]
    shown = [text_of(message) for message in desk.carla.unread()]
    first_line = text.splitlines()[0].strip()[:40]
    assert f"Anna Berg · #1\n{asked['text'].removeprefix('/ticket ').strip()}" in shown
    assert sum(first_line in words for words in shown) >= 5
    await _nothing_failed(desk)


async def test_a_reply_is_literally_the_same_for_the_customer(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    for text in STRANGE.values():
        await desk.carla.writes(text, chat=desk.group, thread=thread)
    await desk.settled()

    written = [text_of(one) for one in desk.group.messages if one["from"]["id"] == desk.carla.id]
    assert await desk.anna.reads(len(STRANGE)) == written
    rows = await desk.rows(
        select(communications.c.text).where(communications.c.agent_id.is_not(None)).order_by(communications.c.id)
    )
    assert [row.text for row in rows] == written
    await _nothing_failed(desk)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("<b>Änna</b>", "*_[`&amp;"),
        (FAMILY * 5, FLAG + RAINBOW),
        (RIGHT_TO_LEFT, "\u200b\u200d"),
        ("A" * 64, "Ж" * 64),
        ("🎩" * 32, "🐧" * 32),
        ("Line\nbreak", "tab\ttab"),
    ],
    ids=["markup", "emoji", "right to left", "64 + 64", "64 + 64 units of emoji", "control characters"],
)
async def test_a_strange_name_is_shown_as_it_is(desk: Desk, first: str, last: str) -> None:
    desk.anna.user.update(first_name=first, last_name=last)
    await desk.anna.starts()
    await desk.anna.reads()
    await opens_ticket(desk, desk.anna)
    await desk.settled()
    name = await _name(desk)
    (topic,) = desk.group.topics
    thread = topic["message_thread_id"]
    await desk.carla.writes("/customer 1")
    await desk.carla.writes("/queue")
    looked_up, queue = await desk.carla.reads_messages(2)

    assert name == f"{first} {last}".strip()
    assert text_of(card(desk, thread)).startswith(f"🆕 #1 · {name}\nMy lamp hums\n")
    assert _pieces(card(desk, thread), "bold") == [f"🆕 #1 · {name}"]
    assert utf16_length(topic["name"]) <= 128
    assert topic["name"][:15] == name[:15]
    assert text_of(looked_up).startswith(f"👤 {name} · 1\n")
    assert name[:10] in text_of(queue)
    await _nothing_failed(desk)


async def test_the_name_in_a_private_chat_is_bold_and_whole(private_desk: Desk) -> None:
    desk = private_desk
    desk.anna.user.update(first_name=f"{FLAG}<b>", last_name=FAMILY)
    await opens_ticket(desk, desk.anna)
    await desk.carla.presses("✋ Take")
    await desk.settled()
    await desk.carla.reads(len(desk.carla.unread()))
    await desk.anna.writes(f"{RAINBOW} hello")
    await desk.anna.sends_photo(caption=f"{RAINBOW} look")
    words, photo = await desk.carla.reads_messages(2)

    name = f"{FLAG}<b> {FAMILY} · #1"
    assert [text_of(words), text_of(photo)] == [f"{name}\n{RAINBOW} hello", f"{name}\n{RAINBOW} look"]
    assert [_pieces(words, "bold"), _pieces(photo, "bold")] == [[name], [name]]


async def test_a_question_of_4096_characters_is_kept_and_shown_whole(desk: Desk) -> None:
    for text in ("penguin " * 511 + "penguins", "🐧" * 2048, "x" * 4096):
        await desk.anna.writes(text)
    await desk.settled()
    thread = topic_of(desk, desk.anna)
    shown = await read_all(desk, thread)

    assert await _heard(desk) == ["penguin " * 511 + "penguins", "🐧" * 2048, "x" * 4096]
    assert shown[1:] == await _heard(desk)
    assert all(utf16_length(words) <= 4096 for words in shown)
    await _nothing_failed(desk)


async def test_a_text_of_full_length_loses_nothing_to_its_header(private_desk: Desk) -> None:
    desk = private_desk
    await opens_ticket(desk, desk.anna)
    await desk.carla.presses("✋ Take")
    await desk.settled()
    await desk.carla.reads(len(desk.carla.unread()))
    text = " ".join(f"word{number}" for number in range(1000))[:4096].strip()
    asked = await desk.anna.writes(text)
    head, tail = await desk.carla.reads(2)

    assert f"{head} {tail}" == f"Anna Berg · #1\n{text}"
    await desk.anna.edits(asked, text.upper())
    await desk.settled()
    assert await _heard(desk) == ["/ticket My lamp hums", text.upper()]
    await _nothing_failed(desk)


async def test_a_caption_of_1024_characters_loses_nothing_to_its_header(private_desk: Desk) -> None:
    desk = private_desk
    await opens_ticket(desk, desk.anna)
    await desk.carla.presses("✋ Take")
    await desk.settled()
    await desk.carla.reads(len(desk.carla.unread()))
    caption = "x" * 1000 + " the end of the caption."
    await desk.anna.sends_photo(caption=caption)
    await desk.settled()
    shown = await desk.carla.reads_messages(len(desk.carla.unread()))

    assert len(caption) == 1024
    assert [text_of(one) for one in shown] == ["Anna Berg · #1", caption]
    assert "photo" in shown[1]
    await desk.carla.writes("Nice", reply_to=shown[1])
    assert await desk.anna.reads() == ["Nice"]


async def test_screens_longer_than_a_message_are_cut_not_refused(desk: Desk) -> None:
    desk.anna.user.update(first_name="Ж" * 64, last_name="🎩" * 32)
    for number in range(12):
        await desk.anna.writes(f"{number} " + "🐧" * 2000)
    await desk.settled()
    for number in range(10):
        other = desk.play.person("🎩" * 32, last_name="Ж" * 64)
        await opens_ticket(desk, other, f"{number} " + "ы" * 4000)
    await desk.carla.writes("/take 1")
    for command in ("/history 1", "/ticket 1", "/queue", "/customer 1", "/find Ж", "/find 🎩🎩🎩", "/ticket 2"):
        await desk.carla.writes(command)
    await desk.anna.writes("/tickets")
    await desk.settled()

    shown = await desk.carla.reads(len(desk.carla.unread()))
    assert len(shown) >= 8
    assert all(utf16_length(words) <= 4096 for words in shown)
    longest = max((row.subject for row in await desk.rows(select(tickets.c.subject))), key=utf16_length)
    assert utf16_length(longest) <= 4096
    await _nothing_failed(desk)


async def test_what_cannot_be_seen_is_no_question(desk: Desk) -> None:
    for text in ("\u200b\u200b", "\u200d", "\u2060\ufeff", "\u3164", "\u00ad", "   \u2003  x"[:5] + "\u200e"):
        await desk.anna.writes(text)
    await desk.settled()

    assert len(desk.anna.unread()) == len(await _heard(desk))
    assert await desk.rows(select(tickets)) == []
    await _nothing_failed(desk)


async def test_what_a_database_cannot_keep_is_left_out(desk: Desk) -> None:
    """Telegram sends no such thing; a Bot API server in between, or a forged call, may."""
    sent = await desk.anna.writes("Where is my order?")
    await desk.settled()
    await desk.anna.reads()
    for number, text in enumerate(("\x00", "a\x00b penguin", "\ud83d", "lone \udc00 penguin", "   ", "\x00 /queue")):
        message = sent | {"message_id": 1000 + number, "text": text}
        message["from"] = sent["from"] | {"first_name": "An\x00na\ud800"}
        await desk.app.lanes.store([{"update_id": 990_000_000 + number, "message": message}])
    await desk.settled()

    assert await _heard(desk) == ["Where is my order?", "", "ab penguin", "", "lone  penguin", "   ", " /queue"]
    assert await _name(desk) == "Anna Berg"
    assert all(json.loads(row.payload) for row in await desk.rows(select(updates.c.payload)))
    assert await desk.rows(select(updates.c.error).where(updates.c.done_at.is_(None))) == []

"""Messages of every odd kind, both ways: polls, dice, games, what Telegram invents next; albums; contacts of others."""

from typing import Any

from sqlalchemy import select

from bot.crm.communications import Direction, Kind, communications
from bot.crm.customers import IdentityKind, identities
from bot.crm.outbox import outbox
from bot.crm.tickets import tickets
from bot.crm.updates import updates
from bot.playground import acts
from bot.playground.acts import Piece, Place
from bot.playground.messages import text_of
from bot.playground.people import Person
from tests.e2e.conftest import Desk, Opening
from tests.e2e.tickets import in_topic, read_all, topic_of

USER_OPTIONS = [
    {"text": "yes", "voter_count": 0, "persistent_id": "0"},
    {"text": "no", "voter_count": 0, "persistent_id": "1"},
]
POLL = {
    "id": "1",
    "question": "Penguins?",
    "options": USER_OPTIONS,
    "total_voter_count": 0,
    "is_closed": False,
    "is_anonymous": True,
    "type": "regular",
    "allows_multiple_answers": False,
    "allows_revoting": True,
    "members_only": False,
}
PHOTO = [{"file_id": "p", "file_unique_id": "p", "width": 1, "height": 1}]
ODD: dict[str, dict[str, Any]] = {
    "poll": {"poll": POLL},
    "dice": {"dice": {"emoji": "🎲", "value": 6}},
    "game": {"game": {"title": "Chess", "description": "A game", "photo": PHOTO}},
    "venue": {
        "venue": {"location": {"latitude": 1.0, "longitude": 2.0}, "title": "Shop", "address": "Street 1"},
        "location": {"latitude": 1.0, "longitude": 2.0},
    },
    "story": {"story": {"chat": {"id": 5, "type": "private", "first_name": "X"}, "id": 1}},
    "kind of next year": {"hologram": {"depth": 3}},
    "poll that lacks everything": {"poll": {}},
}
TIMER = {"message_auto_delete_time": 86400}
UNREADABLE = "I can't read this kind of message. Please write it in words, or send a photo or a file."


def sends_odd(desk: Desk, person: Person, kind: str, thread: int | None = None) -> dict[str, Any]:
    """Send something that the apps can and our people usually do not."""
    chat = person.chat(desk.group if thread else None)
    return acts.send(desk.play.world, person.account, Place(chat, thread), ODD[kind])


async def _kinds(desk: Desk, direction: Direction) -> list[Kind]:
    rows = await desk.rows(
        select(communications.c.kind).where(communications.c.direction == direction).order_by(communications.c.id)
    )
    return [row.kind for row in rows]


async def _undone(desk: Desk) -> list[str]:
    rows = await desk.rows(select(updates.c.error).where(updates.c.done_at.is_(None)))
    return [row.error for row in rows]


async def test_a_kind_that_cannot_be_read_is_said_so_and_recorded(desk: Desk) -> None:
    for kind in ("poll", "dice", "game", "story", "kind of next year"):
        sends_odd(desk, desk.anna, kind)
    await desk.settled()

    assert await desk.anna.reads(len(desk.anna.unread())) == [UNREADABLE] * 5
    assert await _kinds(desk, Direction.IN) == [Kind.OTHER] * 5
    assert await desk.rows(select(tickets)) == []
    assert await _undone(desk) == []


async def test_a_venue_is_a_place_and_goes_to_a_person(desk: Desk) -> None:
    sends_odd(desk, desk.anna, "venue")
    await desk.settled()

    assert await _kinds(desk, Direction.IN) == [Kind.LOCATION]
    (shown,) = [one for one in desk.olivia.sees(desk.group, topic_of(desk, desk.anna)) if "venue" in one]
    assert shown["venue"]["title"] == "Shop"


async def test_on_a_ticket_odd_kinds_reach_the_desk_as_they_are(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    for kind in ("poll", "dice", "game", "kind of next year"):
        sends_odd(desk, desk.anna, kind)
    await desk.anna.sends_contact(of=desk.wang)
    await desk.settled()

    shown = desk.olivia.unread(desk.group, thread)
    assert [next(iter({"poll", "dice", "game", "hologram", "contact"} & set(one))) for one in shown] == [
        "poll",
        "dice",
        "game",
        "hologram",
        "contact",
    ]
    assert desk.anna.unread() == []


async def test_an_agents_odd_kinds_reach_the_customer(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    for kind in ("poll", "dice", "venue"):
        sends_odd(desk, desk.carla, kind, thread)
    await desk.carla.sends_sticker(chat=desk.group, thread=thread)
    await desk.carla.sends_contact(chat=desk.group, thread=thread)
    await desk.settled()

    got = [next(iter({"poll", "dice", "venue", "sticker", "contact"} & set(one))) for one in desk.anna.unread()]
    assert got == ["poll", "dice", "venue", "sticker", "contact"]
    said = await _kinds(desk, Direction.OUT)
    assert said[1:] == [Kind.OTHER, Kind.OTHER, Kind.LOCATION, Kind.STICKER, Kind.CONTACT]


async def test_an_update_that_telegrams_own_types_do_not_allow_is_put_aside_and_the_next_is_answered(
    desk: Desk,
) -> None:
    sends_odd(desk, desk.anna, "poll that lacks everything")
    await desk.anna.writes("Where is my order?")
    await desk.settled()

    apology, answer = await desk.anna.reads(2)
    assert apology.startswith("😔 Something went wrong on our side.")
    assert "order" in answer
    (error,) = await _undone(desk)
    assert "poll" in error
    assert any("put it aside" in text_of(message) for message in desk.group.messages)


async def test_news_of_telegram_about_a_private_chat_is_nobodys_question(desk: Desk) -> None:
    for person in (desk.anna, desk.carla):
        where = {"date": 1, "chat": person.chat().public(), "from": person.user}
        pinned = where | {"message_id": 900, "text": "hello"}
        for number, content in enumerate(({"pinned_message": pinned}, {"message_auto_delete_timer_changed": TIMER})):
            desk.play.world.updates.push("message", where | {"message_id": 901 + number} | content)
    await desk.settled()

    assert [desk.anna.unread(), desk.carla.unread()] == [[], []]
    assert await desk.rows(select(communications)) == []
    assert await _undone(desk) == []


async def test_a_forwarded_album_and_one_with_files_arrive_whole_and_in_order(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    await desk.anna.forwards_album([Piece("photo", caption=f"{n}") for n in range(10)])
    await desk.anna.sends_album([Piece("document", caption=f"file {n}") for n in range(3)])
    shown = await desk.olivia.reads_messages(13, chat=desk.group, thread=thread)

    assert [text_of(one) for one in shown] == [*(str(n) for n in range(10)), *(f"file {n}" for n in range(3))]
    assert [len({one["media_group_id"] for one in part}) for part in (shown[:10], shown[10:])] == [1, 1]
    rows = await desk.rows(
        select(communications.c.text, communications.c.ticket_id)
        .where(communications.c.direction == Direction.IN, communications.c.album.is_not(None))
        .order_by(communications.c.id)
    )
    assert [tuple(row) for row in rows] == [*((str(n), 1) for n in range(10)), *((f"file {n}", 1) for n in range(3))]
    assert desk.anna.unread() == []


async def test_an_album_goes_from_an_agent_to_the_customer_and_one_comes_back(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    await desk.carla.sends_album(["photo", "video"], caption="which one?", chat=desk.group, thread=thread)
    received = await desk.anna.reads_messages(2)
    await desk.anna.sends_album(["photo", "photo"], caption="this one")
    shown = await desk.olivia.reads_messages(2, chat=desk.group, thread=thread)

    assert [len({one["media_group_id"] for one in album}) for album in (received, shown)] == [1, 1]
    assert [text_of(received[0]), text_of(shown[0])] == ["which one?", "this one"]
    await desk.anna.writes("the second", reply_to=received[1])
    (answer,) = await desk.olivia.reads_messages(chat=desk.group, thread=thread)
    sent = [one for one in desk.group.messages if one["from"]["id"] == desk.carla.id and "video" in one]
    assert answer["reply_to_message"]["message_id"] == sent[0]["message_id"]
    rows = await desk.rows(select(communications.c.message_id).where(communications.c.agent_id.is_not(None)))
    assert [row.message_id for row in rows] == [one["message_id"] for one in received]


async def test_a_contact_of_somebody_else_or_without_an_account_is_never_linked(desk: Desk) -> None:
    await desk.anna.sends_contact(of=desk.wang)
    place = Place(desk.anna.chat())
    stranger = {"phone_number": "+49 30 123456", "first_name": "<b>Bob</b>"}
    acts.send(desk.play.world, desk.anna.account, place, {"contact": stranger})
    acts.send(desk.play.world, desk.anna.account, place, {"contact": stranger | {"phone_number": "", "user_id": 5}})
    acts.send(
        desk.play.world,
        desk.anna.account,
        place,
        {"contact": stranger | {"phone_number": "12", "user_id": desk.anna.id}},
    )
    await desk.settled()

    assert all(said.startswith("This contact isn't your own") for said in (await desk.anna.reads(4))[:3])
    linked = await desk.rows(select(identities.c.value).where(identities.c.kind == IdentityKind.PHONE))
    assert [row.value for row in linked if row.value != "12"] == []
    assert await _undone(desk) == []


async def test_what_was_deleted_before_it_was_copied_is_told_in_words(open_desk: Opening) -> None:
    desk = await open_desk(start=False)
    message = await desk.anna.writes("/ticket Can my penguin sleep on your sofa?")
    photo = await desk.anna.sends_photo(caption="the penguin")
    for each in (message, photo):
        await desk.anna.deletes(each)
    await desk.start_bot()
    await desk.settled()

    _, *told = await read_all(desk, topic_of(desk, desk.anna))
    assert told == [
        "👤 Anna Berg · #1\n/ticket Can my penguin sleep on your sofa?\n(I could not copy the message itself.)",
        "👤 Anna Berg · #1\n[photo] the penguin\n(I could not copy the message itself.)",
    ]
    await desk.carla.writes(
        "Only a small one", reply_to=desk.olivia.sees(desk.group, topic_of(desk, desk.anna))[-1], chat=desk.group
    )
    await desk.settled()
    assert (await desk.anna.reads(len(desk.anna.unread())))[-1] == "Only a small one"
    failed = await desk.rows(select(outbox.c.method).where(outbox.c.error.is_not(None)))
    assert [row.method for row in failed] == ["copyMessage", "copyMessage"]

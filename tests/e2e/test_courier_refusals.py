"""What Telegram will never take: written on the record, and told to whom it concerns."""

from bot.crm.customers import customers
from bot.playground.messages import text_of
from tests.e2e.conftest import Desk
from tests.e2e.posts import FAILED, SENT, Fate, fates, let_in, queue, received
from tests.e2e.tickets import in_topic, read_all


async def is_marked_blocked(desk: Desk) -> bool:
    (row,) = await desk.rows(customers.select().where(customers.c.first_name == "Anna"))
    return row.blocked_at is not None


async def test_the_agent_hears_in_the_topic_that_a_blocked_bot_did_not_arrive(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    desk.anna.account.blocked = True  # and Telegram has not told the bot yet

    words = await desk.carla.writes("Have you tried another bulb?", chat=desk.group, thread=thread)
    await desk.settled()

    assert await is_marked_blocked(desk)
    (told,) = await desk.olivia.reads_messages(chat=desk.group, thread=thread)
    assert text_of(told) == "❗ Not delivered to Anna Berg: they have blocked the bot"
    assert told["reply_to_message"]["message_id"] == words["message_id"]


async def test_who_unblocks_and_writes_is_written_to_again(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    desk.anna.account.blocked = True
    await desk.carla.writes("Have you tried another bulb?", chat=desk.group, thread=thread)
    await desk.settled()
    await read_all(desk, thread)

    await desk.anna.unblocks()
    await desk.anna.writes("I am back")
    await desk.settled()
    await desk.carla.writes("Welcome back", chat=desk.group, thread=thread)

    assert await desk.anna.reads() == ["Welcome back"]
    assert not await is_marked_blocked(desk)
    assert await read_all(desk, thread) == ["I am back"]


async def test_the_agent_hears_that_the_account_is_gone(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    desk.play.deactivate(desk.anna)

    await desk.carla.writes("Have you tried another bulb?", chat=desk.group, thread=thread)
    await desk.settled()

    assert await read_all(desk, thread) == ["❗ Not delivered to Anna Berg: their account is gone"]
    assert await is_marked_blocked(desk)


async def test_without_a_group_the_agent_hears_in_private(private_desk: Desk) -> None:
    desk = private_desk
    await desk.anna.writes("/ticket My lamp hums")
    await desk.settled()
    desk.anna.account.blocked = True
    (card,) = [message for message in desk.carla.sees() if "🆕 #1" in text_of(message)]

    await desk.carla.writes("Have you tried another bulb?", reply_to=card)
    await desk.settled()

    assert "❗ Not delivered to Anna Berg: they have blocked the bot" in received(desk.carla)


async def test_a_chat_that_nobody_knows_is_no_ones_business(desk: Desk) -> None:
    let_in(desk.anna)
    (lost,) = await queue(desk, 424_242, "Is anybody there?")
    (found,) = await queue(desk, desk.anna.id, "hello")
    await desk.settled()

    assert await fates(desk, lost, found) == [
        Fate(FAILED, possibly_repeated=False, error="Bad Request: chat not found"),
        Fate(SENT, possibly_repeated=False, error=None),
    ]
    assert [received(person) for person in (desk.olivia, desk.ming, desk.carla)] == [[], [], []]


async def test_out_of_the_group_the_desk_goes_on_in_private_and_the_owner_hears_it_once(desk: Desk) -> None:
    await in_topic(desk, desk.anna)
    desk.group.chat.members[desk.play.bot["id"]] = {"status": "kicked", "until_date": 0}  # Telegram has not told yet

    await desk.anna.writes("Is the lamp lost?")
    await desk.anna.writes("Hello?")
    await desk.settled()

    warnings = [text for text in received(desk.olivia) if text.startswith("⚠️ I cannot work in the desk group")]
    assert len(warnings) == 1
    assert "kicked" in warnings[0]

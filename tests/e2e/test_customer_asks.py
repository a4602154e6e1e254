"""Stories of a customer who asks: greeted, answered, offered choices, brought to a person."""

from sqlalchemy import select

from bot.crm.audit import audit_events
from bot.crm.communications import Decision, Outcome, communications
from bot.crm.customers import customers
from bot.crm.tickets import tickets
from tests.e2e.conftest import Desk


def labels(message: dict) -> list[list[str]]:
    """The texts of the buttons under a message."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [[button["text"] for button in row] for row in rows]


async def test_a_customer_is_greeted_and_a_topic_is_answered(desk: Desk) -> None:
    await desk.anna.starts("from-the-shop")
    (greeting,) = await desk.anna.reads_messages()
    topics = labels(greeting)
    assert greeting["text"].splitlines()[0] == "Hello Anna! 👋"
    assert len(topics) == 6

    assert (await desk.anna.presses(topics[0][0])).text == ""
    (answer,) = await desk.anna.reads_messages()
    assert labels(answer) == [["Solved ✅", "Talk to a person 🙋"]]

    assert (await desk.anna.presses(topics[0][0])).text == "I have answered that above 👆"
    await desk.settled()
    assert desk.anna.unread() == []


async def test_an_answer_that_helped_is_marked_and_its_buttons_go(desk: Desk) -> None:
    await desk.anna.writes("Where is my order?")
    (answer,) = await desk.anna.reads_messages()
    assert (await desk.anna.presses("Solved ✅")).text == "Glad that helped! 😊"
    await desk.settled()
    assert labels(desk.anna.sees()[-1]) == []
    data = answer["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    assert (await desk.anna.presses_old(data, answer)).text == "Already noted, thank you!"

    asked, said = await desk.rows(select(communications).order_by(communications.c.id))
    assert (asked.decision, asked.outcome, said.message_id) == (
        Decision.ANSWER,
        Outcome.CONFIRMED,
        answer["message_id"],
    )


async def test_a_chinese_customer_is_spoken_to_in_chinese(desk: Desk) -> None:
    await desk.wang.starts()
    (greeting,) = await desk.wang.reads_messages()
    assert greeting["text"].splitlines()[0] == "王，您好！👋"
    await desk.wang.writes("我的订单到哪了？")
    (answer,) = await desk.wang.reads_messages()
    assert labels(answer) == [["已解决 ✅", "找人工 🙋"]]
    await desk.wang.presses("找人工 🙋")
    assert await desk.wang.reads() == ["已经转给我们的同事，工单号 #1。\n您接下来写的内容会直接加进去。"]


async def test_an_unanswerable_question_gets_a_ticket_and_a_burst_one_word(desk: Desk) -> None:
    for words in ("Do you sell live penguins from Antarctica?", "And what do they eat?", "Hello???"):
        await desk.anna.writes(words)
    await desk.settled()
    assert await desk.anna.reads() == [
        "I've passed this on to our team: ticket #1.\nAnything you add here goes straight to it."
    ]
    assert desk.anna.unread() == []
    (ticket,) = await desk.rows(select(tickets))
    assert ticket.subject == "Do you sell live penguins from Antarctica?"


async def test_small_talk_gets_a_word(desk: Desk) -> None:
    for words in ("hi", "thanks!", "👍"):
        await desk.anna.writes(words)
    await desk.settled()
    assert len(await desk.anna.reads(3)) == 3
    assert await desk.rows(select(tickets)) == []


async def test_what_people_write_is_never_markup(desk: Desk) -> None:
    desk.anna.user["first_name"] = "<b>Änna</b> *x* _y_ {name}"
    await desk.anna.starts()
    (greeting,) = await desk.anna.reads_messages()
    assert greeting["text"].splitlines()[0] == "Hello <b>Änna</b> *x* _y_ {name}! 👋"
    assert {entity["type"] for entity in greeting["entities"]} == {"bot_command"}


async def test_strange_texts_are_all_handled(desk: Desk) -> None:
    strange = [
        "a\u0000b penguin",
        "\u200b\u200b",
        "\u202eabc \u05e2\u05d1\u05e8\u05d9\u05ea",
        "\U0001f3f3\ufe0f\u200d\U0001f308" * 300,
        "penguin " * 500,
        "<a href='x'>{}%s",
        "/",
    ]
    for words in strange:
        await desk.anna.writes(words)
    await desk.settled()
    heard = await desk.rows(
        select(communications.c.text)
        .where(communications.c.direction == "in", communications.c.channel == "telegram")
        .order_by(communications.c.id)
    )
    assert [row.text for row in heard] == ["a b penguin", *[words.strip() for words in strange[1:]]]


async def test_unknown_commands_get_a_friendly_line_and_staffs_are_kept_secret(desk: Desk) -> None:
    for command in ("/fly", "/queue", "/take 1"):
        await desk.anna.writes(command)
    await desk.settled()
    assert await desk.anna.reads(3) == ["I don't know this command. /help shows what I can do."] * 3
    kept = await desk.rows(select(audit_events.c.subject, audit_events.c.telegram_id).order_by(audit_events.c.id))
    assert [tuple(row) for row in kept] == [("/queue", desk.anna.id), ("/take", desk.anna.id)]


async def test_help_shows_a_customer_their_own_commands(desk: Desk) -> None:
    await desk.anna.writes("/help")
    (text,) = await desk.anna.reads()
    shown = [line.split()[0] for line in text.splitlines() if line.startswith("/")]
    assert shown == ["/start", "/help", "/ticket", "/tickets", "/phone", "/language", "/cancel"]


async def test_the_language_is_changed_by_button_and_kept(desk: Desk) -> None:
    await desk.anna.writes("/language")
    assert await desk.anna.reads() == ["Which language shall we speak?"]
    assert (await desk.anna.presses("简体中文")).text == "简体中文"
    assert await desk.anna.reads() == ["好的，接下来我们用中文。"]
    await desk.anna.writes("/language en")
    assert await desk.anna.reads() == ["We speak English now."]


async def test_who_blocks_the_bot_is_marked_until_they_come_back(desk: Desk) -> None:
    await desk.anna.starts()
    await desk.settled()
    await desk.anna.blocks()
    await desk.settled()
    (blocked,) = await desk.rows(select(customers.c.blocked_at))
    await desk.anna.unblocks()
    await desk.settled()
    (unblocked,) = await desk.rows(select(customers.c.blocked_at))
    assert (blocked.blocked_at is None, unblocked.blocked_at) == (False, None)


async def test_buttons_out_of_date_are_answered(desk: Desk) -> None:
    await desk.anna.starts()
    (greeting,) = await desk.anna.reads_messages()
    said = [
        (await desk.anna.presses_old(data, greeting)).text
        for data in ("nonsense", "solved:x", "solved:999", "myticket:7", "pick:1:gone")
    ]
    assert said == [
        "This button is out of date.",
        "This button is out of date.",
        "This button is not for this chat.",
        "This ticket is not yours.",
        "I don't have this answer any more. Just ask me again in your own words.",
    ]

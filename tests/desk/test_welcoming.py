"""The first words, the language, unknown commands, and who blocked us."""

import pytest
from sqlalchemy import select

from bot.crm.audit import audit_events
from bot.database import Database
from bot.desk import acquaintance, welcoming
from bot.desk.welcoming import language_named
from tests.desk.talking import FRIENDLY, SETTINGS, WANG, Chat, Said

UNKNOWN: list[Said] = [("I don't know this command. /help shows what I can do.", [])]


async def test_a_greeting_names_the_customer_and_offers_what_people_ask(database: Database) -> None:
    chat = await Chat.open(database)
    text = (
        "Hello Anna! 👋\nAsk me anything in your own words. What I can't answer, a person will.\n"
        "/tickets shows your tickets, /help everything else.\n\nPeople often ask:"
    )
    assert await greeted(chat) == [(text, [["Where is my order?"], ["I want a refund"], ["Do you wrap gifts?"]])]


async def test_a_greeting_speaks_the_language_of_the_customers_telegram(database: Database) -> None:
    ((text, buttons),) = await greeted(await Chat.open(database, WANG))
    assert text.splitlines()[0] == "王伟，您好！👋"
    assert buttons[0] == ["我的订单到哪了？"]


async def test_names_are_said_as_they_are_written(database: Database) -> None:
    chat = await Chat.open(database)
    await chat.renamed(first_name="<b>{name} *Än*</b>\u202e")
    ((text, _),) = await greeted(chat)
    assert text.splitlines()[0] == "Hello <b>{name} *Än*</b>\u202e! 👋"


async def test_the_language_is_chosen_by_word_or_button_and_kept(database: Database) -> None:
    chat = await Chat.open(database)
    assert await language(chat, "") == [("Which language shall we speak?", [["English", "简体中文"]])]
    assert await language(chat, "中文") == [("好的，接下来我们用中文。", [])]
    assert await press_language(chat, "zh") == ("简体中文", [])
    assert await press_language(chat, "en") == ("English", [("We speak English now.", [])])
    assert await press_language(chat, "xx") == ("", [])
    await chat.renamed(language_code="zh")
    await chat.writes("hi", FRIENDLY)
    assert (await chat.customer()).language == "en"


@pytest.mark.parametrize(
    ("wish", "code"), [("zh", "zh"), ("ZH-hans", "zh"), (" English ", "en"), ("中文", "zh"), ("fr", None), ("", None)]
)
def test_languages_are_known_by_code_and_name(wish: str, code: str | None) -> None:
    assert language_named(wish) == code


async def test_staffs_commands_do_not_exist_for_others_but_the_attempt_is_kept(database: Database) -> None:
    chat = await Chat.open(database)
    assert await unknown(chat, None) == UNKNOWN
    assert await unknown(chat, "queue") == UNKNOWN
    async with database.read() as tx:
        (kept,) = await tx.all(select(audit_events))
    assert (kept.action, kept.telegram_id, kept.subject) == ("staff_command_refused", 501, "/queue")


async def test_who_blocked_us_is_marked_until_they_write_again(database: Database) -> None:
    chat = await Chat.open(database)
    async with database.begin() as tx:
        await acquaintance.blocked(tx, 501, chat.now)
    await chat.writes("hi", FRIENDLY)
    async with database.begin() as tx:
        await acquaintance.blocked(tx, 501, chat.now)
    assert (await chat.customer()).blocked_at == chat.now
    async with database.begin() as tx:
        await acquaintance.unblocked(tx, 501)
    assert (await chat.customer()).blocked_at is None
    async with database.begin() as tx:
        await acquaintance.blocked(tx, 501, chat.now)
    await chat.writes("hi", FRIENDLY)
    assert (await chat.customer()).blocked_at is None


async def greeted(chat: Chat) -> list[Said]:
    async with chat.database.begin() as tx:
        await welcoming.greet(tx, chat.heard("/start"), chat.knowledge, SETTINGS, chat.now)
    return await chat.reads()


async def language(chat: Chat, wish: str) -> list[Said]:
    async with chat.database.begin() as tx:
        await welcoming.ask_language(tx, chat.heard("/language"), wish, SETTINGS, chat.now)
    return await chat.reads()


async def press_language(chat: Chat, code: str) -> tuple[str, list[Said]]:
    async with chat.database.begin() as tx:
        words = await welcoming.press_language(tx, chat.person, code, SETTINGS, chat.now)
    return words, await chat.reads()


async def unknown(chat: Chat, staff_command: str | None) -> list[Said]:
    async with chat.database.begin() as tx:
        await welcoming.unknown_command(tx, chat.heard("/x"), staff_command, SETTINGS, chat.now)
    return await chat.reads()

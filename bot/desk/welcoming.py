"""The first words and the small commands of a customer: a greeting, the language, leaving a dialog, plain replies.

Called by the customers' handlers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from bot.crm import audit
from bot.crm.customers import Customer
from bot.desk import dialogs
from bot.desk.acquaintance import choose_language, customer_for
from bot.desk.asking import topic_buttons
from bot.desk.incoming import Incoming, Person
from bot.desk.knowledge import Knowledge
from bot.desk.presses import Button, Press, Rows
from bot.desk.timeline import hear, say
from bot.settings import Settings
from bot.texts import LANGUAGES, Translator, language_of, translator
from bot.transactions import Transaction

_NAMES = {"english": "en", "chinese": "zh", "中文": "zh", "汉语": "zh", "英文": "en", "英语": "en", "简体中文": "zh"}


@dataclass(frozen=True, slots=True)
class LanguagePress(Press):
    """Speak this language from now on."""

    prefix: ClassVar[str] = "language"
    code: str


async def greet(tx: Transaction, heard: Incoming, knowledge: Knowledge, settings: Settings, now: datetime) -> None:
    """``/start``: by name and in their language, with the most asked questions to press."""
    customer, number = await _heard(tx, heard, settings, now)
    if customer.dialog is not None:
        await dialogs.leave(tx, customer)
    t = translator(customer.language)
    asked = knowledge.top(customer.language)
    words = [
        t("Hello {name}! 👋", name=customer.first_name),
        t("Ask me anything in your own words. What I can't answer, a person will."),
        t("/tickets shows your tickets, /help everything else."),
    ]
    if asked:
        words.append("\n" + t("People often ask:"))
    buttons = topic_buttons(asked, customer.language, knowledge)
    await say(tx, customer, "\n".join(words), now=now, buttons=buttons, reply_to_id=number)


async def reply(
    tx: Transaction,
    heard: Incoming,
    words: Callable[[Translator], str],
    settings: Settings,
    now: datetime,
    *,
    buttons: Rows | None = None,
) -> None:
    """Answer a command with words in the customer's language."""
    customer, number = await _heard(tx, heard, settings, now)
    await say(tx, customer, words(translator(customer.language)), now=now, buttons=buttons, reply_to_id=number)


async def unknown_command(
    tx: Transaction, heard: Incoming, staff_command: str | None, settings: Settings, now: datetime
) -> None:
    """Say that there is no such command; for who is no staff, staff's do not exist, and the attempt is kept."""
    if staff_command is not None:
        await audit.record(
            tx,
            "staff_command_refused",
            now=now,
            telegram_id=heard.sender.telegram_id,
            subject=f"/{staff_command}",
        )
    await reply(tx, heard, lambda t: t("I don't know this command. /help shows what I can do."), settings, now)


async def cancel(tx: Transaction, heard: Incoming, settings: Settings, now: datetime) -> None:
    """``/cancel``: wait for nothing any more."""
    customer, number = await _heard(tx, heard, settings, now)
    t = translator(customer.language)
    if customer.dialog is None:
        words = t("There is nothing to cancel. Just write your question.")
    else:
        await dialogs.leave(tx, customer)
        words = t("Cancelled. Just write when you need me.")
    await say(tx, customer, words, now=now, reply_to_id=number)


async def ask_language(tx: Transaction, heard: Incoming, wish: str, settings: Settings, now: datetime) -> None:
    """``/language``: change it at once when it is named, else offer the languages there are."""
    customer, number = await _heard(tx, heard, settings, now)
    code = language_named(wish)
    if code is not None:
        await _change_language(tx, customer, code, now=now, reply_to_id=number)
        return
    t = translator(customer.language)
    await say(
        tx, customer, t("Which language shall we speak?"), now=now, buttons=language_buttons(), reply_to_id=number
    )


async def press_language(tx: Transaction, person: Person, code: str, settings: Settings, now: datetime) -> str:
    """Change the language; returns the few words that answer the press."""
    customer = await customer_for(tx, person, settings.language, now)
    if code in LANGUAGES and code != customer.language:
        await _change_language(tx, customer, code, now=now, reply_to_id=None)
    return LANGUAGES.get(code, "")


def language_named(wish: str) -> str | None:
    """Return the language that is meant by a code or a name, None for none of ours."""
    wish = wish.strip().lower()
    return _NAMES.get(wish) or language_of(wish, "") or None


def language_buttons() -> Rows:
    return [[Button(name, LanguagePress(code)) for code, name in LANGUAGES.items()]]


async def _heard(tx: Transaction, heard: Incoming, settings: Settings, now: datetime) -> tuple[Customer, int]:
    customer = await customer_for(tx, heard.sender, settings.language, now)
    return customer, await hear(tx, customer, heard, now=now)


async def _change_language(
    tx: Transaction, customer: Customer, code: str, *, now: datetime, reply_to_id: int | None
) -> None:
    customer = await choose_language(tx, customer, code)
    t = translator(code)
    await say(tx, customer, t("We speak English now."), now=now, reply_to_id=reply_to_id)

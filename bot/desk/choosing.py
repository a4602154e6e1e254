"""What a customer presses under the bot's words: solved, a suggestion, a topic, or a person, please.

Called by the handlers; each verb returns the few words that answer the press. A button may be pressed twice, weeks
later, or be forged: what has been done already is read from the record, so nothing happens twice.
"""

from datetime import datetime, timedelta

from bot.crm import communications, tickets, timelines
from bot.crm.communications import Communication, Decision, Direction, Outcome
from bot.crm.customers import Customer
from bot.desk.acquaintance import customer_for
from bot.desk.asking import PickPress, SolvedPress, TalkPress, TopicPress, Understood, answer, entry_of
from bot.desk.handover import add_to, hand_over
from bot.desk.incoming import Incoming, Person
from bot.desk.knowledge import Knowledge
from bot.desk.timeline import hear_press
from bot.settings import Settings
from bot.texts import Translator, translator
from bot.transactions import Transaction

SAME_PRESS_WITHIN = timedelta(minutes=1)
"""A topic that was answered so lately is not answered again: a finger that came down twice."""


async def solved(tx: Transaction, person: Person, press: SolvedPress, settings: Settings, now: datetime) -> str:
    """Write down that the bot's answer helped."""
    customer = await customer_for(tx, person, settings.language, now)
    t = translator(customer.language)
    question = await _question(tx, customer, press.question_id)
    if question is None:
        return _not_yours(t)
    if question.ticket_id is not None:
        return t("Our team has this as ticket #{number}. You can close it in /tickets.", number=question.ticket_id)
    if question.outcome is Outcome.CONFIRMED:
        return t("Already noted, thank you!")
    await communications.change(tx, question.id, {"outcome": Outcome.CONFIRMED})
    return t("Glad that helped! 😊")


async def talk(tx: Transaction, person: Person, press: TalkPress, settings: Settings, now: datetime) -> str:
    """Bring a question to a person, unless it is with one already."""
    customer = await customer_for(tx, person, settings.language, now)
    t = translator(customer.language)
    question = await _question(tx, customer, press.question_id)
    if question is None:
        return _not_yours(t)
    if question.ticket_id is not None and (await tickets.by_id(tx, question.ticket_id)).is_unsolved:
        return t("Our team has this already: ticket #{number}.", number=question.ticket_id)
    await communications.change(tx, question.id, {"outcome": Outcome.HANDED_OVER})
    heard = said_before(question, person)
    if customer.active_ticket_id is not None:
        active = await tickets.by_id(tx, customer.active_ticket_id, lock=True)
        if active.is_unsolved:
            await add_to(tx, customer, active, question.id, heard, now=now)
            return t("Added to your ticket #{number}.", number=active.id)
    ticket = await hand_over(tx, customer, question.id, heard, reopen_days=settings.reopen_days, now=now)
    return t("Your ticket is #{number}.", number=ticket.id)


async def pick(
    tx: Transaction, person: Person, press: PickPress, knowledge: Knowledge, settings: Settings, now: datetime
) -> str:
    """Answer the suggestion that was meant."""
    customer = await customer_for(tx, person, settings.language, now)
    t = translator(customer.language)
    question = await _question(tx, customer, press.question_id)
    if question is None:
        return _not_yours(t)
    if question.ticket_id is not None:
        return t("Our team has this already: ticket #{number}.", number=question.ticket_id)
    if question.outcome is not None:
        return _answered(t)
    entry = entry_of(press.mark, knowledge)
    if entry is None:
        return _gone(t)
    await communications.change(tx, question.id, {"outcome": Outcome.CHOSEN})
    await _answer_press(tx, customer, entry, knowledge, to=question.id, now=now)
    return ""


async def topic(
    tx: Transaction, person: Person, press: TopicPress, knowledge: Knowledge, settings: Settings, now: datetime
) -> str:
    """Answer one of the most asked questions."""
    customer = await customer_for(tx, person, settings.language, now)
    t = translator(customer.language)
    entry = entry_of(press.mark, knowledge)
    if entry is None:
        return _gone(t)
    if await timelines.has_asked(tx, customer.id, entry, now - SAME_PRESS_WITHIN):
        return _answered(t)
    await _answer_press(tx, customer, entry, knowledge, to=None, now=now)
    return ""


async def _answer_press(
    tx: Transaction, customer: Customer, entry: str, knowledge: Knowledge, *, to: int | None, now: datetime
) -> None:
    chosen = await hear_press(tx, customer, knowledge.label(entry, customer.language), entry, now=now, to=to)
    await answer(tx, customer, chosen, Understood(Decision.ANSWER, 1.0, entry), knowledge, now=now)


async def _question(tx: Transaction, customer: Customer, question_id: int) -> Communication | None:
    """Return the question that a button is about, if this customer asked it."""
    question = await communications.by_id(tx, question_id)
    is_theirs = question is not None and question.customer_id == customer.id and question.direction is Direction.IN
    return question if is_theirs else None


def said_before(question: Communication, person: Person) -> Incoming:
    """Return a recorded message as it was heard, to be shown at the desk."""
    return Incoming(
        sender=person,
        chat_id=question.chat_id or person.telegram_id,
        message_id=question.message_id or 0,  # 0: it was asked by a button
        sent_at=question.created_at,
        kind=question.kind,
        text=question.text,
        file_id=question.file_id,
        album=question.album,
    )


def _not_yours(t: Translator) -> str:
    return t("This button is not for this chat.")


def _answered(t: Translator) -> str:
    return t("I have answered that above 👆")


def _gone(t: Translator) -> str:
    return t("I don't have this answer any more. Just ask me again in your own words.")

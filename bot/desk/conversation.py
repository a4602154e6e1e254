"""A customer writes: recorded, brought to their ticket or answered, in one transaction.

Called by the customers' handlers. The order of the questions asked here is the rule of the house: an album stays
together, a dialog is finished, a quoted reply goes to its ticket, an unsolved ticket wins, else the FAQ is asked.
"""

from datetime import datetime, timedelta

from bot.crm import communications, tickets, timelines
from bot.crm.communications import Communication, Decision, Kind
from bot.crm.customers import Customer
from bot.crm.tickets import Ticket
from bot.desk import dialogs, handover, relaying
from bot.desk.acquaintance import customer_for
from bot.desk.asking import ask
from bot.desk.incoming import Incoming
from bot.desk.knowledge import Knowledge
from bot.desk.own_tickets import finish_dialog
from bot.desk.timeline import hear, say
from bot.nlp.policy import Verdict
from bot.settings import Settings
from bot.texts import N_, translator
from bot.transactions import Transaction

ALBUM_WITHIN = timedelta(minutes=10)

INVISIBLE_LETTERS = "\u115f\u1160\u3164\uffa0"
"""Hangul fillers: letters by their class, and how people send an empty message where apps refuse one."""

EMPTY = N_("That message was empty. Just write your question in a few words.")
WORDLESS = N_("😊 How can I help? Write your question in your own words.")
UNREADABLE = N_("I can't read this kind of message. Please write it in words, or send a photo or a file.")
FOREIGN_CONTACT = N_(
    "This contact isn't your own, so I can't link it. To share your own number send /phone; "
    "to pass a contact on to our team open a ticket with /ticket."
)


async def receive(
    tx: Transaction,
    heard: Incoming,
    verdict: Verdict | None,
    knowledge: Knowledge,
    settings: Settings,
    now: datetime,
) -> None:
    """Take in one new message; ``verdict`` is None for one without words."""
    customer = await customer_for(tx, heard.sender, settings.language, now)
    quoted = await _quoted(tx, customer, heard)
    reply_to_id = quoted.id if quoted else None
    if heard.is_text and not heard.text.strip():
        await _only_a_word(tx, customer, heard, EMPTY, None, now)
        return
    if await _joined_album(tx, customer, heard, now):
        return
    dialog = dialogs.dialog_of(customer, now)
    if dialog is not None:
        await finish_dialog(tx, customer, dialog, heard, now=now)
        return
    ticket = await _ticket_for(tx, customer, quoted, verdict, settings, now)
    if ticket is not None:
        number = await hear(tx, customer, heard, now=now, decision=Decision.TICKET, reply_to_id=reply_to_id)
        await handover.add_to(tx, customer, ticket, number, heard, now=now)
    elif verdict is not None and has_words(heard.text):
        await ask(tx, customer, heard, verdict, knowledge, settings, now=now, reply_to_id=reply_to_id)
    elif heard.kind in (Kind.TEXT, Kind.STICKER):
        await _only_a_word(tx, customer, heard, WORDLESS, Decision.SMALL_TALK, now)
    elif heard.kind is Kind.CONTACT:
        await _only_a_word(tx, customer, heard, FOREIGN_CONTACT, None, now)
    elif heard.kind is Kind.OTHER:
        await _only_a_word(tx, customer, heard, UNREADABLE, None, now)
    else:
        number = await hear(tx, customer, heard, now=now, decision=Decision.UNSURE, reply_to_id=reply_to_id)
        await handover.hand_over(tx, customer, number, heard, reopen_days=settings.reopen_days, now=now)


async def edited(tx: Transaction, heard: Incoming, now: datetime) -> None:
    """Keep both versions of a message that its customer changed, and show it at the desk; unknown ones are let be."""
    before = await communications.by_message(tx, heard.chat_id, heard.message_id)
    if before is None or (before.text, before.file_id) == (heard.text, heard.file_id):
        return
    if before.text != heard.text:
        await communications.edit(tx, before, heard.text, heard.edited_at or now)
    await relaying.relay_edit(tx, before, heard, now=now)


def has_words(text: str) -> bool:
    """Whether there is a letter or a digit in it, in any script, that can be seen."""
    return any(character.isalnum() and character not in INVISIBLE_LETTERS for character in text)


async def _quoted(tx: Transaction, customer: Customer, heard: Incoming) -> Communication | None:
    """Return the message of this chat that the customer replies to."""
    if heard.reply_to_message_id is None:
        return None
    quoted = await communications.by_message(tx, heard.chat_id, heard.reply_to_message_id)
    return quoted if quoted is not None and quoted.customer_id == customer.id else None


async def _joined_album(tx: Transaction, customer: Customer, heard: Incoming, now: datetime) -> bool:
    """Let a further part of an album follow the first one, without another word to the customer."""
    if heard.album is None:
        return False
    first = await timelines.first_of_album(tx, customer.id, heard.album, now - ALBUM_WITHIN)
    if first is None:
        return False
    number = await hear(tx, customer, heard, now=now, decision=first.decision, ticket_id=first.ticket_id)
    if first.ticket_id is not None:
        ticket = await tickets.by_id(tx, first.ticket_id, lock=True)
        await relaying.relay(tx, customer, heard, number, ticket, now=now)
    return True


async def _ticket_for(
    tx: Transaction,
    customer: Customer,
    quoted: Communication | None,
    verdict: Verdict | None,
    settings: Settings,
    now: datetime,
) -> Ticket | None:
    """Return the ticket that a message goes to by itself: the quoted one's, else the active one."""
    if quoted is not None and quoted.ticket_id is not None:
        ticket = await tickets.by_id(tx, quoted.ticket_id, lock=True)
        is_thanks = verdict is not None and verdict.is_small_talk
        if ticket.is_unsolved or (handover.was_just_solved(ticket, settings.reopen_days, now) and not is_thanks):
            return ticket
    if customer.active_ticket_id is None:
        return None
    active = await tickets.by_id(tx, customer.active_ticket_id, lock=True)
    return active if active.is_unsolved else None


async def _only_a_word(
    tx: Transaction, customer: Customer, heard: Incoming, message: str, decision: Decision | None, now: datetime
) -> None:
    """Record a message that asks nothing, and say a word to it."""
    number = await hear(tx, customer, heard, now=now, decision=decision)
    await say(tx, customer, translator(customer.language)(message), now=now, reply_to_id=number, decision=decision)

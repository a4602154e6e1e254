"""A customer shares their phone number, and the chat is linked to who we know by that number.

Called by the customers' handlers. Telegram vouches for a contact only when it is the sender's own.
"""

from datetime import datetime

import phonenumbers

from bot.crm import audit, communications, customers
from bot.crm.communications import Direction, Kind
from bot.crm.customers import Customer, IdentityKind
from bot.desk.acquaintance import customer_for
from bot.desk.asking import TalkPress
from bot.desk.incoming import Incoming
from bot.desk.presses import Button
from bot.desk.timeline import hear, say
from bot.settings import Settings
from bot.texts import Translator, translator
from bot.transactions import Transaction

NO_KEYBOARD = {"remove_keyboard": True}


def is_own_contact(heard: Incoming) -> bool:
    """Whether the contact is the sender's own, as the share button sends it."""
    return heard.contact_phone is not None and heard.contact_user_id == heard.sender.telegram_id


def normalise_phone(number: str) -> str | None:
    """Return a number as Telegram writes it (with or without ``+``) in E.164, None where it cannot be one."""
    try:
        parsed = phonenumbers.parse("+" + number.strip().lstrip("+"), None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


async def offer(tx: Transaction, heard: Incoming, settings: Settings, now: datetime) -> None:
    """``/phone``: show the button that shares one's own number."""
    customer = await customer_for(tx, heard.sender, settings.language, now)
    number = await hear(tx, customer, heard, now=now)
    t = translator(customer.language)
    words = t("Tap the button below to share your phone number, and I'll find your account with us.")
    await say(tx, customer, words, now=now, markup=share_keyboard(t), reply_to_id=number)


def share_keyboard(t: Translator) -> dict[str, object]:
    """Return the keyboard whose button shares the sender's own contact."""
    return {
        "keyboard": [[{"text": t("📱 Share my phone"), "request_contact": True}]],
        "resize_keyboard": True,
        "one_time_keyboard": True,
    }


async def link(tx: Transaction, heard: Incoming, settings: Settings, now: datetime) -> None:
    """Know the customer by their own number from now on; whoever had it without a chat becomes one with them."""
    customer = await customer_for(tx, heard.sender, settings.language, now)
    number = await hear(tx, customer, heard, now=now)
    t = translator(customer.language)
    phone = normalise_phone(heard.contact_phone or "")
    if phone is None:
        words = t("I couldn't read this number. Please write it to us in words.")
        await say(tx, customer, words, now=now, markup=NO_KEYBOARD, reply_to_id=number)
        return
    owner = await customers.owner_of(tx, IdentityKind.PHONE, phone)
    if owner is None:
        await customers.add_identity(tx, customer.id, IdentityKind.PHONE, phone, now)
        words = t("Thank you! I've noted your number {phone}.", phone=phone)
    elif owner.id == customer.id:
        words = t("I have your number already: {phone}.", phone=phone)
    elif owner.telegram_id is not None:
        await _conflict(tx, customer, owner, phone, number, settings, now)
        return
    else:
        customer = await _unite(tx, customer, owner, phone, settings, now)
        words = t("Thank you! I've found your account with us and linked this chat to it.")
    await say(tx, customer, words, now=now, markup=NO_KEYBOARD, reply_to_id=number)


async def _unite(
    tx: Transaction, chat: Customer, owner: Customer, phone: str, settings: Settings, now: datetime
) -> Customer:
    """Make the customer of this chat one with the one whom staff know by the number; the latter's id stays."""
    await customers.absorb(tx, kept=owner.id, gone=chat.id)
    await customers.change(
        tx,
        owner.id,
        language=chat.language,
        dialog=chat.dialog,
        active_ticket_id=chat.active_ticket_id or owner.active_ticket_id,
    )
    t = translator(settings.language)
    words = t("Linked by phone {phone}: {chat} and {owner} are one.", phone=phone, chat=chat.name, owner=owner.name)
    await _note(tx, owner.id, words, now)
    await audit.record(
        tx,
        "customers_linked",
        now=now,
        telegram_id=chat.telegram_id,
        subject=f"customer {owner.id}",
        detail=f"customer {chat.id} ({chat.name}) by phone",
    )
    united = await customers.by_id(tx, owner.id, lock=True)
    return united or owner


async def _conflict(
    tx: Transaction, customer: Customer, owner: Customer, phone: str, number: int, settings: Settings, now: datetime
) -> None:
    """The number is someone else's who has a chat of their own: nothing changes until staff have looked."""
    t = translator(settings.language)
    words = t("Shared the phone {phone}, which customer {number} has already.", phone=phone, number=owner.id)
    await _note(tx, customer.id, words, now)
    await audit.record(
        tx, "phone_conflict", now=now, telegram_id=customer.telegram_id, subject=f"customer {owner.id}", detail=phone
    )
    t = translator(customer.language)
    words = t("This number belongs to another Telegram account here, so I left everything as it is.")
    await say(tx, customer, words, now=now, markup=NO_KEYBOARD, reply_to_id=number)
    words = t("If both are yours, our team can sort it out.")
    await say(
        tx,
        customer,
        words,
        now=now,
        buttons=[[Button(t("Talk to a person 🙋"), TalkPress(number))]],
        reply_to_id=number,
    )


async def _note(tx: Transaction, customer_id: int, text: str, now: datetime) -> None:
    """Leave a note for staff on the timeline."""
    await communications.record(
        tx, customer_id=customer_id, direction=Direction.INTERNAL, kind=Kind.NOTE, text=text, created_at=now
    )

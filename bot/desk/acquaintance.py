"""Who is at the door: the customer behind a Telegram account, made at the first word and kept up to date.

Called by every verb that a customer sets off, first thing in its transaction.
"""

from dataclasses import replace
from datetime import datetime

from bot.crm import customers
from bot.crm.customers import Customer
from bot.desk.incoming import Person
from bot.texts import language_of
from bot.transactions import Transaction


async def customer_for(tx: Transaction, person: Person, default_language: str, now: datetime) -> Customer:
    """Return the customer who writes or presses, locked; a new one speaks their Telegram's language, else ours."""
    customer = await customers.by_telegram_id(tx, person.telegram_id, lock=True)
    if customer is None:
        return await customers.create(
            tx,
            telegram_id=person.telegram_id,
            first_name=person.first_name,
            last_name=person.last_name,
            username=person.username,
            language=language_of(person.language_code, default_language),
            now=now,
        )
    return await _refresh(tx, customer, person)


async def _refresh(tx: Transaction, customer: Customer, person: Person) -> Customer:
    """Take over a name that changed at Telegram; who writes does not block us (any more)."""
    named = (person.first_name, person.last_name, person.username)
    if named == (customer.first_name, customer.last_name, customer.username) and customer.blocked_at is None:
        return customer
    first_name, last_name, username = named
    await customers.change(
        tx, customer.id, first_name=first_name, last_name=last_name, username=username, blocked_at=None
    )
    return replace(customer, first_name=first_name, last_name=last_name, username=username, blocked_at=None)


async def choose_language(tx: Transaction, customer: Customer, language: str) -> Customer:
    """Speak this language with the customer from now on, whatever their Telegram says."""
    await customers.change(tx, customer.id, language=language)
    return replace(customer, language=language)


async def blocked(tx: Transaction, telegram_id: int, now: datetime) -> None:
    """Write down that someone blocked the bot; strangers are nothing to us."""
    customer = await customers.by_telegram_id(tx, telegram_id, lock=True)
    if customer is not None and customer.blocked_at is None:
        await customers.change(tx, customer.id, blocked_at=now)


async def unblocked(tx: Transaction, telegram_id: int) -> None:
    """Write down that someone lets the bot write to them again."""
    customer = await customers.by_telegram_id(tx, telegram_id, lock=True)
    if customer is not None and customer.blocked_at is not None:
        await customers.change(tx, customer.id, blocked_at=None)

"""Both sides of the talk with a customer, put on their timeline as it happens: every word is a communication.

Called by the desk's verbs. What is said is queued in the same transaction, and learns its message id when it is sent.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.crm import communications
from bot.crm.communications import Decision, Direction, Kind
from bot.crm.customers import Customer
from bot.desk.incoming import Incoming
from bot.desk.presses import Rows
from bot.desk.speech import tell
from bot.transactions import Transaction

FRESH_FOR = timedelta(minutes=1)
"""Telegram dates messages in whole seconds: a message this new counts as written now, so that order is kept."""


async def hear(
    tx: Transaction,
    customer: Customer,
    heard: Incoming,
    *,
    now: datetime,
    decision: Decision | None = None,
    score: float | None = None,
    entry: str | None = None,
    ticket_id: int | None = None,
    reply_to_id: int | None = None,
) -> int:
    """Record what the customer wrote, and what was made of it; returns the communication's id."""
    return await communications.record(
        tx,
        customer_id=customer.id,
        direction=Direction.IN,
        kind=heard.kind,
        text=heard.text or heard.contact_phone or "",
        created_at=now if now - heard.sent_at < FRESH_FOR else heard.sent_at,
        chat_id=heard.chat_id,
        message_id=heard.message_id,
        reply_to_id=reply_to_id,
        ticket_id=ticket_id,
        decision=decision,
        score=score,
        entry=entry,
        file_id=heard.file_id,
        album=heard.album,
    )


async def hear_press(
    tx: Transaction, customer: Customer, text: str, entry: str, *, now: datetime, to: int | None
) -> int:
    """Record a question that was asked by a button, as if the customer had written its words."""
    return await communications.record(
        tx,
        customer_id=customer.id,
        direction=Direction.IN,
        kind=Kind.TEXT,
        text=text,
        created_at=now,
        chat_id=customer.telegram_id,
        reply_to_id=to,
        decision=Decision.ANSWER,
        score=1.0,
        entry=entry,
    )


async def say(
    tx: Transaction,
    customer: Customer,
    text: str,
    *,
    now: datetime,
    buttons: Rows | None = None,
    markup: Mapping[str, Any] | None = None,
    reply_to_id: int | None = None,
    ticket_id: int | None = None,
    **more: object,
) -> int:
    """Tell the customer something and record it; ``more`` are further columns of the communication.

    A customer whom we know by phone or email only has no chat: then it stays a record.
    """
    number = await communications.record(
        tx,
        customer_id=customer.id,
        direction=Direction.OUT,
        kind=Kind.TEXT,
        text=text,
        created_at=now,
        chat_id=customer.telegram_id,
        reply_to_id=reply_to_id,
        ticket_id=ticket_id,
        **more,
    )
    if customer.telegram_id is not None:
        await tell(tx, customer.telegram_id, text, now=now, buttons=buttons, markup=markup, shows=[number])
    return number

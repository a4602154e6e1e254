"""Timelines: what was said with a customer or on a ticket, read back from the communications; and a ticket's card."""

from datetime import datetime

from sqlalchemy import bindparam, func, select

from bot.crm.communications import CARD, Communication, Decision, Direction, communications, copies, from_row
from bot.transactions import Transaction


async def recent(tx: Transaction, customer_id: int, limit: int, offset: int = 0) -> list[Communication]:
    """Return the customer's newest communications, oldest of them first; cards are left out."""
    rows = await tx.all(
        select(communications)
        .where(communications.c.customer_id == customer_id, communications.c.channel != CARD)
        .order_by(communications.c.created_at.desc(), communications.c.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [from_row(row) for row in reversed(rows)]


async def card_of(tx: Transaction, ticket_id: int) -> int | None:
    """Return the communication that stands for this ticket's card."""
    card: int | None = await tx.scalar(
        select(communications.c.id)
        .where(communications.c.ticket_id == ticket_id, communications.c.channel == CARD)
        .order_by(communications.c.id.desc())
        .limit(1)
    )
    return card


async def is_followed_in(tx: Transaction, ticket_id: int, chat_id: int) -> bool:
    """Whether any message of this ticket was shown or written in a chat of the desk; its card alone does not count."""
    found = await tx.first(
        select(communications.c.id)
        .join(copies, copies.c.communication_id == communications.c.id)
        .where(communications.c.ticket_id == ticket_id, communications.c.channel != CARD, copies.c.chat_id == chat_id)
        .limit(1)
    )
    return found is not None


async def chats_showing(tx: Transaction, communication_id: int) -> list[int]:
    """Return the desk's chats where this communication is copied to."""
    rows = await tx.all(select(copies.c.chat_id).where(copies.c.communication_id == communication_id).distinct())
    return [row.chat_id for row in rows]


_LAST_SAID = (
    select(communications.c.created_at)
    .where(communications.c.ticket_id == bindparam("ticket"), communications.c.direction == Direction.OUT)
    .order_by(communications.c.id.desc())
    .limit(1)
)
_ON_TICKET = (
    select(communications)
    .where(communications.c.ticket_id == bindparam("ticket"), communications.c.direction != Direction.INTERNAL)
    .order_by(communications.c.id.desc())
    .limit(bindparam("most"))
)
_ALBUM = (
    select(communications)
    .where(
        communications.c.customer_id == bindparam("customer"),
        communications.c.created_at >= bindparam("since"),
        communications.c.album == bindparam("of"),
    )
    .order_by(communications.c.id)
    .limit(1)
)
_ASKED = (
    select(communications.c.id)
    .where(
        communications.c.customer_id == bindparam("customer"),
        communications.c.created_at >= bindparam("since"),
        communications.c.direction == Direction.IN,
        communications.c.decision == Decision.ANSWER,
        communications.c.entry == bindparam("key"),
    )
    .limit(1)
)


async def last_said_at(tx: Transaction, ticket_id: int) -> datetime | None:
    """Return when the customer last heard from us on this ticket."""
    at: datetime | None = await tx.scalar(_LAST_SAID, {"ticket": ticket_id})
    return at


async def last_on_ticket(tx: Transaction, ticket_id: int, most: int) -> list[Communication]:
    """Return the latest messages of a ticket, both ways, without notes; oldest first."""
    rows = await tx.all(_ON_TICKET, {"ticket": ticket_id, "most": most})
    return [from_row(row) for row in reversed(rows)]


async def first_of_album(tx: Transaction, customer_id: int, album: str, since: datetime) -> Communication | None:
    """Return the first part of an album that the customer sent since then."""
    row = await tx.first(_ALBUM, {"customer": customer_id, "of": album, "since": since})
    return None if row is None else from_row(row)


async def has_asked(tx: Transaction, customer_id: int, entry: str, since: datetime) -> bool:
    """Whether the customer asked for this entry since then, and was answered."""
    return await tx.first(_ASKED, {"customer": customer_id, "key": entry, "since": since}) is not None


async def count_of(tx: Transaction, customer_id: int) -> int:
    """Return how many communications a customer's timeline holds; cards are left out."""
    number: int = await tx.scalar(
        select(func.count())
        .select_from(communications)
        .where(communications.c.customer_id == customer_id, communications.c.channel != CARD)
    )
    return number

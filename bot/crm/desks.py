"""The desk group that staff bound, and each customer's topic in it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Row,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from bot.database import BigId, UtcDateTime, metadata
from bot.transactions import Transaction

desks = Table(
    "desks",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("chat_id", BigInteger, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("bound_by", BigId, ForeignKey("agents.id"), nullable=False),
    Column("bound_at", UtcDateTime, nullable=False),
    Column("broken_at", UtcDateTime),  # since when the bot cannot work there
    Column("broken_why", Text),
)

topics = Table(
    "topics",
    metadata,
    Column("customer_id", BigId, ForeignKey("customers.id"), primary_key=True, autoincrement=False),
    Column("chat_id", BigInteger, nullable=False),
    Column("thread_id", BigInteger, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("chat_id", "thread_id"),
)


@dataclass(frozen=True, slots=True)
class Desk:
    """The forum group where staff work; there is at most one."""

    id: int
    chat_id: int
    title: str
    bound_by: int
    bound_at: datetime
    broken_at: datetime | None
    broken_why: str | None

    @property
    def is_working(self) -> bool:
        return self.broken_at is None


_DESK = select(desks).order_by(desks.c.id.desc()).limit(1)


def from_row(row: Row[tuple[object, ...]]) -> Desk:
    return Desk(**{column.name: getattr(row, column.name) for column in desks.c})


async def current(tx: Transaction) -> Desk | None:
    """Return the bound desk, working or not."""
    row = await tx.first(_DESK)
    return None if row is None else from_row(row)


async def bind(tx: Transaction, *, chat_id: int, title: str, agent_id: int, now: datetime) -> None:
    """Make this group the desk, in place of any other."""
    await tx.execute(delete(topics).where(topics.c.chat_id != chat_id))
    await tx.execute(delete(desks))
    await tx.execute(insert(desks), {"chat_id": chat_id, "title": title, "bound_by": agent_id, "bound_at": now})


async def mark_broken(tx: Transaction, chat_id: int, why: str, now: datetime) -> bool:
    """Write down that the bot cannot work in its desk; returns whether that is news."""
    result = await tx.execute(
        update(desks)
        .where(desks.c.chat_id == chat_id, desks.c.broken_at.is_(None))
        .values(broken_at=now, broken_why=why)
    )
    return result.rowcount == 1


async def mark_working(tx: Transaction, chat_id: int) -> None:
    await tx.execute(update(desks).where(desks.c.chat_id == chat_id).values(broken_at=None, broken_why=None))


async def move(tx: Transaction, old_chat_id: int, new_chat_id: int) -> bool:
    """Follow a group that became a supergroup; topics of the old chat are gone with it. Returns whether it was ours."""
    result = await tx.execute(update(desks).where(desks.c.chat_id == old_chat_id).values(chat_id=new_chat_id))
    await tx.execute(delete(topics).where(topics.c.chat_id == old_chat_id))
    return result.rowcount == 1


_TOPIC = select(topics.c.thread_id).where(
    topics.c.customer_id == bindparam("customer"), topics.c.chat_id == bindparam("chat")
)
_OWNER = select(topics.c.customer_id).where(
    topics.c.chat_id == bindparam("chat"), topics.c.thread_id == bindparam("thread")
)


async def topic_of(tx: Transaction, customer_id: int, chat_id: int) -> int | None:
    """Return the thread of this customer's topic in the desk."""
    thread: int | None = await tx.scalar(_TOPIC, {"customer": customer_id, "chat": chat_id})
    return thread


async def customer_of(tx: Transaction, chat_id: int, thread_id: int) -> int | None:
    """Return whose topic this thread is."""
    customer: int | None = await tx.scalar(_OWNER, {"chat": chat_id, "thread": thread_id})
    return customer


async def add_topic(tx: Transaction, customer_id: int, chat_id: int, thread_id: int, now: datetime) -> None:
    """Remember the customer's topic, in place of any earlier one."""
    await tx.execute(delete(topics).where(topics.c.customer_id == customer_id))
    await tx.execute(
        insert(topics), {"customer_id": customer_id, "chat_id": chat_id, "thread_id": thread_id, "created_at": now}
    )


async def remove_topic(tx: Transaction, chat_id: int, thread_id: int) -> None:
    """Forget a topic that was deleted."""
    await tx.execute(delete(topics).where(topics.c.chat_id == chat_id, topics.c.thread_id == thread_id))


async def unbind(tx: Transaction, chat_id: int) -> bool:
    """Let this group be the desk no longer; its topics are remembered, should it be bound again."""
    return (await tx.execute(delete(desks).where(desks.c.chat_id == chat_id))).rowcount == 1

"""The audit trail: who did what, and who tried to."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, ForeignKey, String, Table, Text, insert, select

from bot.database import BigId, UtcDateTime, metadata
from bot.transactions import Transaction

audit_events = Table(
    "audit_events",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("agent_id", BigId, ForeignKey("agents.id"), index=True),
    Column("telegram_id", BigInteger),  # of someone who is no agent
    Column("action", String(64), nullable=False),
    Column("subject", Text),  # what it was done to, e.g. "ticket 42"
    Column("detail", Text),
    Column("created_at", UtcDateTime, nullable=False, index=True),
)


async def record(
    tx: Transaction,
    action: str,
    *,
    now: datetime,
    agent_id: int | None = None,
    telegram_id: int | None = None,
    subject: str | None = None,
    detail: str | None = None,
) -> None:
    """Add one event; the trail is only ever added to."""
    await tx.execute(
        insert(audit_events),
        {
            "agent_id": agent_id,
            "telegram_id": telegram_id,
            "action": action,
            "subject": subject,
            "detail": detail,
            "created_at": now,
        },
    )


async def has_since(tx: Transaction, action: str, telegram_id: int, since: datetime) -> bool:
    """Whether this was recorded of someone who is no agent, lately."""
    found = await tx.first(
        select(audit_events.c.id)
        .where(
            audit_events.c.created_at >= since,
            audit_events.c.action == action,
            audit_events.c.telegram_id == telegram_id,
        )
        .limit(1)
    )
    return found is not None

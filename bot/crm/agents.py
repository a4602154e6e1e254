"""Agents: the people of the desk, their roles, and the one-use invitations that make them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Row,
    String,
    Table,
    Text,
    bindparam,
    insert,
    select,
    true,
    update,
)

from bot.database import BigId, EnumText, UtcDateTime, metadata
from bot.errors import KefuError
from bot.transactions import Transaction


class Role(StrEnum):
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    OWNER = "owner"

    @property
    def rank(self) -> int:
        return list(Role).index(self)

    def covers(self, needed: "Role") -> bool:
        """Whether someone of this role may do what ``needed`` may."""
        return self.rank >= needed.rank


agents = Table(
    "agents",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("telegram_id", BigInteger, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("username", Text),
    Column("role", EnumText(Role), nullable=False),
    Column("language", String(8), nullable=False),
    Column("timezone", Text),  # None: the desk's
    Column("is_on_duty", Boolean, nullable=False, server_default=true()),
    Column("is_active", Boolean, nullable=False, server_default=true()),
    Column("dialog", Text),  # what we wait for from this person
    Column("created_at", UtcDateTime, nullable=False),
)

invitations = Table(
    "invitations",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),  # SHA-256; the token itself is never kept
    Column("role", EnumText(Role), nullable=False),
    Column("created_by", BigId, ForeignKey("agents.id"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Column("used_by", BigId, ForeignKey("agents.id")),
)


class RoleTooLow(KefuError):
    """What an agent asked for takes a higher role."""

    def __init__(self, needed: Role, action: str) -> None:
        super().__init__(f"{action} takes the role {needed}")
        self.needed, self.action = needed, action


class InvitationInvalid(KefuError):
    """The invitation is unknown, used or out of date."""


@dataclass(frozen=True, slots=True)
class Agent:
    """One person of the desk."""

    id: int
    telegram_id: int
    name: str
    username: str | None
    role: Role
    language: str
    timezone: str | None
    is_on_duty: bool
    is_active: bool
    dialog: str | None
    created_at: datetime


def from_row(row: Row[tuple[object, ...]]) -> Agent:
    return Agent(**{column.name: getattr(row, column.name) for column in agents.c})


_BY_ID = select(agents).where(agents.c.id == bindparam("agent_id"))


async def by_id(tx: Transaction, agent_id: int) -> Agent | None:
    row = await tx.first(_BY_ID, {"agent_id": agent_id})
    return None if row is None else from_row(row)


async def active(tx: Transaction) -> list[Agent]:
    """Return everyone who works at the desk."""
    return [from_row(row) for row in await tx.all(select(agents).where(agents.c.is_active).order_by(agents.c.id))]


async def enlist(
    tx: Transaction, *, telegram_id: int, name: str, username: str | None, role: Role, language: str, now: datetime
) -> Agent:
    """Make someone an agent, or give a known one this role (never a lower one than they have)."""
    row = await tx.first(select(agents).where(agents.c.telegram_id == telegram_id).with_for_update())
    if row is None:
        values = {
            "telegram_id": telegram_id,
            "name": name,
            "username": username,
            "role": role,
            "language": language,
            "created_at": now,
        }
        row = await tx.first(insert(agents).returning(agents), values)
    else:
        kept = row.role if row.is_active and row.role.covers(role) else role
        row = await tx.first(
            update(agents).where(agents.c.id == row.id).values(role=kept, is_active=True).returning(agents)
        )
    assert row is not None  # noqa: S101 - RETURNING gives the row or raises
    return from_row(row)


async def change(tx: Transaction, agent_id: int, **values: object) -> None:
    """Set columns of one agent."""
    await tx.execute(update(agents).where(agents.c.id == agent_id).values(**values))


async def add_invitation(
    tx: Transaction, *, token_hash: str, role: Role, created_by: int, now: datetime, expires_at: datetime
) -> None:
    await tx.execute(
        insert(invitations),
        {
            "token_hash": token_hash,
            "role": role,
            "created_by": created_by,
            "created_at": now,
            "expires_at": expires_at,
        },
    )


async def use_invitation(tx: Transaction, token_hash: str, now: datetime) -> Role:
    """Use an invitation up, whoever is first, and return the role it gives; raises :class:`InvitationInvalid`."""
    row = await tx.first(
        update(invitations)
        .where(invitations.c.token_hash == token_hash, invitations.c.used_at.is_(None), invitations.c.expires_at > now)
        .values(used_at=now)
        .returning(invitations.c.role)
    )
    if row is None:
        raise InvitationInvalid
    role: Role = row.role
    return role


async def note_invited(tx: Transaction, token_hash: str, agent_id: int) -> None:
    """Write down who used the invitation."""
    await tx.execute(update(invitations).where(invitations.c.token_hash == token_hash).values(used_by=agent_id))


async def by_telegram_id(tx: Transaction, telegram_id: int) -> Agent | None:
    """Return who works, or once worked, at the desk with this Telegram account."""
    row = await tx.first(select(agents).where(agents.c.telegram_id == telegram_id))
    return None if row is None else from_row(row)

"""Customers and the identities they are known by (Telegram, phone, email)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from bot.database import BigId, EnumText, UtcDateTime, metadata
from bot.transactions import Transaction


class IdentityKind(StrEnum):
    TELEGRAM = "telegram"
    PHONE = "phone"
    EMAIL = "email"


customers = Table(
    "customers",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("first_name", Text, nullable=False),
    Column("last_name", Text),
    Column("username", Text),
    Column("language", String(8), nullable=False),
    Column("active_ticket_id", BigId, ForeignKey("tickets.id", use_alter=True)),
    Column("dialog", Text),  # what we wait for from this person, e.g. the text of a new ticket
    Column("blocked_at", UtcDateTime),  # since when they block the bot
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "username"),
)

identities = Table(
    "identities",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("customer_id", BigId, ForeignKey("customers.id"), nullable=False, index=True),
    Column("kind", EnumText(IdentityKind), nullable=False),
    Column("value", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("kind", "value"),
)


@dataclass(frozen=True, slots=True)
class Customer:
    """One customer; ``telegram_id`` is None for someone we know by phone or email only."""

    id: int
    first_name: str
    last_name: str | None
    username: str | None
    language: str
    active_ticket_id: int | None
    dialog: str | None
    blocked_at: datetime | None
    created_at: datetime
    telegram_id: int | None = None

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}" if self.last_name else self.first_name


def from_row(row: Row[tuple[object, ...]], telegram_id: int | None = None) -> Customer:
    values = {column.name: getattr(row, column.name) for column in customers.c}
    return Customer(**values, telegram_id=telegram_id)


_BY_IDENTITY = (
    select(customers)
    .join(identities, identities.c.customer_id == customers.c.id)
    .where(identities.c.kind == bindparam("kind"), identities.c.value == bindparam("value"))
)
_BY_IDENTITY_LOCKED = _BY_IDENTITY.with_for_update(of=customers)


async def by_telegram_id(tx: Transaction, telegram_id: int, *, lock: bool = False) -> Customer | None:
    """Return the customer who writes from this Telegram account; ``lock`` serialises all work on them."""
    statement = _BY_IDENTITY_LOCKED if lock else _BY_IDENTITY
    row = await tx.first(statement, {"kind": IdentityKind.TELEGRAM, "value": str(telegram_id)})
    return None if row is None else from_row(row, telegram_id)


_BY_ID = select(customers).where(customers.c.id == bindparam("customer_id"))
_BY_ID_LOCKED = _BY_ID.with_for_update()
_IDENTITIES = select(identities.c.kind, identities.c.value).where(identities.c.customer_id == bindparam("customer_id"))


async def by_id(tx: Transaction, customer_id: int, *, lock: bool = False) -> Customer | None:
    """Return the customer numbered ``customer_id``, with their Telegram id if they have one."""
    row = await tx.first(_BY_ID_LOCKED if lock else _BY_ID, {"customer_id": customer_id})
    if row is None:
        return None
    known = dict(await identities_of(tx, customer_id))
    telegram = known.get(IdentityKind.TELEGRAM)
    return from_row(row, int(telegram) if telegram else None)


async def identities_of(tx: Transaction, customer_id: int) -> Sequence[tuple[IdentityKind, str]]:
    """Return every (kind, value) that this customer is known by."""
    return [(row.kind, row.value) for row in await tx.all(_IDENTITIES, {"customer_id": customer_id})]


async def create(
    tx: Transaction,
    *,
    telegram_id: int,
    first_name: str,
    last_name: str | None,
    username: str | None,
    language: str,
    now: datetime,
) -> Customer:
    """Record a customer who writes for the first time."""
    row = await tx.first(
        insert(customers).returning(customers),
        {
            "first_name": first_name,
            "last_name": last_name,
            "username": username,
            "language": language,
            "created_at": now,
        },
    )
    assert row is not None  # noqa: S101 - INSERT … RETURNING gives the row or raises
    await add_identity(tx, row.id, IdentityKind.TELEGRAM, str(telegram_id), now)
    return from_row(row, telegram_id)


async def add_identity(tx: Transaction, customer_id: int, kind: IdentityKind, value: str, now: datetime) -> None:
    """Know the customer by one more identity; an identity belongs to one customer only (IntegrityError)."""
    await tx.execute(insert(identities), {"customer_id": customer_id, "kind": kind, "value": value, "created_at": now})


async def change(tx: Transaction, customer_id: int, **values: object) -> None:
    """Set columns of one customer."""
    await tx.execute(update(customers).where(customers.c.id == customer_id).values(**values))


async def by_username(tx: Transaction, username: str) -> Customer | None:
    """Return the customer with this Telegram username, in whatever case."""
    row = await tx.first(
        select(customers.c.id).where(func.lower(customers.c.username) == username.lower()).order_by(customers.c.id)
    )
    return None if row is None else await by_id(tx, row.id)


async def by_identity(tx: Transaction, kind: IdentityKind, value: str) -> list[Customer]:
    """Return who is known by this value, or by one that ends with it (a phone number without its country)."""
    rows = await tx.all(
        select(identities.c.customer_id)
        .where(
            identities.c.kind == kind, func.lower(identities.c.value).like(f"%{_escaped(value.lower())}", escape="\\")
        )
        .order_by(identities.c.customer_id)
        .limit(10)
    )
    found = [await by_id(tx, row.customer_id) for row in rows]
    return [customer for customer in found if customer is not None]


async def names(tx: Transaction, most: int) -> list[tuple[int, str]]:
    """Return (id, name) of the customers, newest first; who has a username is there with that as well."""
    rows = await tx.all(
        select(customers.c.id, customers.c.first_name, customers.c.last_name, customers.c.username)
        .order_by(customers.c.id.desc())
        .limit(most)
    )
    called = [(row.id, f"{row.first_name} {row.last_name}" if row.last_name else row.first_name) for row in rows]
    return called + [(row.id, row.username) for row in rows if row.username]


def _escaped(text: str) -> str:
    """Return ``text`` with the wildcards of LIKE taken literally."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


async def owner_of(tx: Transaction, kind: IdentityKind, value: str) -> Customer | None:
    """Return the customer who has exactly this identity, locked."""
    row = await tx.first(_BY_IDENTITY_LOCKED, {"kind": kind, "value": value})
    return None if row is None else await by_id(tx, row.id)


async def absorb(tx: Transaction, *, kept: int, gone: int) -> None:
    """Make two customers one: whatever refers to ``gone``, in any table, refers to ``kept`` from now on.

    Where a customer has one row only (their topic), that of ``gone`` stays. Columns of the two are the caller's.
    """
    for table in metadata.sorted_tables:
        for column in table.c:
            if not column.references(customers.c.id):
                continue
            if column.primary_key and await tx.first(select(column).where(column == gone)):
                await tx.execute(delete(table).where(column == kept))
            await tx.execute(update(table).where(column == gone).values({column: kept}))
    await tx.execute(delete(customers).where(customers.c.id == gone))

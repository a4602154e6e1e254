"""What we wait for from a customer, kept on their row and changed in the transaction of its cause."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from bot.crm import customers
from bot.crm.customers import Customer
from bot.transactions import Transaction

FORGOTTEN_AFTER = timedelta(hours=12)
"""A text that comes later is a new question."""


@dataclass(frozen=True, slots=True)
class TicketDialog:
    """The next message is the text of a new ticket, or goes to ticket ``number``."""

    number: int | None
    since: datetime

    def pack(self) -> str:
        return f"ticket:{self.number or ''}:{int(self.since.timestamp())}"

    @classmethod
    def unpack(cls, kept: str) -> Self | None:
        """Return the dialog that a row keeps, None for anything else."""
        kind, number, since = [*kept.split(":"), "", ""][:3]
        if kind != "ticket" or not since.isdecimal() or not (number.isdecimal() or not number):
            return None
        return cls(int(number) if number else None, datetime.fromtimestamp(int(since), UTC))


def dialog_of(customer: Customer, now: datetime) -> TicketDialog | None:
    """Return the dialog that the customer is in."""
    dialog = TicketDialog.unpack(customer.dialog) if customer.dialog else None
    return dialog if dialog is not None and now - dialog.since < FORGOTTEN_AFTER else None


async def enter(tx: Transaction, customer: Customer, number: int | None, now: datetime) -> None:
    """Wait for the text of a new ticket, or for a message to ticket ``number``."""
    await customers.change(tx, customer.id, dialog=TicketDialog(number, now).pack())


async def leave(tx: Transaction, customer: Customer) -> None:
    """Wait for nothing any more."""
    await customers.change(tx, customer.id, dialog=None)

"""The buttons that only staff may press; made by ``cards``, read by the staff handlers."""

from dataclasses import dataclass
from typing import ClassVar

from bot.desk.presses import Press


@dataclass(frozen=True, slots=True)
class StaffPress(Press):
    """A press of the desk's people; anybody else's is refused."""

    prefix: ClassVar[str] = "s"


@dataclass(frozen=True, slots=True)
class TicketPress(StaffPress):
    """Open a ticket's card."""

    prefix: ClassVar[str] = "s-ticket"
    number: int


@dataclass(frozen=True, slots=True)
class TakePress(StaffPress):
    prefix: ClassVar[str] = "s-take"
    number: int


@dataclass(frozen=True, slots=True)
class ReleasePress(StaffPress):
    """Undo a take: the ticket goes back to the queue."""

    prefix: ClassVar[str] = "s-release"
    number: int


@dataclass(frozen=True, slots=True)
class PendingPress(StaffPress):
    prefix: ClassVar[str] = "s-pending"
    number: int


@dataclass(frozen=True, slots=True)
class HoldPress(StaffPress):
    prefix: ClassVar[str] = "s-hold"
    number: int


@dataclass(frozen=True, slots=True)
class SolvePress(StaffPress):
    prefix: ClassVar[str] = "s-solve"
    number: int


@dataclass(frozen=True, slots=True)
class ReopenPress(StaffPress):
    prefix: ClassVar[str] = "s-reopen"
    number: int


@dataclass(frozen=True, slots=True)
class UnsolvePress(StaffPress):
    """Undo a solve, under the word that confirmed it."""

    prefix: ClassVar[str] = "s-unsolve"
    number: int


@dataclass(frozen=True, slots=True)
class QueuePress(StaffPress):
    """Show a page of the queue; ``view`` is a :class:`bot.crm.tickets.QueueView`."""

    prefix: ClassVar[str] = "s-queue"
    view: str
    page: int


@dataclass(frozen=True, slots=True)
class CustomerPress(StaffPress):
    """Open a customer's card."""

    prefix: ClassVar[str] = "s-customer"
    customer_id: int


@dataclass(frozen=True, slots=True)
class HistoryPress(StaffPress):
    """Show a page of a customer's timeline, page 0 being the newest."""

    prefix: ClassVar[str] = "s-history"
    customer_id: int
    page: int


@dataclass(frozen=True, slots=True)
class RemovePress(StaffPress):
    """Remove a person from the staff; ``is_sure`` is 1 on the second tap."""

    prefix: ClassVar[str] = "s-remove"
    agent_id: int
    is_sure: int


@dataclass(frozen=True, slots=True)
class StaffLanguagePress(StaffPress):
    prefix: ClassVar[str] = "s-language"
    language: str


@dataclass(frozen=True, slots=True)
class NotSolvedPress(Press):
    """A customer says that the ticket we call solved is not."""

    prefix: ClassVar[str] = "notsolved"
    number: int

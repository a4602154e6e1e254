"""What happens to tickets: opened, written on, answered, taken, put aside, solved, reopened.

Called by the customer's verbs, by ``replying`` and by the staff handlers, inside their transaction. Every verb writes
the ticket's event and, where an agent acted, the audit trail, and draws the desk's card anew. An unsolved ticket is its
customer's active one; solving it leaves the customer without.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.crm import agents, audit, communications, customers, tickets
from bot.crm.agents import Agent
from bot.crm.communications import Direction, Kind
from bot.crm.customers import Customer
from bot.crm.tickets import EventKind, Ticket, TicketAlreadyTaken, TicketState
from bot.desk import relaying
from bot.desk.presses import Button
from bot.desk.speech import shorten
from bot.desk.staff_presses import NotSolvedPress
from bot.desk.timeline import say
from bot.errors import KefuError
from bot.texts import translator
from bot.transactions import Transaction

MAX_SUBJECT = 120


class TicketSolvedBefore(KefuError):
    """Somebody solved the ticket already: who (None: the customer or the bot) and when."""

    def __init__(self, number: int, name: str | None, at: datetime | None) -> None:
        super().__init__(f"ticket #{number} was solved by {name} at {at}")
        self.number, self.name, self.at = number, name, at


class TicketNotTaken(KefuError):
    """An agent cannot give back a ticket that is not theirs."""

    def __init__(self, number: int) -> None:
        super().__init__(f"ticket #{number} is not this agent's")
        self.number = number


async def open_ticket(
    tx: Transaction,
    customer: Customer,
    subject: str,
    *,
    previous_ticket_id: int | None = None,
    assignee: Agent | None = None,
    now: datetime,
) -> Ticket:
    """Open a ticket, make it the customer's active one and announce it at the desk.

    The caller has recorded the communication that caused it before, so that the card shows it.
    """
    ticket = await tickets.create(
        tx,
        customer_id=customer.id,
        subject=shorten(" ".join(subject.split()) or "…", MAX_SUBJECT),
        previous_ticket_id=previous_ticket_id,
        now=now,
    )
    if assignee is not None:
        ticket = await _give(tx, ticket, assignee, EventKind.TAKEN, assignee, now)
    await customers.change(tx, customer.id, active_ticket_id=ticket.id)
    await relaying.announce(tx, customer, ticket, now=now)
    return ticket


async def reopen(tx: Transaction, ticket: Ticket, *, now: datetime, agent: Agent | None) -> Ticket:
    """Open a ticket again: by an agent, or (``agent`` None) because the customer wants more."""
    waiting_since = ticket.waiting_since or (now if agent is None else None)
    ticket = await _move(tx, ticket, TicketState.OPEN, agent, now, wake_at=None, waiting_since=waiting_since)
    await customers.change(tx, ticket.customer_id, active_ticket_id=ticket.id)
    await relaying.refresh(tx, ticket, now=now)
    return ticket


async def reopen_again(tx: Transaction, number: int, agent: Agent, *, now: datetime) -> Ticket:
    """An agent opens a ticket again, whatever it waited for; the customer hears of it if it was called solved."""
    before = await _locked(tx, number)
    ticket = await reopen(tx, before, now=now, agent=agent)
    customer = await customers.by_id(tx, ticket.customer_id)
    if customer is not None and not before.is_unsolved:
        t = translator(customer.language)
        await say(
            tx, customer, t("We have opened your ticket #{number} again.", number=number), now=now, ticket_id=number
        )
    return ticket


async def customer_wrote(tx: Transaction, ticket: Ticket, *, now: datetime) -> Ticket:
    """A customer's message came on this ticket: it is open (again) and waits for us."""
    if ticket.state not in (TicketState.NEW, TicketState.OPEN):
        return await reopen(tx, ticket, now=now, agent=None)
    if ticket.waiting_since is not None:
        return ticket
    await tickets.change(tx, ticket.id, waiting_since=now)
    return replace(ticket, waiting_since=now)


async def agent_replied(tx: Transaction, ticket: Ticket, agent: Agent, *, now: datetime) -> Ticket:
    """An agent answered the customer: the wait is over; a new ticket is open, and theirs if nobody had it."""
    before = ticket
    if ticket.assignee_id is None:
        ticket = await _give(tx, ticket, agent, EventKind.TAKEN, agent, now)
    elif ticket.state is TicketState.NEW:
        ticket = await _move(tx, ticket, TicketState.OPEN, agent, now)
    values: dict[str, Any] = {"waiting_since": None, "first_replied_at": ticket.first_replied_at or now}
    await tickets.change(tx, ticket.id, **values)
    await tickets.add_event(tx, ticket.id, EventKind.REPLIED, now=now, agent_id=agent.id)
    ticket = replace(ticket, **values)
    if (before.state, before.assignee_id) != (ticket.state, ticket.assignee_id):
        await relaying.refresh(tx, ticket, now=now)
    return ticket


async def take(tx: Transaction, number: int, agent: Agent, *, now: datetime) -> Ticket:
    """Make a ticket that nobody has this agent's; of two at the same instant one has it.

    Raises:
        TicketUnknown, TicketAlreadyTaken (also when it is theirs already), TicketSolvedBefore.
    """
    await _locked(tx, number)
    taken = await tickets.take(tx, number, agent.id)
    if taken is None:
        ticket = await tickets.by_id(tx, number)
        if not ticket.is_unsolved:
            raise await _solved_before(tx, ticket)
        holder = ticket.assignee_id or 0
        raise TicketAlreadyTaken(number, holder, await relaying.name_of(tx, holder) or "")
    ticket = await _give(tx, taken, agent, EventKind.TAKEN, agent, now)
    await relaying.refresh(tx, ticket, now=now)
    return ticket


async def release(tx: Transaction, number: int, agent: Agent, *, now: datetime) -> Ticket:
    """Give one's own ticket back to the queue; raises :class:`TicketNotTaken` when it is not theirs."""
    ticket = await _locked(tx, number)
    if ticket.assignee_id != agent.id or not ticket.is_unsolved:
        raise TicketNotTaken(number)
    await tickets.change(tx, number, assignee_id=None)
    await tickets.add_event(tx, number, EventKind.ASSIGNED, now=now, agent_id=agent.id)
    await _audit(tx, "ticket_released", agent, number, now)
    ticket = replace(ticket, assignee_id=None)
    await relaying.refresh(tx, ticket, now=now)
    return ticket


async def assign(tx: Transaction, number: int, target: Agent, agent: Agent, *, now: datetime) -> Ticket:
    """Give a ticket to a colleague (or oneself), whoever had it."""
    ticket = await _locked(tx, number)
    if not ticket.is_unsolved:
        raise await _solved_before(tx, ticket)
    ticket = await _give(tx, ticket, target, EventKind.ASSIGNED, agent, now)
    await relaying.refresh(tx, ticket, now=now)
    if target.id != agent.id:
        await relaying.notify_assigned(tx, ticket, target, agent, now=now)
    return ticket


async def pending(tx: Transaction, number: int, agent: Agent, *, now: datetime) -> Ticket:
    """The ticket waits for the customer."""
    return await _put_aside(tx, number, TicketState.PENDING, agent, now)


async def hold(tx: Transaction, number: int, agent: Agent, *, now: datetime) -> Ticket:
    """The ticket waits for us or for a third party."""
    return await _put_aside(tx, number, TicketState.ON_HOLD, agent, now)


async def solve(tx: Transaction, number: int, agent: Agent | None, *, now: datetime) -> Ticket:
    """Solve a ticket: by an agent, and the customer is told; or (``agent`` None) by the customer themselves.

    Raises:
        TicketUnknown, TicketSolvedBefore.
    """
    ticket = await _locked(tx, number)
    if not ticket.is_unsolved:
        raise await _solved_before(tx, ticket)
    more: dict[str, Any] = {"assignee_id": agent.id} if agent is not None and ticket.assignee_id is None else {}
    ticket = await _move(
        tx,
        ticket,
        TicketState.SOLVED,
        agent,
        now,
        solved_at=now,
        first_solved_at=ticket.first_solved_at or now,
        waiting_since=None,
        wake_at=None,
        **more,
    )
    customer = await customers.by_id(tx, ticket.customer_id)
    if customer is not None and customer.active_ticket_id == number:
        await customers.change(tx, customer.id, active_ticket_id=None)
    if customer is not None and agent is not None:
        await _tell_solved(tx, customer, ticket, now)
    await relaying.refresh(tx, ticket, now=now)
    return ticket


async def close(tx: Transaction, ticket: Ticket, *, now: datetime, agent: Agent | None = None) -> Ticket:
    """Close a solved ticket for good; what the customer writes later is a new one."""
    ticket = await _move(tx, ticket, TicketState.CLOSED, agent, now, closed_at=now)
    await relaying.refresh(tx, ticket, now=now)
    return ticket


async def note(tx: Transaction, number: int, agent: Agent, text: str, *, now: datetime) -> int:
    """Put an internal note on a ticket and return its communication; the customer never sees it."""
    ticket = await tickets.by_id(tx, number)
    noted = await communications.record(
        tx,
        customer_id=ticket.customer_id,
        direction=Direction.INTERNAL,
        kind=Kind.NOTE,
        text=text,
        created_at=now,
        ticket_id=number,
        agent_id=agent.id,
    )
    await tickets.add_event(tx, number, EventKind.NOTED, now=now, agent_id=agent.id)
    await _audit(tx, "ticket_noted", agent, number, now)
    return noted


async def _locked(tx: Transaction, number: int) -> Ticket:
    """Return a ticket with its customer's row locked first, as all work on one customer is done."""
    ticket = await tickets.by_id(tx, number)
    await customers.by_id(tx, ticket.customer_id, lock=True)
    return await tickets.by_id(tx, number)


async def _put_aside(tx: Transaction, number: int, state: TicketState, agent: Agent, now: datetime) -> Ticket:
    ticket = await _move(tx, await _locked(tx, number), state, agent, now)
    await relaying.refresh(tx, ticket, now=now)
    return ticket


async def _move(
    tx: Transaction, ticket: Ticket, state: TicketState, agent: Agent | None, now: datetime, **values: Any
) -> Ticket:
    """Change a ticket's state by the table of transitions, with further columns."""
    tickets.check_transition(ticket, state)
    await tickets.change(tx, ticket.id, state=state, **values)
    await tickets.add_event(
        tx,
        ticket.id,
        EventKind.STATE,
        now=now,
        agent_id=None if agent is None else agent.id,
        from_state=ticket.state,
        to_state=state,
    )
    await _audit(tx, f"ticket_{state}", agent, ticket.id, now)
    return replace(ticket, state=state, **values)


async def _give(tx: Transaction, ticket: Ticket, target: Agent, kind: EventKind, agent: Agent, now: datetime) -> Ticket:
    """Set whose the ticket is; a new one is open from then on."""
    state = TicketState.OPEN if ticket.state is TicketState.NEW else ticket.state
    await tickets.change(tx, ticket.id, assignee_id=target.id, state=state)
    states = {"from_state": ticket.state, "to_state": state}
    await tickets.add_event(tx, ticket.id, kind, now=now, agent_id=agent.id, detail=str(target.id), **states)
    await _audit(tx, f"ticket_{kind}", agent, ticket.id, now, detail=f"to agent {target.id}")
    return replace(ticket, assignee_id=target.id, state=state)


async def _audit(
    tx: Transaction, action: str, agent: Agent | None, number: int, now: datetime, detail: str | None = None
) -> None:
    if agent is not None:
        await audit.record(tx, action, now=now, agent_id=agent.id, subject=f"ticket {number}", detail=detail)


async def _tell_solved(tx: Transaction, customer: Customer, ticket: Ticket, now: datetime) -> None:
    t = translator(customer.language)
    await say(
        tx,
        customer,
        t("✅ We have marked your ticket #{number} as solved. If something is missing, tell us.", number=ticket.id),
        now=now,
        buttons=[[Button(t("Not solved: reopen"), NotSolvedPress(ticket.id))]],
        ticket_id=ticket.id,
    )


async def _solved_before(tx: Transaction, ticket: Ticket) -> TicketSolvedBefore:
    solved = await tickets.last_solved(tx, ticket.id)
    solver = None if solved is None or solved.agent_id is None else await agents.by_id(tx, solved.agent_id)
    return TicketSolvedBefore(ticket.id, solver.name if solver else None, ticket.solved_at)

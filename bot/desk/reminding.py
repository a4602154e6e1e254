"""What happens to reminders: set, told when they fall due, done, snoozed, cancelled.

Called by the handlers of ``/remind`` and ``/reminders`` and, every second, by the clock (:func:`fire_due`). The rows
are the schedule: whoever claims a due one tells it, so it is told once, and what fell due while nobody looked is told
late. Done, snooze and cancel leave a reminder that is settled already as it is, so a second press changes nothing.
"""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog

from bot.crm import agents, customers, reminders, tickets
from bot.crm.agents import Agent, Role
from bot.crm.outbox import SendPriority
from bot.crm.reminders import Reminder, ReminderState
from bot.desk.reminder_screens import Subject, fired_screen
from bot.desk.speech import tell, utf16_length
from bot.desk.zones import zone_of
from bot.errors import KefuError
from bot.texts import translator
from bot.transactions import Transaction

log = structlog.get_logger()

MAX_TEXT = 1000
"""The longest reminder, in UTF-16 units: it is read on a phone, under its own buttons."""


class ReminderEmpty(KefuError):
    """A reminder names neither a ticket or customer nor what is to be done."""


class ReminderTooLong(KefuError):
    """The text of a reminder is over :data:`MAX_TEXT`."""


class ReminderUnknown(KefuError):
    """There is no such reminder."""


class ReminderNotYours(KefuError):
    """The reminder is another agent's."""


async def add(
    tx: Transaction,
    agent: Agent,
    text: str,
    due_at: datetime,
    *,
    now: datetime,
    ticket_id: int | None = None,
    customer_id: int | None = None,
) -> Reminder:
    """Remind the agent at ``due_at``; a reminder about a ticket or a customer needs no text.

    Raises:
        ReminderEmpty, ReminderTooLong, TicketUnknown.
    """
    if utf16_length(text) > MAX_TEXT:
        raise ReminderTooLong
    if ticket_id is not None:
        customer_id = (await tickets.by_id(tx, ticket_id)).customer_id
    if not text and customer_id is None:
        raise ReminderEmpty
    return await reminders.create(
        tx, agent_id=agent.id, text=text, due_at=due_at, now=now, ticket_id=ticket_id, customer_id=customer_id
    )


async def fire_due(tx: Transaction, desk_zone: ZoneInfo, now: datetime) -> int:
    """Tell what is due to the agents it is for, in private, and return how many reminders that were.

    What was for somebody who has left the desk goes to the owners.
    """
    due = await reminders.claim_due(tx, now)
    staff = {agent.id: agent for agent in await agents.active(tx)} if due else {}
    for reminder in due:
        await _tell_due(tx, reminder, staff, desk_zone, now)
    return len(due)


async def _tell_due(
    tx: Transaction, reminder: Reminder, staff: dict[int, Agent], desk_zone: ZoneInfo, now: datetime
) -> None:
    about = await subject_of(tx, reminder)
    agent = staff.get(reminder.agent_id)
    if agent is None:
        hearers = [other for other in staff.values() if other.role is Role.OWNER]
        gone = await agents.by_id(tx, reminder.agent_id)
        about = replace(about, was_for=gone.name if gone else None)
        log.info("reminder goes to the owners", reminder=reminder.id, owners=len(hearers))
    else:
        hearers = [agent]
    for hearer in hearers:
        screen = fired_screen(translator(hearer.language), reminder, about, zone_of(hearer, desk_zone), now)
        await tell(
            tx,
            hearer.telegram_id,
            screen.text,
            now=now,
            entities=screen.entities,
            buttons=screen.buttons,
            priority=SendPriority.DESK,
        )


async def subject_of(tx: Transaction, reminder: Reminder) -> Subject:
    """Return the ticket and the customer that a reminder is about."""
    ticket = None if reminder.ticket_id is None else await tickets.by_id(tx, reminder.ticket_id)
    customer = None if reminder.customer_id is None else await customers.by_id(tx, reminder.customer_id)
    return Subject(ticket, customer)


async def done(tx: Transaction, reminder_id: int, agent: Agent, *, now: datetime) -> Reminder:
    """Tick a reminder off, before or after it was told; returns it as it now stands."""
    return await _settle(tx, reminder_id, agent, ReminderState.DONE, now)


async def cancel(tx: Transaction, reminder_id: int, agent: Agent, *, now: datetime) -> Reminder:
    """Drop a reminder; returns it as it now stands."""
    return await _settle(tx, reminder_id, agent, ReminderState.CANCELLED, now)


async def snooze(tx: Transaction, reminder_id: int, agent: Agent, until: datetime, snoozes: int) -> Reminder:
    """Put off a reminder that was told, once for each time it is told; returns it as it now stands.

    ``snoozes`` is how often it had been put off when it was told: an older message's button does nothing.
    """
    reminder = await _own(tx, reminder_id, agent)
    if reminder.state is not ReminderState.FIRED or reminder.snoozes != snoozes:
        return reminder
    return await _change(tx, reminder, state=ReminderState.PENDING, due_at=until, snoozes=snoozes + 1)


async def _settle(tx: Transaction, reminder_id: int, agent: Agent, state: ReminderState, now: datetime) -> Reminder:
    reminder = await _own(tx, reminder_id, agent)
    if not reminder.is_waiting:
        return reminder
    return await _change(tx, reminder, state=state, done_at=now)


async def _own(tx: Transaction, reminder_id: int, agent: Agent) -> Reminder:
    """Return the agent's reminder, locked; owners also have those of people who left."""
    reminder = await reminders.by_id(tx, reminder_id)
    if reminder is None:
        raise ReminderUnknown
    if reminder.agent_id != agent.id:
        other = await agents.by_id(tx, reminder.agent_id)
        if agent.role is not Role.OWNER or (other is not None and other.is_active):
            raise ReminderNotYours
    return reminder


async def _change(tx: Transaction, reminder: Reminder, **values: object) -> Reminder:
    await reminders.change(tx, reminder.id, **values)
    return replace(reminder, **values)  # type: ignore[arg-type]

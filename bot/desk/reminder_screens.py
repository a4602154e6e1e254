"""How reminders look to an agent: when set, when due, when settled, and the list of those to come.

Drawn by ``reminding`` and by the handlers that redraw a screen under a pressed button.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import ClassVar

from bot.crm.customers import Customer
from bot.crm.reminders import Reminder, ReminderState
from bot.crm.tickets import Ticket
from bot.desk.cards import MARKS
from bot.desk.presses import Button
from bot.desk.rich import Rich, Screen
from bot.desk.speech import shorten
from bot.desk.staff_presses import StaffPress, TicketPress
from bot.texts import Translator

LATE_AFTER = timedelta(minutes=2)
"""A reminder told so long after its time says when it was due."""

PAGE = 5
"""Reminders on one page of the list."""

LINE = 120
"""How much of a text the list shows, in UTF-16 units."""


@dataclass(frozen=True, slots=True)
class ReminderDonePress(StaffPress):
    prefix: ClassVar[str] = "s-rem-done"
    reminder_id: int


@dataclass(frozen=True, slots=True)
class ReminderCancelPress(StaffPress):
    prefix: ClassVar[str] = "s-rem-cancel"
    reminder_id: int


@dataclass(frozen=True, slots=True)
class SnoozePress(StaffPress):
    """Put a told reminder off: by an hour, or until ``tomorrow`` (1); ``snoozes`` tells an old message's button."""

    prefix: ClassVar[str] = "s-rem-snooze"
    reminder_id: int
    snoozes: int
    until_tomorrow: int


@dataclass(frozen=True, slots=True)
class RemindersPress(StaffPress):
    """Show a page of one's reminders, the first being 0; ``done`` or ``cancelled`` (else 0) settles one before."""

    prefix: ClassVar[str] = "s-reminders"
    agent_id: int
    page: int
    done: int
    cancelled: int


@dataclass(frozen=True, slots=True)
class Subject:
    """What a reminder is about, and whose it was when that person has left the desk."""

    ticket: Ticket | None = None
    customer: Customer | None = None
    was_for: str | None = None


def set_screen(t: Translator, reminder: Reminder, about: Subject, zone: tzinfo) -> Screen:
    """Return the echo of a new reminder: exactly when, and about what."""
    card = Rich()
    card.add(t("⏰ I will remind you on {when}", when=moment(t, reminder.due_at, zone)), "bold")
    _describe(card, reminder, about)
    return card.screen([[Button(t("✖️ Cancel"), ReminderCancelPress(reminder.id))]])


def fired_screen(t: Translator, reminder: Reminder, about: Subject, zone: tzinfo, now: datetime) -> Screen:
    """Return a reminder that is due, with what can be done about it."""
    card = Rich()
    card.add(t("⏰ Reminder"), "bold")
    if about.was_for is not None:
        card.line(t("It was for {name}, who is no longer at the desk.", name=about.was_for), "italic")
    _describe(card, reminder, about)
    if now - reminder.due_at > LATE_AFTER:
        card.line(t("It was due on {when}.", when=moment(t, reminder.due_at, zone)), "italic")
    snooze = [
        Button(t("💤 1 hour"), SnoozePress(reminder.id, reminder.snoozes, 0)),
        Button(t("💤 Tomorrow"), SnoozePress(reminder.id, reminder.snoozes, 1)),
    ]
    settle = [Button(t("✅ Done"), ReminderDonePress(reminder.id), style="success")]
    if about.ticket is not None:
        settle.append(Button(t("📂 Open #{number}", number=about.ticket.id), TicketPress(about.ticket.id)))
    return card.screen([settle, snooze])


def settled_screen(t: Translator, reminder: Reminder, about: Subject, zone: tzinfo) -> Screen:
    """Return a reminder after a press: struck through when settled, or when it will be told again."""
    card = Rich()
    card.add(outcome(t, reminder, zone), "bold")
    _describe(card, reminder, about, *(() if reminder.is_waiting else ("strikethrough",)))
    if reminder.state is ReminderState.PENDING:
        return card.screen([[Button(t("✅ Done"), ReminderDonePress(reminder.id))]])
    return card.screen()


def outcome(t: Translator, reminder: Reminder, zone: tzinfo) -> str:
    """Return in words how a reminder stands."""
    match reminder.state:
        case ReminderState.DONE:
            return t("✅ Done")
        case ReminderState.CANCELLED:
            return t("✖️ Cancelled")
        case ReminderState.PENDING:
            return t("💤 I will remind you on {when}", when=moment(t, reminder.due_at, zone))
        case ReminderState.FIRED:
            return t("⏰ Reminder")


def list_screen(
    t: Translator,
    agent_id: int,
    shown: Sequence[tuple[Reminder, Subject]],
    page: int,
    total: int,
    zone: tzinfo,
    now: datetime,
) -> Screen:
    """Return one page of an agent's reminders, those due first at the top."""
    card = Rich()
    if not total:
        return card.add(t("You have no reminders. Set one: /remind 2h call back")).screen()
    card.add(t("⏰ Your reminders ({n})", n=total), "bold")
    rows = []
    for place, (reminder, about) in enumerate(shown, start=page * PAGE + 1):
        late = " ❗" if reminder.due_at <= now else ""
        card.line().line(f"{place}. {moment(t, reminder.due_at, zone)}{late}", "bold")
        card.line(shorten(_summary(reminder, about), LINE))
        rows.append(
            [
                Button(t("✅ Done {place}", place=place), RemindersPress(agent_id, page, reminder.id, 0)),
                Button(t("✖️ Cancel {place}", place=place), RemindersPress(agent_id, page, 0, reminder.id)),
            ]
        )
    return card.screen([*rows, *_pager(agent_id, page, total)])


def moment(t: Translator, at: datetime, zone: tzinfo) -> str:
    """Return day and clock in words, exactly, in the reader's zone."""
    return t.moment(at, zone, t("EEEE d MMMM y, HH:mm"))


def _describe(card: Rich, reminder: Reminder, about: Subject, *styles: str) -> None:
    if reminder.text:
        card.line(reminder.text, *styles)
    line = subject_line(about)
    if line:
        card.line(line)


def subject_line(about: Subject) -> str:
    """Return the ticket's line of its card, or the customer's name."""
    name = about.customer.name if about.customer else ""
    if about.ticket is None:
        return f"👤 {name}" if name else ""
    return f"{MARKS[about.ticket.state]} #{about.ticket.id} · {name}: {about.ticket.subject}"


def _summary(reminder: Reminder, about: Subject) -> str:
    number = f"#{about.ticket.id}" if about.ticket else ""
    name = about.customer.name if about.customer else ""
    return " · ".join(part for part in (" ".join(reminder.text.split()), number, name) if part)


def _pager(agent_id: int, page: int, total: int) -> list[list[Button]]:
    row = []
    if page > 0:
        row.append(Button("‹", RemindersPress(agent_id, page - 1, 0, 0)))
    if (page + 1) * PAGE < total:
        row.append(Button("›", RemindersPress(agent_id, page + 1, 0, 0)))
    return [row] if row else []

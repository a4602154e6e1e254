"""Lists and pages that staff read: the queue, a customer's card, their timeline, the staff. Drawn for the handlers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from bot.crm.agents import Agent, Role
from bot.crm.communications import Communication, Direction
from bot.crm.customers import Customer, IdentityKind
from bot.crm.queues import QueueView, is_overdue
from bot.crm.tickets import Ticket, TicketEvent, TicketState
from bot.desk.cards import MARKS, STATE_WORDS, speaker, words
from bot.desk.presses import Button
from bot.desk.rich import Rich, Screen
from bot.desk.speech import shorten
from bot.desk.staff_presses import CustomerPress, HistoryPress, QueuePress, RemovePress, TicketPress
from bot.texts import LANGUAGES, N_, Translator

PAGE = 8
"""Entries on one page of the queue, and messages on one of the timeline."""

MAX_LABEL = 48
MAX_MESSAGE = 320
MAX_VERSION = 160
MAX_VERSIONS = 3

VIEW_WORDS = {
    QueueView.ALL: N_("All"),
    QueueView.MINE: N_("Mine"),
    QueueView.UNASSIGNED: N_("Unassigned"),
    QueueView.OVERDUE: N_("Overdue"),
}

ROLE_WORDS = {Role.AGENT: N_("agent"), Role.SUPERVISOR: N_("supervisor"), Role.OWNER: N_("owner")}

IDENTITY_WORDS = {
    IdentityKind.TELEGRAM: N_("Telegram id"),
    IdentityKind.PHONE: N_("phone"),
    IdentityKind.EMAIL: N_("email"),
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A line of the queue."""

    ticket: Ticket
    customer: str
    assignee: str | None


def queue_list(
    t: Translator, view: QueueView, page: int, total: int, waiting: Sequence[Waiting], now: datetime
) -> Screen:
    """Return a page of the queue: who waits how long for what, and a button to open each."""
    listing = Rich().add(f"{t(VIEW_WORDS[view])} · {t.plural('{n} ticket', '{n} tickets', total)}", "bold")
    if not waiting:
        listing.line(t("Nobody is waiting here. 🎉"))
    for each in waiting:
        ticket = each.ticket
        listing.line().line(f"{MARKS[ticket.state]} #{ticket.id} {each.customer}", "bold")
        listing.line(shorten(ticket.subject, 80))
        listing.line(f"{waited(t, ticket, now)} · {each.assignee or t('nobody has it yet')}", "italic")
    labels = [Button(_label(each), TicketPress(each.ticket.id)) for each in waiting]
    pages = [labels[start : start + 2] for start in range(0, len(labels), 2)]
    views = [Button(t(word), QueuePress(other, 0)) for other, word in VIEW_WORDS.items() if other is not view]
    steps = []
    if page > 0:
        steps.append(Button(t("◀️ Back"), QueuePress(view, page - 1)))
    if (page + 1) * PAGE < total:
        steps.append(Button(t("More ▶️"), QueuePress(view, page + 1)))
    return listing.screen([row for row in (*pages, steps, views) if row])


def waited(t: Translator, ticket: Ticket, now: datetime) -> str:
    """Return how long a customer has been waiting for a person, in words."""
    if ticket.waiting_since is None:
        return t(STATE_WORDS[ticket.state])
    text = t("waiting {time}", time=t.duration(now - ticket.waiting_since))
    return f"⚠️ {text}" if is_overdue(ticket, now) else text


def customer_card(
    t: Translator,
    customer: Customer,
    identities: Sequence[tuple[IdentityKind, str]],
    tickets: Sequence[Ticket],
    last: Communication | None,
    zone: tzinfo,
) -> Screen:
    """Return what we know about a customer."""
    card = Rich().add(f"👤 {customer.name}", "bold").add(f" · {customer.id}")
    if customer.username:
        card.line(f"@{customer.username}")
    card.line(t("Language: {language}", language=LANGUAGES.get(customer.language, customer.language)))
    for kind, value in identities:
        card.line(f"{t(IDENTITY_WORDS[kind])}: ").add(value, "code")
    card.line(t("Customer since {date}", date=t.moment(customer.created_at, zone)))
    if customer.blocked_at is not None:
        card.line(t("🚫 Has blocked the bot since {date}", date=t.moment(customer.blocked_at, zone)))
    if last is not None:
        card.line().line(t("Last message, {date}:", date=t.moment(last.created_at, zone)), "bold")
        card.line(f"{speaker(last)} {shorten(words(t, last), MAX_MESSAGE)}")
    card.line().line(t.plural("{n} ticket", "{n} tickets", len(tickets)), "bold")
    for ticket in tickets[:PAGE]:
        card.line(f"{MARKS[ticket.state]} #{ticket.id} {shorten(ticket.subject, 80)}")
    labels = [Button(f"{MARKS[ticket.state]} #{ticket.id}", TicketPress(ticket.id)) for ticket in tickets[:PAGE]]
    rows = [labels[start : start + 4] for start in range(0, len(labels), 4)]
    return card.screen([*rows, [Button(t("📜 History"), HistoryPress(customer.id, 0))]])


@dataclass(frozen=True, slots=True)
class Remark:
    """A message of the timeline with who wrote it (an agent's name) and how it read before each edit."""

    communication: Communication
    author: str | None
    versions: Sequence[tuple[datetime, str]]


def history_page(
    t: Translator, customer: Customer, page: int, total: int, remarks: Sequence[Remark], zone: tzinfo
) -> Screen:
    """Return a page of the timeline; page 0 ends with the newest message."""
    listing = Rich().add(f"📜 {customer.name} · {t.plural('{n} message', '{n} messages', total)}", "bold")
    if not remarks:
        listing.line(t("Nothing has been written yet."))
    for remark in remarks:
        _add_remark(listing, t, customer, remark, zone)
    steps = []
    if (page + 1) * PAGE < total:
        steps.append(Button(t("◀️ Older"), HistoryPress(customer.id, page + 1)))
    if page > 0:
        steps.append(Button(t("Newer ▶️"), HistoryPress(customer.id, page - 1)))
    return listing.screen([row for row in (steps, [Button(f"👤 {customer.name}", CustomerPress(customer.id))]) if row])


def _add_remark(listing: Rich, t: Translator, customer: Customer, remark: Remark, zone: tzinfo) -> None:
    said = remark.communication
    author = customer.name if said.direction is Direction.IN else remark.author or t("Bot")
    listing.line().line(f"{speaker(said)} {author}", "bold").add(f" · {t.moment(said.created_at, zone, 'short')}")
    if said.ticket_id is not None:
        listing.add(f" · #{said.ticket_id}")
    listing.line(shorten(words(t, said), MAX_MESSAGE))
    for _, text in remark.versions[-MAX_VERSIONS:]:
        listing.line(t("✏️ before: {text}", text=shorten(text, MAX_VERSION)), "italic")


def ticket_story(t: Translator, events: Sequence[tuple[TicketEvent, str | None]], zone: tzinfo) -> str:
    """Return a ticket's last events, one a line, each (event, agent's name)."""
    return "\n".join(f"{t.moment(event.created_at, zone, 'short')} {_event(t, event, name)}" for event, name in events)


def _event(t: Translator, event: TicketEvent, name: str | None) -> str:
    who = name or t("customer or bot")
    if event.to_state and event.to_state != event.from_state:
        return f"{who} → {t(STATE_WORDS[TicketState(event.to_state)])}"
    return f"{who}: {t(EVENT_WORDS.get(event.kind, event.kind))}"


EVENT_WORDS: Mapping[str, str] = {
    "taken": N_("took it"),
    "assigned": N_("handed it on"),
    "replied": N_("replied"),
    "noted": N_("left a note"),
}


def staff_list(t: Translator, staff: Sequence[Agent], reader: Agent, link_removal: bool) -> Screen:
    """Return who works here; an owner gets a button to remove each of the others."""
    listing = Rich().add(t.plural("{n} person at the desk", "{n} people at the desk", len(staff)), "bold")
    for agent in staff:
        handle = f" @{agent.username}" if agent.username else ""
        duty = "" if agent.is_on_duty else f" · {t('off duty')}"
        listing.line(f"{agent.name}{handle} · {t(ROLE_WORDS[agent.role])}{duty}")
    leavers = [agent for agent in staff if link_removal and agent.id != reader.id]
    return listing.screen(
        [[Button(t("Remove {name}", name=shorten(each.name, MAX_LABEL)), RemovePress(each.id, 0))] for each in leavers]
    )


def found_list(t: Translator, text: str, found: Sequence[Customer]) -> Screen:
    """Return the customers that were found, a button each."""
    listing = Rich().add(t("🔎 {text}", text=shorten(text, 100)), "bold")
    if not found:
        listing.line(t("Nobody found. Try a part of the name, a phone number, an email address, @username or #ticket."))
    for customer in found:
        handle = f" @{customer.username}" if customer.username else ""
        listing.line(f"👤 {customer.name}{handle} · {customer.id}")
    return listing.screen(
        [[Button(shorten(f"{each.name} · {each.id}", MAX_LABEL), CustomerPress(each.id))] for each in found]
    )


def _label(each: Waiting) -> str:
    return shorten(f"{MARKS[each.ticket.state]} #{each.ticket.id} {each.customer}", MAX_LABEL)

"""Cards: how a ticket looks to staff, and in words what each state and message kind is. Drawn by the desk's verbs."""

from collections.abc import Sequence

from bot.crm.communications import Communication, Direction, Kind
from bot.crm.customers import Customer
from bot.crm.tickets import Ticket, TicketState
from bot.desk.presses import Button
from bot.desk.rich import Rich, Screen
from bot.desk.speech import shorten
from bot.desk.staff_presses import HistoryPress, HoldPress, PendingPress, ReopenPress, SolvePress, TakePress
from bot.texts import N_, Translator

MARKS = {
    TicketState.NEW: "🆕",
    TicketState.OPEN: "📬",
    TicketState.PENDING: "⏳",
    TicketState.ON_HOLD: "⏸",
    TicketState.SOLVED: "✅",
    TicketState.CLOSED: "🔒",
}

STATE_WORDS = {
    TicketState.NEW: N_("new"),
    TicketState.OPEN: N_("open"),
    TicketState.PENDING: N_("waiting for the customer"),
    TicketState.ON_HOLD: N_("on hold"),
    TicketState.SOLVED: N_("solved"),
    TicketState.CLOSED: N_("closed"),
}

KIND_WORDS = {
    Kind.PHOTO: N_("photo"),
    Kind.VIDEO: N_("video"),
    Kind.ANIMATION: N_("animation"),
    Kind.DOCUMENT: N_("file"),
    Kind.AUDIO: N_("audio"),
    Kind.VOICE: N_("voice message"),
    Kind.VIDEO_NOTE: N_("video message"),
    Kind.STICKER: N_("sticker"),
    Kind.LOCATION: N_("location"),
    Kind.CONTACT: N_("contact"),
    Kind.OTHER: N_("message"),
}

LINE = 200
"""How much of one message a card shows, in UTF-16 units."""


def ticket_card(
    t: Translator, ticket: Ticket, customer: Customer, assignee: str | None, recent: Sequence[Communication]
) -> Screen:
    """Return a ticket's card: whose, what about, how it stands, the last words, and what can be done."""
    card = Rich()
    card.add(f"{MARKS[ticket.state]} #{ticket.id} · {customer.name}", "bold")
    card.line(ticket.subject)
    card.line(f"{t(STATE_WORDS[ticket.state])} · {assignee or t('nobody has it yet')}", "italic")
    if customer.blocked_at is not None:
        card.line(t("🚫 has blocked the bot"))
    if ticket.previous_ticket_id is not None:
        card.line(t("follows #{number}", number=ticket.previous_ticket_id))
    if recent:
        card.line()
    for communication in recent:
        line = " ".join(words(t, communication).split())
        card.line(f"{speaker(communication)} {shorten(line, LINE)}")
    return card.screen(ticket_buttons(t, ticket))


def ticket_buttons(t: Translator, ticket: Ticket) -> list[list[Button]]:
    """Return what may be done with a ticket in its state."""
    history = Button(t("📜 History"), HistoryPress(ticket.customer_id, 0))
    if ticket.state is TicketState.CLOSED:
        return [[history]]
    if ticket.state is TicketState.SOLVED:
        return [[Button(t("↩️ Reopen"), ReopenPress(ticket.id)), history]]
    first = [] if ticket.assignee_id else [Button(t("✋ Take"), TakePress(ticket.id), style="primary")]
    second = []
    if ticket.state is not TicketState.PENDING:
        second.append(Button(t("⏳ Pending"), PendingPress(ticket.id)))
    if ticket.state is not TicketState.ON_HOLD:
        second.append(Button(t("⏸ Hold"), HoldPress(ticket.id)))
    if ticket.state in (TicketState.PENDING, TicketState.ON_HOLD):
        second.append(Button(t("↩️ Reopen"), ReopenPress(ticket.id)))
    return [[*first, Button(t("✅ Solve"), SolvePress(ticket.id), style="success")], [*second, history]]


def speaker(communication: Communication) -> str:
    """Return the mark of who said it: the customer, a colleague, the bot, or a note between colleagues."""
    if communication.direction is Direction.IN:
        return "👤"
    if communication.direction is Direction.INTERNAL:
        return "📝"
    return "🤖" if communication.agent_id is None else "💬"


def words(t: Translator, communication: Communication) -> str:
    """Return a message in words: its text, or what it is made of."""
    kind = KIND_WORDS.get(communication.kind)
    if kind is None:
        return communication.text
    return f"[{t(kind)}] {communication.text}".rstrip()

"""What agents write: replies that reach the customer, edits of them, and notes that never do.

Called by the staff handlers for plain messages in a customer's topic and for replies in an agent's private chat. The
message in the agent's chat is remembered as a copy of the communication, so that edits and quotes map both ways.
"""

from datetime import datetime

from bot.crm import agents, audit, communications, customers, outbox, tickets
from bot.crm.agents import Agent
from bot.crm.communications import CARD, Communication, Direction, Kind
from bot.crm.customers import Customer
from bot.crm.outbox import SendPriority
from bot.crm.tickets import EventKind, Ticket
from bot.desk import copying, relaying, ticketing
from bot.desk.copying import Header
from bot.desk.handover import last_ticket, was_just_solved
from bot.desk.incoming import Incoming
from bot.desk.speech import tell
from bot.errors import KefuError
from bot.transactions import Transaction

NOTE_MARK = "//"
"""What a message between colleagues starts with."""

NOTED = "✍"
SENT = "👍"


class CustomerUnknown(KefuError):
    """There is no such customer."""

    def __init__(self, wanted: str) -> None:
        super().__init__(f"there is no customer {wanted!r}")
        self.wanted = wanted


class CustomerUnreachable(KefuError):
    """The customer has no Telegram account that we know of."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} has no Telegram account")
        self.name = name


class ReplyAlreadySent(KefuError):
    """What reached the customer cannot be made a note by editing it."""


def is_note(heard: Incoming) -> bool:
    """Whether a message is meant for colleagues only."""
    return heard.text.lstrip().startswith(NOTE_MARK)


async def write(
    tx: Transaction,
    agent: Agent,
    heard: Incoming,
    customer_id: int,
    quoted: Communication | None,
    *,
    reopen_days: int,
    now: datetime,
) -> None:
    """Take an agent's words about a customer: a note, or a reply that is sent."""
    customer = await customers.by_id(tx, customer_id, lock=True)
    if customer is None:
        raise CustomerUnknown(str(customer_id))
    if is_note(heard):
        await _note(tx, agent, heard, customer, quoted, now=now)
    else:
        await _reply(tx, agent, heard, customer, quoted, reopen_days=reopen_days, now=now)


async def rewrite(tx: Transaction, agent: Agent, heard: Incoming, *, now: datetime) -> bool:
    """An agent edited their message; returns whether it was one of ours.

    Raises:
        ReplyAlreadySent: a reply was edited into a note.
    """
    before = await communications.by_copy(tx, heard.chat_id, heard.message_id)
    if before is None or before.agent_id is None or before.direction is Direction.IN:
        return False
    is_reply = before.direction is Direction.OUT
    if is_reply and is_note(heard):
        raise ReplyAlreadySent
    text = heard.text if is_reply else note_text(heard)
    if text == before.text and heard.file_id == before.file_id:
        return True
    await communications.edit(tx, before, text, heard.edited_at or now)
    if heard.file_id != before.file_id:
        await communications.change(tx, before.id, {"file_id": heard.file_id})
    if is_reply and before.chat_id is not None:
        await copying.edit(tx, before.chat_id, heard, before, now=now, priority=SendPriority.PERSON)
    for chat_id in await relaying.chats_of(tx, before.id):
        if chat_id != heard.chat_id and is_reply:
            await copying.edit(tx, chat_id, heard, before, now=now, header=_signature(agent))
    await audit.record(tx, "reply_edited", now=now, agent_id=agent.id, subject=f"communication {before.id}")
    return True


def note_text(heard: Incoming) -> str:
    """Return what a note says without its mark."""
    return heard.text.lstrip().removeprefix(NOTE_MARK).strip()


async def share_note(
    tx: Transaction, ticket: Ticket, noted: int, agent: Agent, text: str, away_from: int, *, now: datetime
) -> None:
    """Show colleagues a note that was written elsewhere than in the topic."""
    desk = await relaying.working_desk(tx)
    more = {"now": now, "priority": SendPriority.DESK, "shows": [noted], "is_copy": True}
    if desk is not None and desk.chat_id != away_from:
        await tell(tx, desk.chat_id, f"📝 {agent.name}: {text}", topic_of=ticket.customer_id, **more)  # type: ignore[arg-type]
    elif desk is None and ticket.assignee_id not in (None, agent.id):
        assignee = await agents.by_id(tx, ticket.assignee_id or 0)
        if assignee is not None:
            await tell(tx, assignee.telegram_id, f"📝 #{ticket.id} · {agent.name}: {text}", **more)  # type: ignore[arg-type]


async def _reply(
    tx: Transaction,
    agent: Agent,
    heard: Incoming,
    customer: Customer,
    quoted: Communication | None,
    *,
    reopen_days: int,
    now: datetime,
) -> None:
    if customer.telegram_id is None:
        raise CustomerUnreachable(customer.name)
    said = await _record(tx, agent, heard, customer, Direction.OUT, heard.kind, heard.text, quoted, now)
    ticket = await _ticket_for(tx, agent, heard, customer, quoted, reopen_days, now)
    await communications.change(tx, said, {"ticket_id": ticket.id})
    await copying.copy(
        tx,
        customer.telegram_id,
        heard,
        said,
        now=now,
        reply_to_id=_quoted_id(quoted),
        is_copy=False,
        priority=SendPriority.PERSON,
    )
    ticket = await ticketing.agent_replied(tx, ticket, agent, now=now)
    await _show_colleagues(tx, agent, heard, customer, said, ticket, quoted, now)
    if heard.chat_id > 0:
        await react(tx, heard, SENT, now)


async def _note(
    tx: Transaction, agent: Agent, heard: Incoming, customer: Customer, quoted: Communication | None, *, now: datetime
) -> None:
    text = note_text(heard)
    kind = Kind.NOTE if heard.is_text else heard.kind
    noted = await _record(tx, agent, heard, customer, Direction.INTERNAL, kind, text, quoted, now)
    ticket = await last_ticket(tx, customer)
    if ticket is not None:
        await communications.change(tx, noted, {"ticket_id": ticket.id})
        await tickets.add_event(tx, ticket.id, EventKind.NOTED, now=now, agent_id=agent.id)
        await share_note(tx, ticket, noted, agent, text, heard.chat_id, now=now)
    await audit.record(tx, "ticket_noted", now=now, agent_id=agent.id, subject=f"customer {customer.id}")
    await react(tx, heard, NOTED, now)


async def react(tx: Transaction, heard: Incoming, emoji: str, now: datetime) -> None:
    """Confirm a message to its writer without a word."""
    reaction = {"message_id": heard.message_id, "reaction": [{"type": "emoji", "emoji": emoji}]}
    await outbox.queue(tx, heard.chat_id, "setMessageReaction", reaction, now=now, priority=SendPriority.DESK)


async def _record(
    tx: Transaction,
    agent: Agent,
    heard: Incoming,
    customer: Customer,
    direction: Direction,
    kind: Kind,
    text: str,
    quoted: Communication | None,
    now: datetime,
) -> int:
    number = await communications.record(
        tx,
        customer_id=customer.id,
        direction=direction,
        kind=kind,
        text=text,
        created_at=now,
        chat_id=customer.telegram_id if direction is Direction.OUT else None,
        reply_to_id=_quoted_id(quoted),
        agent_id=agent.id,
        file_id=heard.file_id,
        album=heard.album,
    )
    await communications.add_copies(tx, heard.chat_id, [(heard.message_id, number)])
    return number


async def _ticket_for(
    tx: Transaction,
    agent: Agent,
    heard: Incoming,
    customer: Customer,
    quoted: Communication | None,
    reopen_days: int,
    now: datetime,
) -> Ticket:
    """Return the ticket a reply belongs to: the quoted one if unsolved, the open one, one just solved, a new one."""
    if quoted is not None and quoted.ticket_id is not None:
        ticket = await tickets.by_id(tx, quoted.ticket_id)
        if ticket.is_unsolved:
            return ticket
    last = await last_ticket(tx, customer)
    if last is not None and last.is_unsolved:
        return last
    if last is not None and was_just_solved(last, reopen_days, now):
        return await ticketing.reopen(tx, last, now=now, agent=agent)
    subject = heard.text or f"[{heard.kind}]"
    previous = last.id if last else None
    return await ticketing.open_ticket(tx, customer, subject, previous_ticket_id=previous, assignee=agent, now=now)


async def _show_colleagues(
    tx: Transaction,
    agent: Agent,
    heard: Incoming,
    customer: Customer,
    said: int,
    ticket: Ticket,
    quoted: Communication | None,
    now: datetime,
) -> None:
    """Show a reply where colleagues follow the customer, unless it was written there."""
    reply_to_id = _quoted_id(quoted)
    desk = await relaying.working_desk(tx)
    if desk is not None and heard.chat_id != desk.chat_id:
        await copying.copy(
            tx,
            desk.chat_id,
            heard,
            said,
            now=now,
            header=_signature(agent),
            reply_to_id=reply_to_id,
            topic_of=customer.id,
        )
    elif desk is None and ticket.assignee_id not in (None, agent.id):
        assignee = await agents.by_id(tx, ticket.assignee_id or 0)
        if assignee is not None:
            header = Header(f"{_signature(agent).name} → {customer.name} · #{ticket.id}")
            await copying.copy(tx, assignee.telegram_id, heard, said, now=now, header=header, reply_to_id=reply_to_id)


def _quoted_id(quoted: Communication | None) -> int | None:
    """Return what a message quotes; a ticket's card stands for its ticket, and is no message to anybody."""
    return None if quoted is None or quoted.channel == CARD else quoted.id


def _signature(agent: Agent) -> Header:
    return Header(f"💬 {agent.name}")

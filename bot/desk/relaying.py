"""The customer's words at the desk: in their topic of the bound group, else in the agents' private chats.

Called by the customer's verbs and by ``ticketing``. The desk sees copies; each remembers which communication it shows,
so that quotes, edits and answers find their way back. A group takes about twenty messages a minute, so there is
one card a ticket, which is edited as the ticket moves.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from bot.crm import agents, communications, customers, desks, outbox, tickets, timelines
from bot.crm.agents import Agent
from bot.crm.communications import CARD, Communication, Direction, Kind
from bot.crm.customers import Customer
from bot.crm.desks import Desk
from bot.crm.outbox import SendPriority
from bot.crm.tickets import Ticket
from bot.desk import copying
from bot.desk.cards import speaker, ticket_card, words
from bot.desk.copying import Header
from bot.desk.incoming import Incoming
from bot.desk.presses import Button
from bot.desk.rich import Screen
from bot.desk.speech import tell
from bot.desk.staff_presses import TicketPress
from bot.texts import Translator, translator
from bot.transactions import Transaction

CARD_SHOWS = 6
"""How many of the last messages a card shows."""

HAND_OVER_SHOWS = 10
"""How many of the last messages the taker of a ticket is sent in private."""


async def working_desk(tx: Transaction) -> Desk | None:
    """Return the bound group if the bot can work there."""
    desk = await desks.current(tx)
    return desk if desk is not None and desk.is_working else None


def header_of(customer: Customer, ticket_id: int | None) -> Header:
    """Return the line that tells, in an agent's private chat, who speaks."""
    return Header(customer.name if ticket_id is None else f"{customer.name} · #{ticket_id}")


async def relay(
    tx: Transaction, customer: Customer, heard: Incoming, communication_id: int, ticket: Ticket, *, now: datetime
) -> None:
    """Show a customer's message at the desk: in the topic, and to an assignee who works on the ticket in private.

    Without a group it goes to the assignee; of a ticket that nobody has, agents saw the card; the taker gets the rest.
    """
    quoted = None
    if heard.reply_to_message_id is not None:
        said = await communications.by_id(tx, communication_id)
        quoted = said.reply_to_id if said else None
    desk = await working_desk(tx)
    if desk is not None:
        await copying.copy(tx, desk.chat_id, heard, communication_id, now=now, reply_to_id=quoted, topic_of=customer.id)
    if ticket.assignee_id is None:
        return
    assignee = await agents.by_id(tx, ticket.assignee_id)
    if assignee is not None and (desk is None or await timelines.is_followed_in(tx, ticket.id, assignee.telegram_id)):
        header = header_of(customer, ticket.id)
        await copying.copy(
            tx, assignee.telegram_id, heard, communication_id, now=now, reply_to_id=quoted, header=header
        )


async def relay_edit(tx: Transaction, communication: Communication, heard: Incoming, *, now: datetime) -> None:
    """Change the desk's copies of a message that the customer edited."""
    customer = await customers.by_id(tx, communication.customer_id)
    if customer is None:
        return
    header = header_of(customer, communication.ticket_id)
    for chat_id in await chats_of(tx, communication.id):
        shown = header if chat_id > 0 else None
        await copying.edit(tx, chat_id, heard, communication, now=now, header=shown)
    if heard.file_id is not None and heard.file_id != communication.file_id:
        await communications.change(tx, communication.id, {"file_id": heard.file_id})


async def announce(tx: Transaction, customer: Customer, ticket: Ticket, *, now: datetime) -> None:
    """Put a ticket's card up at the desk: in the topic, else in the private chat of every agent on duty."""
    card = await _new_card(tx, ticket, now)
    recent = await timelines.recent(tx, customer.id, CARD_SHOWS)
    assignee = await name_of(tx, ticket.assignee_id)
    desk = await working_desk(tx)
    if desk is not None:
        screen = ticket_card(translator(await desk_language(tx, desk)), ticket, customer, assignee, recent)
        await post_card(tx, desk.chat_id, card, screen, now=now, topic_of=customer.id)
        return
    for agent in on_duty(await agents.active(tx)):
        screen = ticket_card(translator(agent.language), ticket, customer, assignee, recent)
        await post_card(tx, agent.telegram_id, card, screen, now=now)


async def card_for(tx: Transaction, ticket: Ticket, *, now: datetime) -> int:
    """Return the communication that stands for a ticket's card, making it where there is none."""
    return await timelines.card_of(tx, ticket.id) or await _new_card(tx, ticket, now)


async def refresh(tx: Transaction, ticket: Ticket, *, now: datetime) -> None:
    """Draw a ticket's card anew wherever it hangs, after the ticket changed."""
    card = await timelines.card_of(tx, ticket.id)
    customer = await customers.by_id(tx, ticket.customer_id)
    if card is None or customer is None:
        return
    recent = await timelines.recent(tx, customer.id, CARD_SHOWS)
    assignee = await name_of(tx, ticket.assignee_id)
    languages = await _languages(tx)
    for chat_id in await chats_of(tx, card):
        screen = ticket_card(translator(languages.get(chat_id, "en")), ticket, customer, assignee, recent)
        await outbox.queue(
            tx,
            chat_id,
            "editMessageText",
            screen.as_payload(),
            now=now,
            priority=SendPriority.DESK,
            edit_of_id=card,
        )


async def post_card(
    tx: Transaction, chat_id: int, card: int, screen: Screen, *, now: datetime, topic_of: int | None = None
) -> None:
    """Send a card to a chat, remembered so that it is edited later and a reply to it reaches the customer."""
    await outbox.queue(
        tx,
        chat_id,
        "sendMessage",
        screen.as_payload(),
        now=now,
        priority=SendPriority.DESK,
        shows=[card],
        is_copy=True,
        topic_of=topic_of,
    )


async def hand_over(tx: Transaction, ticket: Ticket, agent: Agent, *, now: datetime) -> None:
    """Send an agent who works in private the conversation so far, each message ready to be replied to."""
    customer = await customers.by_id(tx, ticket.customer_id)
    if customer is None:
        return
    header = header_of(customer, ticket.id)
    for communication in await timelines.recent(tx, customer.id, HAND_OVER_SHOWS):
        if agent.telegram_id not in await timelines.chats_showing(tx, communication.id):
            await copying.recall(tx, agent, communication, header, now=now)


async def notify_assigned(tx: Transaction, ticket: Ticket, target: Agent, giver: Agent, *, now: datetime) -> None:
    """Tell an agent in private that a colleague gave them a ticket, with its conversation where that is the desk."""
    t = translator(target.language)
    text = t(
        "📥 {name} gave you ticket #{number}: {subject}", name=giver.name, number=ticket.id, subject=ticket.subject
    )
    await tell(
        tx,
        target.telegram_id,
        text,
        now=now,
        priority=SendPriority.DESK,
        buttons=[[Button(t("Open"), TicketPress(ticket.id))]],
    )
    if await working_desk(tx) is None:
        await hand_over(tx, ticket, target, now=now)


async def rescue(tx: Transaction, communication_ids: Sequence[int], *, now: datetime) -> None:
    """The group did not take copies of these any more: show them in the private chats where work goes on."""
    for number in communication_ids:
        shown = await communications.by_id(tx, number)
        if shown is None or shown.ticket_id is None or shown.direction is Direction.OUT:
            continue
        ticket = await tickets.by_id(tx, shown.ticket_id)
        customer = await customers.by_id(tx, shown.customer_id)
        assignee = None if ticket.assignee_id is None else await agents.by_id(tx, ticket.assignee_id)
        if customer is None or not ticket.is_unsolved:
            continue
        if shown.channel == CARD and assignee is None:
            await announce(tx, customer, ticket, now=now)
        elif shown.channel != CARD and assignee is not None:
            await copying.recall(tx, assignee, shown, header_of(customer, ticket.id), now=now)


async def retell(
    tx: Transaction, chat_id: int, communication_ids: Sequence[int], *, topic_of: int | None, now: datetime
) -> None:
    """Telegram would not copy these into a chat of the desk (deleted meanwhile, or of a kind that it copies for
    nobody): say there in words what they were.
    """
    t = translator((await _languages(tx)).get(chat_id, "en"))
    for number in communication_ids:
        shown = await communications.by_id(tx, number)
        customer = None if shown is None else await customers.by_id(tx, shown.customer_id)
        if shown is None or customer is None:
            continue
        lines = [
            f"{speaker(shown)} {header_of(customer, shown.ticket_id).name}",
            words(t, shown),
            t("(I could not copy the message itself.)"),
        ]
        await tell(
            tx,
            chat_id,
            "\n".join(lines),
            now=now,
            priority=SendPriority.DESK,
            topic_of=topic_of,
            shows=[number],
            is_copy=True,
        )


async def tell_desk(
    tx: Transaction, customer: Customer, ticket: Ticket, screen_for: Callable[[Translator], Screen], *, now: datetime
) -> None:
    """Say something about a customer at the desk: in their topic, else to the assignee, else to those on duty."""
    desk = await working_desk(tx)
    if desk is not None:
        screen = screen_for(translator(await desk_language(tx, desk)))
        await outbox.queue(
            tx,
            desk.chat_id,
            "sendMessage",
            screen.as_payload(),
            now=now,
            priority=SendPriority.DESK,
            topic_of=customer.id,
        )
        return
    staff = await agents.active(tx)
    for agent in [each for each in staff if each.id == ticket.assignee_id] or on_duty(staff):
        screen = screen_for(translator(agent.language))
        await outbox.queue(
            tx, agent.telegram_id, "sendMessage", screen.as_payload(), now=now, priority=SendPriority.DESK
        )


async def chats_of(tx: Transaction, communication_id: int) -> list[int]:
    """Return the desk's chats that show a communication, or will in a moment."""
    shown = await timelines.chats_showing(tx, communication_id)
    return [*shown, *(chat for chat in await outbox.chats_awaiting(tx, communication_id) if chat not in shown)]


async def name_of(tx: Transaction, agent_id: int | None) -> str | None:
    """Return an agent's name."""
    agent = None if agent_id is None else await agents.by_id(tx, agent_id)
    return None if agent is None else agent.name


def on_duty(people: Sequence[Agent]) -> list[Agent]:
    """Return who hears of a new ticket: those on duty, else everyone, for somebody must."""
    return [agent for agent in people if agent.is_on_duty] or list(people)


async def desk_language(tx: Transaction, desk: Desk) -> str:
    """Return the language of the group: that of whoever made it the desk."""
    binder = await agents.by_id(tx, desk.bound_by)
    return binder.language if binder is not None else "en"


async def _languages(tx: Transaction) -> dict[int, str]:
    """Return the language of every chat of the desk."""
    languages = {agent.telegram_id: agent.language for agent in await agents.active(tx)}
    desk = await desks.current(tx)
    if desk is not None:
        languages[desk.chat_id] = await desk_language(tx, desk)
    return languages


async def _new_card(tx: Transaction, ticket: Ticket, now: datetime) -> int:
    return await communications.record(
        tx,
        customer_id=ticket.customer_id,
        direction=Direction.INTERNAL,
        kind=Kind.NOTE,
        text="",
        created_at=now,
        channel=CARD,
        ticket_id=ticket.id,
    )

"""The queue and a ticket's card: /queue, /ticket, and the buttons that page and open."""

from datetime import datetime

from aiogram import Bot, Router
from aiogram.types import CallbackQuery, Message

from bot.crm import customers, queues, tickets, timelines
from bot.crm.agents import Agent
from bot.crm.queues import QueueView
from bot.crm.tickets import Ticket
from bot.desk import relaying
from bot.desk.cards import ticket_card
from bot.desk.listings import PAGE, Waiting, queue_list, ticket_story
from bot.desk.rich import Rich, Screen
from bot.desk.staff_presses import QueuePress, TicketPress
from bot.desk.zones import zone_of
from bot.handlers import screens
from bot.handlers.commands import Command, StaffCommand, UsageError
from bot.handlers.filters import IsAgent, Pressed
from bot.handlers.screens import Place
from bot.handlers.staff import subjects
from bot.settings import Settings
from bot.texts import translator
from bot.transactions import Begin, Transaction

router = Router(name="staff.queue")
router.callback_query.filter(IsAgent())

MAX_PAGE = 10_000
STORY = 6
"""How many of a ticket's last events its card tells when asked for."""


@router.message(StaffCommand("queue"))
async def queue(message: Message, command: Command, args: str, agent: Agent, begin: Begin, now: datetime) -> None:
    try:
        view = QueueView(args.lower() or QueueView.ALL)
    except ValueError:
        raise UsageError(command) from None
    async with begin() as tx:
        await screens.show(tx, message, await _queue_page(tx, view, 0, agent, now), now=now)


@router.callback_query(Pressed(QueuePress))
async def turn_queue(
    query: CallbackQuery, press: QueuePress, agent: Agent, begin: Begin, bot: Bot, now: datetime
) -> None:
    view = QueueView(press.view) if press.view in set(QueueView) else QueueView.ALL
    page = min(max(press.page, 0), MAX_PAGE)
    async with begin() as tx:
        await screens.redraw(tx, query, await _queue_page(tx, view, page, agent, now), now=now)
    await screens.answer(bot, query)


@router.message(StaffCommand("ticket"))
async def ticket(
    message: Message, command: Command, args: str, agent: Agent, begin: Begin, settings: Settings, now: datetime
) -> None:
    async with begin() as tx:
        subject = await subjects.ticket_of(tx, message, command, args)
        if subject.rest:
            raise UsageError(command)
        await show_ticket(tx, message, await tickets.by_id(tx, subject.number), agent, settings, now)


@router.callback_query(Pressed(TicketPress))
async def open_ticket(
    query: CallbackQuery, press: TicketPress, agent: Agent, begin: Begin, settings: Settings, bot: Bot, now: datetime
) -> None:
    async with begin() as tx:
        wanted = await tickets.by_id(tx, press.number)
        if query.message is not None:
            await show_ticket(tx, query.message, wanted, agent, settings, now)
    await screens.answer(bot, query)


async def show_ticket(
    tx: Transaction, place: Place, ticket: Ticket, agent: Agent, settings: Settings, now: datetime
) -> None:
    """Send a ticket's card with its story; in private a reply to it reaches the customer."""
    customer = await customers.by_id(tx, ticket.customer_id)
    if customer is None:
        return
    t = translator(agent.language)
    recent = await timelines.recent(tx, customer.id, relaying.CARD_SHOWS)
    assignee = await relaying.name_of(tx, ticket.assignee_id)
    card = ticket_card(t, ticket, customer, assignee, recent)
    told = [(event, await relaying.name_of(tx, event.agent_id)) for event in await tickets.events_of(tx, ticket.id)]
    story = ticket_story(t, told[-STORY:], zone_of(agent, settings.zone))
    screen = _with_story(card, story)
    if place.chat.id == agent.telegram_id:
        shows = [await relaying.card_for(tx, ticket, now=now)]
        await screens.show(tx, place, screen, now=now, shows=shows, is_copy=True)
    else:
        await screens.show(tx, place, screen, now=now)


def _with_story(card: Screen, story: str) -> Screen:
    """Return the card with the ticket's last events under it."""
    told = Rich().add(f"{card.text}\n").line(story)
    return Screen(told.screen().text, card.entities, card.buttons)


async def _queue_page(tx: Transaction, view: QueueView, page: int, agent: Agent, now: datetime) -> Screen:
    total = await queues.count(tx, view, agent.id, now)
    page = min(page, max(total - 1, 0) // PAGE)  # the queue may have become shorter
    found = await queues.page(tx, view, agent.id, now, limit=PAGE, offset=page * PAGE)
    waiting = []
    for each in found:
        customer = await customers.by_id(tx, each.customer_id)
        name = customer.name if customer else "?"
        waiting.append(Waiting(each, name, await relaying.name_of(tx, each.assignee_id)))
    return queue_list(translator(agent.language), view, page, total, waiting, now)

"""What agents do with tickets, by button. The card shows the new state; the press is answered with a word."""

from datetime import datetime

from aiogram import Bot, Router
from aiogram.types import CallbackQuery

from bot.crm import customers, timelines
from bot.crm.agents import Agent
from bot.crm.tickets import Ticket
from bot.desk import relaying, ticketing
from bot.desk.cards import ticket_card
from bot.desk.rich import Screen
from bot.desk.staff_presses import (
    HoldPress,
    PendingPress,
    ReleasePress,
    ReopenPress,
    SolvePress,
    TakePress,
    UnsolvePress,
)
from bot.handlers import screens
from bot.handlers.filters import IsAgent, Pressed
from bot.texts import translator
from bot.transactions import Begin, Transaction

router = Router(name="staff.buttons")
router.callback_query.filter(IsAgent())


@router.callback_query(Pressed(TakePress))
async def take(query: CallbackQuery, press: TakePress, agent: Agent, begin: Begin, bot: Bot, now: datetime) -> None:
    async with begin() as tx:
        ticket = await ticketing.take(tx, press.number, agent, now=now)
        await _show(tx, query, ticket, agent, now)
        if query.message is not None and query.message.chat.id == agent.telegram_id:
            await relaying.hand_over(tx, ticket, agent, now=now)
    await screens.answer(bot, query, translator(agent.language)("✋ #{number} is yours.", number=ticket.id))


@router.callback_query(Pressed(ReleasePress))
async def release(
    query: CallbackQuery, press: ReleasePress, agent: Agent, begin: Begin, bot: Bot, now: datetime
) -> None:
    async with begin() as tx:
        ticket = await ticketing.release(tx, press.number, agent, now=now)
        text = translator(agent.language)("#{number} is back in the queue.", number=ticket.id)
        await screens.redraw(tx, query, Screen(text), now=now)
    await screens.answer(bot, query, text)


@router.callback_query(Pressed(PendingPress))
async def pending(
    query: CallbackQuery, press: PendingPress, agent: Agent, begin: Begin, bot: Bot, now: datetime
) -> None:
    async with begin() as tx:
        ticket = await ticketing.pending(tx, press.number, agent, now=now)
        await _show(tx, query, ticket, agent, now)
    t = translator(agent.language)
    await screens.answer(bot, query, t("⏳ #{number} waits for the customer.", number=ticket.id))


@router.callback_query(Pressed(HoldPress))
async def hold(query: CallbackQuery, press: HoldPress, agent: Agent, begin: Begin, bot: Bot, now: datetime) -> None:
    async with begin() as tx:
        ticket = await ticketing.hold(tx, press.number, agent, now=now)
        await _show(tx, query, ticket, agent, now)
    await screens.answer(bot, query, translator(agent.language)("⏸ #{number} is on hold.", number=ticket.id))


@router.callback_query(Pressed(SolvePress))
async def solve(query: CallbackQuery, press: SolvePress, agent: Agent, begin: Begin, bot: Bot, now: datetime) -> None:
    async with begin() as tx:
        ticket = await ticketing.solve(tx, press.number, agent, now=now)
        await _show(tx, query, ticket, agent, now)
    t = translator(agent.language)
    await screens.answer(bot, query, t("✅ #{number} is solved; the customer has been told.", number=ticket.id))


@router.callback_query(Pressed(ReopenPress))
async def reopen(query: CallbackQuery, press: ReopenPress, agent: Agent, begin: Begin, bot: Bot, now: datetime) -> None:
    async with begin() as tx:
        ticket = await ticketing.reopen_again(tx, press.number, agent, now=now)
        await _show(tx, query, ticket, agent, now)
    await screens.answer(bot, query, translator(agent.language)("📬 #{number} is open again.", number=ticket.id))


@router.callback_query(Pressed(UnsolvePress))
async def unsolve(
    query: CallbackQuery, press: UnsolvePress, agent: Agent, begin: Begin, bot: Bot, now: datetime
) -> None:
    async with begin() as tx:
        ticket = await ticketing.reopen_again(tx, press.number, agent, now=now)
        text = translator(agent.language)("📬 #{number} is open again.", number=ticket.id)
        await screens.redraw(tx, query, Screen(text), now=now)
    await screens.answer(bot, query, text)


async def _show(tx: Transaction, query: CallbackQuery, ticket: Ticket, agent: Agent, now: datetime) -> None:
    """Draw the ticket under the pressed button; the ticket's own card draws itself."""
    card = await timelines.card_of(tx, ticket.id)
    customer = await customers.by_id(tx, ticket.customer_id)
    if customer is None or await screens.is_latest_card(tx, query, card):
        return
    recent = await timelines.recent(tx, customer.id, relaying.CARD_SHOWS)
    assignee = await relaying.name_of(tx, ticket.assignee_id)
    screen = ticket_card(translator(agent.language), ticket, customer, assignee, recent)
    await screens.redraw(tx, query, screen, now=now)

"""Looking people up: /find, /customer, /history, and their buttons. Every look is on the audit trail."""

import asyncio
from datetime import datetime

from aiogram import Bot, Router
from aiogram.types import CallbackQuery, Message

from bot.crm import audit, communications, customers, tickets, timelines
from bot.crm.agents import Agent
from bot.crm.communications import Direction
from bot.crm.customers import Customer
from bot.database import Database
from bot.desk import finding, relaying
from bot.desk.listings import PAGE, Remark, customer_card, found_list, history_page
from bot.desk.replying import CustomerUnknown
from bot.desk.rich import Screen
from bot.desk.staff_presses import CustomerPress, HistoryPress
from bot.desk.zones import zone_of
from bot.handlers import screens
from bot.handlers.commands import Command, StaffCommand, UsageError
from bot.handlers.filters import IsAgent, Pressed
from bot.handlers.staff import subjects
from bot.settings import Settings
from bot.texts import translator
from bot.transactions import Begin, Transaction

router = Router(name="staff.lookup")
router.callback_query.filter(IsAgent())

MAX_TEXT = 100
MAX_TICKETS = 8
LATELY = 20
"""Among so many messages the last one that was no note is looked for."""


@router.message(StaffCommand("find"))
async def find(
    message: Message, command: Command, args: str, agent: Agent, db: Database, begin: Begin, now: datetime
) -> None:
    if not args or len(args) > MAX_TEXT:
        raise UsageError(command)
    async with db.read() as tx:
        found = await finding.exact(tx, args)
        names = [] if found else await customers.names(tx, finding.NAMES_AT_MOST)
    ranked = await asyncio.to_thread(finding.rank, names, args)  # among many names it takes a moment
    async with begin() as tx:
        named = [await customers.by_id(tx, number) for number in ranked]
        found += [customer for customer in named if customer is not None]
        await audit.record(tx, "customers_searched", now=now, agent_id=agent.id, detail=f"{len(found)} found")
        await screens.show(tx, message, found_list(translator(agent.language), args, found), now=now)


@router.message(StaffCommand("customer"))
async def customer(
    message: Message, command: Command, args: str, agent: Agent, begin: Begin, settings: Settings, now: datetime
) -> None:
    async with begin() as tx:
        wanted = await subjects.customer_of(tx, message, command, args)
        await screens.show(tx, message, await _card(tx, wanted, agent, settings, now), now=now)


@router.callback_query(Pressed(CustomerPress))
async def open_customer(
    query: CallbackQuery, press: CustomerPress, agent: Agent, begin: Begin, settings: Settings, bot: Bot, now: datetime
) -> None:
    async with begin() as tx:
        wanted = await _known(tx, press.customer_id)
        if query.message is not None:
            await screens.show(tx, query.message, await _card(tx, wanted, agent, settings, now), now=now)
    await screens.answer(bot, query)


@router.message(StaffCommand("history"))
async def history(
    message: Message, command: Command, args: str, agent: Agent, begin: Begin, settings: Settings, now: datetime
) -> None:
    async with begin() as tx:
        wanted = await subjects.customer_of(tx, message, command, args)
        await screens.show(tx, message, await _timeline(tx, wanted, 0, agent, settings, now), now=now)


@router.callback_query(Pressed(HistoryPress))
async def turn_history(
    query: CallbackQuery, press: HistoryPress, agent: Agent, begin: Begin, settings: Settings, bot: Bot, now: datetime
) -> None:
    """On a card the timeline comes as a message of its own; in the timeline the page is turned."""
    async with begin() as tx:
        wanted = await _known(tx, press.customer_id)
        screen = await _timeline(tx, wanted, press.page, agent, settings, now)
        if query.message is not None and _is_timeline(query):
            await screens.redraw(tx, query, screen, now=now)
        elif query.message is not None:
            await screens.show(tx, query.message, screen, now=now)
    await screens.answer(bot, query)


async def _known(tx: Transaction, customer_id: int) -> Customer:
    wanted = await customers.by_id(tx, customer_id) if 0 < customer_id < 2**63 else None
    if wanted is None:
        raise CustomerUnknown(str(customer_id))
    return wanted


async def _card(tx: Transaction, wanted: Customer, agent: Agent, settings: Settings, now: datetime) -> Screen:
    await audit.record(tx, "customer_viewed", now=now, agent_id=agent.id, subject=f"customer {wanted.id}")
    recent = await timelines.recent(tx, wanted.id, LATELY)
    last = [said for said in recent if said.direction is not Direction.INTERNAL]
    return customer_card(
        translator(agent.language),
        wanted,
        await customers.identities_of(tx, wanted.id),
        await tickets.of_customer(tx, wanted.id, most=MAX_TICKETS),
        last[-1] if last else None,
        zone_of(agent, settings.zone),
    )


async def _timeline(
    tx: Transaction, wanted: Customer, page: int, agent: Agent, settings: Settings, now: datetime
) -> Screen:
    await audit.record(tx, "history_viewed", now=now, agent_id=agent.id, subject=f"customer {wanted.id}")
    total = await timelines.count_of(tx, wanted.id)
    page = min(max(page, 0), max(total - 1, 0) // PAGE)
    remarks = [
        Remark(said, await relaying.name_of(tx, said.agent_id), await _versions(tx, said))
        for said in await timelines.recent(tx, wanted.id, PAGE, page * PAGE)
    ]
    return history_page(translator(agent.language), wanted, page, total, remarks, zone_of(agent, settings.zone))


async def _versions(tx: Transaction, said: communications.Communication) -> list[tuple[datetime, str]]:
    return [] if said.edited_at is None else list(await communications.versions_of(tx, said.id))


def _is_timeline(query: CallbackQuery) -> bool:
    """Whether the pressed button stands under a timeline, whose first line bears its mark."""
    text = getattr(query.message, "text", None) or ""
    return text.startswith("📜")

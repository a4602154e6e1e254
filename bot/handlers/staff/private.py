"""An agent's private chat: a reply to a customer's message answers it; other words get a hint where to put them."""

from datetime import datetime

from aiogram import F, Router
from aiogram.types import Message

from bot.crm import customers, queues
from bot.crm.agents import Agent
from bot.crm.queues import QueueView
from bot.desk import replying
from bot.desk.cards import MARKS
from bot.desk.presses import Button
from bot.desk.rich import Screen
from bot.desk.speech import shorten
from bot.desk.staff_presses import QueuePress, TicketPress
from bot.handlers import screens
from bot.handlers.filters import IsAgent, IsPrivate
from bot.handlers.incoming import SAID, incoming
from bot.handlers.staff import subjects
from bot.settings import Settings
from bot.texts import translator
from bot.transactions import Begin, Transaction

router = Router(name="staff.private")
for observer in (router.message, router.edited_message):
    observer.filter(IsPrivate(), IsAgent())

OPEN_SHOWN = 6
MAX_LABEL = 40


@router.message(F.content_type.in_(SAID))
async def write(message: Message, agent: Agent, begin: Begin, settings: Settings, now: datetime) -> None:
    heard = incoming(message)
    async with begin() as tx:
        quoted = await subjects.quoted_by(tx, message)
        if quoted is None:
            await screens.show(tx, message, await _hint(tx, agent, now), now=now)
            return
        await replying.write(tx, agent, heard, quoted.customer_id, quoted, reopen_days=settings.reopen_days, now=now)


@router.edited_message()
async def rewrite(message: Message, agent: Agent, begin: Begin, now: datetime) -> None:
    heard = incoming(message)
    async with begin() as tx:
        await replying.rewrite(tx, agent, heard, now=now)


async def _hint(tx: Transaction, agent: Agent, now: datetime) -> Screen:
    """Return how to reach a customer from here, with the agent's open tickets at hand."""
    t = translator(agent.language)
    mine = await queues.page(tx, QueueView.MINE, agent.id, now, limit=OPEN_SHOWN)
    rows = []
    for ticket in mine:
        customer = await customers.by_id(tx, ticket.customer_id)
        label = f"{MARKS[ticket.state]} #{ticket.id} {customer.name if customer else ''}"
        rows.append([Button(shorten(label, MAX_LABEL), TicketPress(ticket.id))])
    rows.append([Button(t("Show the queue"), QueuePress(QueueView.ALL, 0))])
    text = t("To answer a customer, reply to their message or to their ticket's card here. Open one of your tickets:")
    if not mine:
        text = t("To answer a customer, take a ticket and reply to their message here.")
    return Screen(text, buttons=rows)

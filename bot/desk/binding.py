"""The group that staff made their desk: bound, let go, broken by a lack of rights, mended.

Called by the staff handlers.
"""

from datetime import datetime
from enum import StrEnum

from bot.crm import agents, audit, customers, desks
from bot.crm.agents import Agent, Role
from bot.crm.outbox import SendPriority
from bot.crm.queues import QueueView
from bot.crm.queues import page as queue_page
from bot.desk import relaying
from bot.desk.speech import tell
from bot.errors import KefuError
from bot.texts import translator
from bot.transactions import Transaction

CARDS_AT_BINDING = 15
"""So many waiting tickets get a topic at once; a group takes about twenty messages a minute."""


class Missing(StrEnum):
    """What a group lacks to be the desk."""

    GROUP = "group"  # it is a private chat
    FORUM = "forum"  # topics are not switched on
    ADMINISTRATOR = "administrator"
    MANAGE_TOPICS = "manage_topics"


class GroupUnfit(KefuError):
    """A group cannot be the desk yet."""

    def __init__(self, missing: Missing) -> None:
        super().__init__(f"missing: {missing}")
        self.missing = missing


class DeskUnbound(KefuError):
    """This chat is not the desk."""


async def bind(tx: Transaction, chat_id: int, title: str, agent: Agent, *, now: datetime) -> None:
    """Make a fit group the desk and put up the cards of those who wait."""
    await desks.bind(tx, chat_id=chat_id, title=title, agent_id=agent.id, now=now)
    await audit.record(tx, "desk_bound", now=now, agent_id=agent.id, subject=f"chat {chat_id}")
    for ticket in await queue_page(tx, QueueView.ALL, agent.id, now, limit=CARDS_AT_BINDING):
        customer = await customers.by_id(tx, ticket.customer_id)
        if customer is not None and await desks.topic_of(tx, customer.id, chat_id) is None:
            await relaying.announce(tx, customer, ticket, now=now)


async def unbind(tx: Transaction, chat_id: int, agent: Agent, *, now: datetime) -> None:
    """Let the group be the desk no longer; raises :class:`DeskUnbound`."""
    if not await desks.unbind(tx, chat_id):
        raise DeskUnbound
    await audit.record(tx, "desk_unbound", now=now, agent_id=agent.id, subject=f"chat {chat_id}")


async def mend(tx: Transaction, chat_id: int, *, now: datetime) -> None:
    """The bot may work in its desk again: owners are told."""
    desk = await desks.current(tx)
    if desk is None or desk.chat_id != chat_id or desk.is_working:
        return
    await desks.mark_working(tx, chat_id)
    await audit.record(tx, "desk_mended", now=now, subject=f"chat {chat_id}")
    for agent in await agents.active(tx):
        if agent.role is Role.OWNER:
            text = translator(agent.language)("✅ The desk group works again: customers' messages go to their topics.")
            await tell(tx, agent.telegram_id, text, now=now, priority=SendPriority.DESK)

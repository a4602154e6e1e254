"""What a delivered or refused post means for the record. Called by the courier, in its transactions."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

import structlog

from bot.crm import agents, audit, communications, customers, desks, outbox
from bot.crm.agents import Role
from bot.crm.communications import Direction
from bot.crm.outbox import Post, Receipt, SendPriority
from bot.desk import relaying
from bot.desk.speech import shorten, tell
from bot.texts import translator
from bot.transactions import Transaction

log = structlog.get_logger()


class Refusal(StrEnum):
    """Why Telegram will never take a post."""

    BLOCKED = "blocked"  # by the person
    DEACTIVATED = "deactivated"  # the person's account is gone
    CHAT_UNKNOWN = "chat_unknown"
    KICKED = "kicked"  # out of the group
    NO_RIGHTS = "no_rights"
    SOURCE_GONE = "source_gone"  # the message to copy was deleted
    OTHER = "other"


async def delivered(tx: Transaction, receipts: Sequence[Receipt]) -> None:
    """Let communications learn their message ids, and remember the desk's copies."""
    showing = [receipt for receipt in receipts if _says_where(receipt)]
    for receipt in showing:
        if receipt.post.is_copy:
            pairs = list(zip(receipt.message_ids, receipt.post.shows, strict=True))
            await communications.add_copies(tx, receipt.post.chat_id, pairs)
    own = [
        (receipt.post.chat_id, message, number)
        for receipt in showing
        if not receipt.post.is_copy
        for message, number in zip(receipt.message_ids, receipt.post.shows, strict=True)
    ]
    if own:
        await communications.set_message_ids(tx, own)


def _says_where(receipt: Receipt) -> bool:
    """Whether each message is known to show one communication; of an album, Telegram leaves out what is deleted."""
    post = receipt.post
    return bool(post.shows) and post.edit_of_id is None and len(receipt.message_ids) == len(post.shows)


async def refused(tx: Transaction, post: Post, refusal: Refusal, why: str, now: datetime) -> None:
    """Draw the consequences of a post that will never arrive."""
    log.warning("post refused", post=post.id, refusal=refusal, why=why)
    if post.chat_id > 0 and refusal in (Refusal.BLOCKED, Refusal.DEACTIVATED, Refusal.CHAT_UNKNOWN):
        await _lost_sight_of(tx, post, refusal, now)
    elif post.chat_id < 0 and refusal in (Refusal.KICKED, Refusal.NO_RIGHTS, Refusal.CHAT_UNKNOWN):
        await desk_broken(tx, post.chat_id, why, now)
        if post.is_copy and post.edit_of_id is None:
            await relaying.rescue(tx, post.shows, now=now)
    elif post.shows and not post.is_copy:
        await _tell_author(tx, post, refusal, why, now)
    elif post.method in ("copyMessage", "copyMessages"):
        await relaying.retell(tx, post.chat_id, post.shows, topic_of=post.topic_of, now=now)


async def desk_broken(tx: Transaction, chat_id: int, why: str, now: datetime) -> None:
    """The bot cannot work in its desk group: the owners hear of it once, and the desk goes on in private chats."""
    if not await desks.mark_broken(tx, chat_id, why, now):
        return
    await audit.record(tx, "desk_broken", now=now, subject=f"chat {chat_id}", detail=why)
    for agent in await agents.active(tx):
        if agent.role is Role.OWNER:
            t = translator(agent.language)
            text = t(
                "⚠️ I cannot work in the desk group any more ({why}). "
                "Tickets come to your private chats until it is mended: make me an administrator who may "
                "manage topics there, then send /bind in the group.",
                why=why,
            )
            await tell(tx, agent.telegram_id, text, now=now, priority=SendPriority.DESK)


async def follow_group(tx: Transaction, old_chat_id: int, new_chat_id: int, now: datetime) -> None:
    """A group became a supergroup: the desk, and what is not sent yet, move with it."""
    is_news = await desks.move(tx, old_chat_id, new_chat_id)
    await outbox.move(tx, old_chat_id, new_chat_id)
    if is_news:
        await audit.record(tx, "desk_moved", now=now, subject=f"chat {old_chat_id}", detail=f"to {new_chat_id}")


async def topic_title(tx: Transaction, customer_id: int) -> str:
    """Return what a customer's topic is called (at most 128 characters)."""
    customer = await customers.by_id(tx, customer_id)
    name = customer.name if customer else "?"
    return shorten(f"{name} · {customer_id}", 128)


async def _lost_sight_of(tx: Transaction, post: Post, refusal: Refusal, now: datetime) -> None:
    customer = await customers.by_telegram_id(tx, post.chat_id)
    if customer is None:
        return
    if customer.blocked_at is None:
        await customers.change(tx, customer.id, blocked_at=now)
    await _tell_author(tx, post, refusal, "", now)


async def _tell_author(tx: Transaction, post: Post, refusal: Refusal, why: str, now: datetime) -> None:
    """The agent whose words did not arrive is told where they wrote them, else in private."""
    said = await communications.by_id(tx, post.shows[0]) if post.shows else None
    if said is None or said.direction is not Direction.OUT or said.agent_id is None:
        return
    author = await agents.by_id(tx, said.agent_id)
    customer = await customers.by_id(tx, said.customer_id)
    if author is None or customer is None:
        return
    t = translator(author.language)
    reason = {
        Refusal.BLOCKED: t("they have blocked the bot"),
        Refusal.DEACTIVATED: t("their account is gone"),
        Refusal.CHAT_UNKNOWN: t("they have never written to the bot"),
    }.get(refusal, why)
    text = t("❗ Not delivered to {name}: {reason}", name=customer.name, reason=reason)
    desk = await desks.current(tx)
    if desk is not None and desk.is_working:
        await tell(
            tx,
            desk.chat_id,
            text,
            now=now,
            priority=SendPriority.DESK,
            topic_of=customer.id,
            reply_to_id=said.id,
        )
    else:
        await tell(tx, author.telegram_id, text, now=now, priority=SendPriority.DESK, reply_to_id=said.id)

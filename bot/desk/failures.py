"""When something breaks on our side: the customer is told, and so is staff. Called by intake for an update given up."""

from datetime import datetime

from bot.crm import agents, audit, desks
from bot.crm.agents import Role
from bot.crm.outbox import SendPriority
from bot.desk.speech import shorten, tell
from bot.texts import translator
from bot.transactions import Transaction


async def apologise(tx: Transaction, chat_id: int, language: str, *, now: datetime) -> None:
    """Tell a customer that we failed, and that their words are kept."""
    t = translator(language)
    text = t(
        "😔 Something went wrong on our side. Your message is kept and our team has been told; someone will look at it."
    )
    await tell(tx, chat_id, text, now=now)


async def report(tx: Transaction, update_id: int, who: str, excerpt: str, reason: str, *, now: datetime) -> None:
    """Tell staff of an update that could not be worked off: in the desk group, else the owners in private."""
    await audit.record(tx, "update_failed", now=now, subject=f"update {update_id}", detail=reason)
    desk = await desks.current(tx)
    owners = [agent for agent in await agents.active(tx) if agent.role is Role.OWNER]
    language = owners[0].language if owners else "en"
    t = translator(language)
    text = t(
        "🛑 I could not handle a message from {who} (update {update_id}) and put it aside:\n“{excerpt}”\n\n{reason}",
        who=who,
        update_id=update_id,
        excerpt=shorten(excerpt, 500) or "–",
        reason=shorten(reason, 500),
    )
    if desk is not None and desk.is_working:
        await tell(tx, desk.chat_id, text, now=now, priority=SendPriority.DESK)
        return
    for owner in owners:
        await tell(tx, owner.telegram_id, text, now=now, priority=SendPriority.DESK)

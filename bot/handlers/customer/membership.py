"""Whether a customer lets the bot write to them: Telegram tells when they block it and when they unblock it."""

from datetime import datetime

from aiogram import F, Router
from aiogram.enums import ChatMemberStatus, ChatType
from aiogram.types import ChatMemberUpdated

from bot.desk import acquaintance
from bot.transactions import Begin

router = Router(name="customer.membership")


@router.my_chat_member(F.chat.type == ChatType.PRIVATE)
async def changed(event: ChatMemberUpdated, begin: Begin, now: datetime) -> None:
    async with begin() as tx:
        if event.new_chat_member.status == ChatMemberStatus.KICKED:
            await acquaintance.blocked(tx, event.from_user.id, now)
        else:
            await acquaintance.unblocked(tx, event.from_user.id)

"""A customer's phone number: /phone, and the contact that its button shares."""

from datetime import datetime

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import Message

from bot.desk import contacts
from bot.handlers.filters import IsPrivate
from bot.handlers.incoming import incoming
from bot.settings import Settings
from bot.transactions import Begin

router = Router(name="customer.phone")


@router.message(Command("phone", ignore_case=True), IsPrivate())
async def phone(message: Message, begin: Begin, settings: Settings, now: datetime) -> None:
    heard = incoming(message)
    async with begin() as tx:
        await contacts.offer(tx, heard, settings, now)


@router.message(IsPrivate(), F.contact.user_id == F.from_user.id)
async def own_contact(message: Message, begin: Begin, settings: Settings, now: datetime) -> None:
    """Somebody else's contact is a message like any other: see ``ask``."""
    heard = incoming(message)
    async with begin() as tx:
        await contacts.link(tx, heard, settings, now)

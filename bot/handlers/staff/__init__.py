"""The staff's doors, in the order in which they are tried; the customers' come after them."""

from aiogram import Router

from bot.handlers import errors
from bot.handlers.staff import (
    aftercare,
    binding,
    buttons,
    joining,
    lookup,
    private,
    queue,
    reminders,
    reports,
    topics,
    unknown,
    verbs,
    welcome,
)
from bot.handlers.staff.recognition import Recognise

router = Router(name="staff")
router.message.middleware(Recognise())
router.include_routers(
    errors.router,
    joining.router,
    welcome.router,
    binding.router,
    queue.router,
    verbs.router,
    buttons.router,
    lookup.router,
    aftercare.router,
    reminders.router,
    reports.router,
    unknown.commands,  # no mistyped command is taken for a message to a customer
    topics.router,
    private.router,
    unknown.presses,
)

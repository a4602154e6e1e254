"""The customers' doors, in the order in which they are tried; staff's come before them."""

from aiogram import Router

from bot.handlers.customer import answers, ask, membership, own_tickets, phone, start, unknown

front_door = ask.front_door

router = Router(name="customer")
router.include_routers(
    start.router,
    own_tickets.router,
    phone.router,
    answers.router,
    membership.router,
    unknown.router,  # commands and buttons that nobody knew
    ask.router,  # everything else is a question
)

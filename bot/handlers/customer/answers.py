"""What is pressed under the bot's answers, suggestions and greeting."""

from datetime import datetime

from aiogram import Bot, Router
from aiogram.types import CallbackQuery

from bot.desk import choosing
from bot.desk.asking import PickPress, SolvedPress, TalkPress, TopicPress
from bot.desk.knowledge import Knowledge
from bot.handlers.customer import pressing
from bot.handlers.filters import Pressed
from bot.handlers.incoming import person
from bot.settings import Settings
from bot.transactions import Begin

router = Router(name="customer.answers")


@router.callback_query(Pressed(SolvedPress))
async def solved(
    query: CallbackQuery, press: SolvedPress, begin: Begin, settings: Settings, now: datetime, bot: Bot
) -> None:
    async with begin() as tx:
        words = await choosing.solved(tx, person(query.from_user), press, settings, now)
    await pressing.answer(bot, query, words)
    await pressing.put_away(bot, query)


@router.callback_query(Pressed(TalkPress))
async def talk(
    query: CallbackQuery, press: TalkPress, begin: Begin, settings: Settings, now: datetime, bot: Bot
) -> None:
    async with begin() as tx:
        words = await choosing.talk(tx, person(query.from_user), press, settings, now)
    await pressing.answer(bot, query, words)
    await pressing.put_away(bot, query)


@router.callback_query(Pressed(PickPress))
async def pick(
    query: CallbackQuery,
    press: PickPress,
    begin: Begin,
    knowledge: Knowledge,
    settings: Settings,
    now: datetime,
    bot: Bot,
) -> None:
    async with begin() as tx:
        words = await choosing.pick(tx, person(query.from_user), press, knowledge, settings, now)
    await pressing.answer(bot, query, words)
    await pressing.put_away(bot, query)


@router.callback_query(Pressed(TopicPress))
async def topic(
    query: CallbackQuery,
    press: TopicPress,
    begin: Begin,
    knowledge: Knowledge,
    settings: Settings,
    now: datetime,
    bot: Bot,
) -> None:
    """The topics stay where they are: one may want to know more than one thing."""
    async with begin() as tx:
        words = await choosing.topic(tx, person(query.from_user), press, knowledge, settings, now)
    await pressing.answer(bot, query, words)

"""An agent's own private chat: /start, /help, /language. Agents are greeted as colleagues, never as customers."""

from dataclasses import replace
from datetime import datetime

from aiogram import Bot, Router
from aiogram.types import CallbackQuery, Message

from bot.crm import agents
from bot.crm.agents import Agent
from bot.desk.listings import ROLE_WORDS
from bot.desk.presses import Button
from bot.desk.rich import Rich, Screen
from bot.desk.staff_presses import QueuePress, StaffLanguagePress
from bot.handlers import menus, screens
from bot.handlers.commands import COMMANDS, Command, StaffCommand, UsageError
from bot.handlers.filters import IsAgent, Pressed
from bot.handlers.roster import Roster
from bot.texts import LANGUAGES, translator
from bot.transactions import Begin, Transaction

router = Router(name="staff.welcome")


@router.message(StaffCommand("start"))
async def start(message: Message, agent: Agent, begin: Begin, now: datetime) -> None:
    async with begin() as tx:
        await screens.show(tx, message, welcome(agent), now=now)


@router.message(StaffCommand("help"))
async def show_help(message: Message, agent: Agent, begin: Begin, now: datetime) -> None:
    async with begin() as tx:
        await screens.show(tx, message, help_for(agent), now=now)


@router.message(StaffCommand("language"))
async def language(
    message: Message, command: Command, args: str, agent: Agent, begin: Begin, roster: Roster, bot: Bot, now: datetime
) -> None:
    if args and args.lower() not in LANGUAGES:
        raise UsageError(command)
    async with begin() as tx:
        if not args:
            rows = [[Button(name, StaffLanguagePress(code))] for code, name in LANGUAGES.items()]
            text = translator(agent.language)("Which language shall I speak with you?")
            await screens.show(tx, message, Screen(text, buttons=rows), now=now)
            return
        screen = await _speak(tx, agent, args.lower(), roster)
        await screens.show(tx, message, screen, now=now)
    await _set_menu(bot, agent, args.lower())


@router.callback_query(Pressed(StaffLanguagePress), IsAgent())
async def choose_language(
    query: CallbackQuery,
    press: StaffLanguagePress,
    agent: Agent,
    begin: Begin,
    roster: Roster,
    bot: Bot,
    now: datetime,
) -> None:
    code = press.language if press.language in LANGUAGES else agent.language
    async with begin() as tx:
        screen = await _speak(tx, agent, code, roster)
        await screens.redraw(tx, query, screen, now=now)
    await screens.answer(bot, query)
    await _set_menu(bot, agent, code)


def welcome(agent: Agent) -> Screen:
    """Return the words that greet a colleague."""
    t = translator(agent.language)
    text = Rich().add(t("👋 Welcome to the desk, {name}.", name=agent.name), "bold")
    text.line(t("Your role: {role}", role=t(ROLE_WORDS[agent.role]))).line()
    text.line(t("• A customer who needs a person appears here or in the desk group. [✋ Take] makes the ticket yours."))
    text.line(t("• Reply to a customer's message, or write in their topic, and they get your words."))
    text.line(t("• Start with // and only colleagues see it."))
    text.line(t("• /queue shows who is waiting, /help everything else."))
    return text.screen([[Button(t("Show the queue"), QueuePress("all", 0))]])


def help_for(agent: Agent) -> Screen:
    """Return the commands that this agent may use."""
    t = translator(agent.language)
    text = Rich().add(t("What you can do"), "bold")
    for command in COMMANDS:
        if command.is_for(agent.role):
            text.line(command.usage, "code").add(f" · {t(command.summary)}")
    text.line().line(t("In a customer's topic, or in reply to their message, the number may be left out."))
    return text.screen()


async def _speak(tx: Transaction, agent: Agent, code: str, roster: Roster) -> Screen:
    await agents.change(tx, agent.id, language=code)
    tx.after_commit(roster.forget)
    return Screen(translator(code)("I speak {language} with you now.", language=LANGUAGES[code]))


async def _set_menu(bot: Bot, agent: Agent, code: str) -> None:
    await menus.set_for(bot, replace(agent, language=code))

"""The one place that words errors: a named fact becomes a sentence for whoever caused it, where they are looking.

It hears of errors from every handler. What is not worded here is raised on, so that the intake tries again. A new error
gets its line in :data:`WORDS`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

import structlog
from aiogram import Bot, Router
from aiogram.dispatcher.event.bases import UNHANDLED
from aiogram.exceptions import TelegramAPIError, TelegramNetworkError, TelegramRetryAfter, TelegramServerError
from aiogram.types import CallbackQuery, ErrorEvent, InaccessibleMessage, Message, User
from rapidfuzz import process

from bot.crm import audit, customers
from bot.crm.agents import Agent, InvitationInvalid, Role, RoleTooLow
from bot.crm.tickets import TicketAlreadySolved, TicketAlreadyTaken, TicketState, TicketUnknown, TransitionRefused
from bot.desk.binding import DeskUnbound, GroupUnfit, Missing
from bot.desk.cards import STATE_WORDS
from bot.desk.duewords import DueTimePast, DueTimeTooFar
from bot.desk.listings import ROLE_WORDS
from bot.desk.own_tickets import TicketNotYours
from bot.desk.reminding import MAX_TEXT, ReminderEmpty, ReminderNotYours, ReminderTooLong, ReminderUnknown
from bot.desk.replying import CustomerUnknown, CustomerUnreachable, ReplyAlreadySent
from bot.desk.staffing import AgentAmbiguous, AgentUnknown, LastOwner, RoleHeldAlready
from bot.desk.ticketing import TicketNotTaken, TicketSolvedBefore
from bot.desk.zones import zone_of
from bot.errors import KefuError
from bot.handlers import screens
from bot.handlers.commands import STAFF_COMMANDS, CommandUnknown, UsageError
from bot.settings import Settings
from bot.texts import N_, Translator, language_of, translator
from bot.transactions import Begin, Transaction

log = structlog.get_logger()

router = Router(name="errors")

CLOSE_ENOUGH = 70
"""How alike (0–100) a command must be to be offered instead of a mistyped one."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Whoever reads the words: in which language and zone, and as which agent."""

    t: Translator
    zone: tzinfo
    agent: Agent | None


def _usage(to: Reader, error: UsageError) -> str:
    return to.t("Like this: {usage}\nFor example: {example}", usage=error.command.usage, example=error.command.example)


def _command_unknown(to: Reader, error: CommandUnknown) -> str:
    name = error.name[:32]
    allowed = [each.name for each in STAFF_COMMANDS.values() if to.agent and each.is_for(to.agent.role)]
    close = process.extractOne(name, allowed, score_cutoff=CLOSE_ENOUGH)
    if close is None:
        return to.t("There is no command /{name}. /help shows what there is.", name=name)
    return to.t("There is no command /{name}. Did you mean /{close}?", name=name, close=close[0])


def _role_too_low(to: Reader, error: RoleTooLow) -> str:
    if error.needed is Role.OWNER:
        return to.t("That takes an owner.")
    return to.t("That takes a supervisor or an owner.")


def _ticket_unknown(to: Reader, error: TicketUnknown) -> str:
    return to.t("There is no ticket #{number}. /queue shows those that wait.", number=error.number)


def _taken(to: Reader, error: TicketAlreadyTaken) -> str:
    if to.agent is not None and error.assignee_id == to.agent.id:
        return to.t("#{number} is yours already.", number=error.number)
    return to.t("{name} has #{number} already.", name=error.assignee_name, number=error.number)


def _solved_before(to: Reader, error: TicketSolvedBefore) -> str:
    if error.at is None:
        return to.t("#{number} is solved already.", number=error.number)
    at = to.t.moment(error.at, to.zone, "short")
    if error.name is None:
        return to.t("#{number} was solved already, {at}.", number=error.number, at=at)
    return to.t("{name} solved #{number} already, {at}.", name=error.name, number=error.number, at=at)


def _transition(to: Reader, error: TransitionRefused) -> str:
    if error.state is error.wanted or (error.state is TicketState.NEW and error.wanted is TicketState.OPEN):
        return to.t("#{number} is {state} already.", number=error.number, state=to.t(STATE_WORDS[error.state]))
    return to.t(
        "#{number} is {state} and cannot become {wanted}.",
        number=error.number,
        state=to.t(STATE_WORDS[error.state]),
        wanted=to.t(STATE_WORDS[error.wanted]),
    )


MISSING_WORDS = {
    Missing.GROUP: N_("Send /bind in the group that is to be the desk."),
    Missing.FORUM: N_("Switch on topics in this group's settings first, then send /bind again."),
    Missing.ADMINISTRATOR: N_("Make me an administrator of this group first, then send /bind again."),
    Missing.MANAGE_TOPICS: N_("I need the right to manage topics here. Give it to me, then send /bind again."),
}

WORDS: dict[type[KefuError], Callable[[Reader, Any], str]] = {
    UsageError: _usage,
    CommandUnknown: _command_unknown,
    RoleTooLow: _role_too_low,
    TicketUnknown: _ticket_unknown,
    TicketAlreadyTaken: _taken,
    TicketSolvedBefore: _solved_before,
    TicketAlreadySolved: _transition,
    TransitionRefused: _transition,
    TicketNotYours: lambda to, error: to.t("This ticket is not yours."),
    TicketNotTaken: lambda to, error: to.t("#{number} is not yours.", number=error.number),
    GroupUnfit: lambda to, error: to.t(MISSING_WORDS[error.missing]),
    DeskUnbound: lambda to, error: to.t("This group is not the desk."),
    CustomerUnknown: lambda to, error: to.t("There is no customer {wanted}.", wanted=error.wanted[:64]),
    CustomerUnreachable: lambda to, error: to.t("{name} has no Telegram chat with us.", name=error.name),
    ReplyAlreadySent: lambda to, error: to.t("The customer has this message already; it cannot become a note."),
    AgentUnknown: lambda to, error: to.t("Nobody at the desk is called {wanted}.", wanted=error.wanted[:64]),
    AgentAmbiguous: lambda to, error: to.t("Who of them: {names}?", names=", ".join(error.names)),
    DueTimePast: lambda to, error: to.t("That time has passed. Name a coming one: /remind 2h call back"),
    DueTimeTooFar: lambda to, error: to.t("That is more than five years away."),
    ReminderEmpty: lambda to, error: to.t("Say what I am to remind you of: /remind 2h call back"),
    ReminderTooLong: lambda to, error: to.t("A reminder can have {n} characters at most.", n=MAX_TEXT),
    ReminderUnknown: lambda to, error: to.t("There is no such reminder."),
    ReminderNotYours: lambda to, error: to.t("This reminder is not yours."),
    LastOwner: lambda to, error: to.t("The desk needs at least one owner."),
    RoleHeldAlready: lambda to, error: to.t(
        "You are {role} here already; the link stays good for somebody else.", role=to.t(ROLE_WORDS[error.role])
    ),
    InvitationInvalid: lambda to, error: to.t(
        "This invitation is used up or out of date. Ask the person who sent it for a new one."
    ),
}
"""Every error that a person is told about, and how."""


@router.errors()
async def tell(
    event: ErrorEvent,
    bot: Bot,
    settings: Settings,
    begin: Begin,
    now: datetime,
    agent: Agent | None = None,
    event_from_user: User | None = None,
) -> Any:
    """Say what happened, in a message or over the pressed button."""
    error = event.exception
    if isinstance(error, TelegramAPIError):
        return _pass_over(error)
    words = _words_for(error)
    if words is None or not isinstance(error, KefuError):
        return UNHANDLED
    query = event.update.callback_query
    async with begin() as tx:
        language = await _language(tx, agent, event_from_user, settings)
        text = words(Reader(translator(language), _zone(agent, settings), agent), error)
        await _note_refusal(tx, error, agent, now)
        place = _place(event)
        if query is None and place is not None:
            await screens.say(tx, place, text, now=now)
    if query is not None:
        await screens.answer(bot, query, text, is_alert=True)
    return None


def _words_for(error: BaseException) -> Callable[[Reader, Any], str] | None:
    """Return how to word an error: by its own kind, else by the nearest kind above it."""
    return next((WORDS[kind] for kind in type(error).__mro__ if kind in WORDS), None)


def _pass_over(error: TelegramAPIError) -> Any:
    """A direct call that Telegram refused (a press too old, a message unchanged) does no harm; the network recovers."""
    if isinstance(error, TelegramNetworkError | TelegramServerError | TelegramRetryAfter):
        return UNHANDLED
    log.warning("call refused", error=str(error))
    return None


def _zone(agent: Agent | None, settings: Settings) -> tzinfo:
    return settings.zone if agent is None else zone_of(agent, settings.zone)


async def _language(tx: Transaction, agent: Agent | None, user: User | None, settings: Settings) -> str:
    if agent is not None:
        return agent.language
    if user is None:
        return settings.language
    customer = await customers.by_telegram_id(tx, user.id)
    return customer.language if customer else language_of(user.language_code, settings.language)


async def _note_refusal(tx: Transaction, error: KefuError, agent: Agent | None, now: datetime) -> None:
    if isinstance(error, RoleTooLow) and agent is not None:
        await audit.record(tx, "refused", now=now, agent_id=agent.id, subject=error.action, detail=error.needed)


def _place(event: ErrorEvent) -> Message | InaccessibleMessage | None:
    """Return where the person wrote."""
    update = event.update
    query: CallbackQuery | None = update.callback_query
    return update.message or update.edited_message or (query.message if query else None)

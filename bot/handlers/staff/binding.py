"""The desk group: /bind, /unbind, and what Telegram tells about the bot's place in it."""

from datetime import datetime

from aiogram import Bot, F, Router
from aiogram.enums import ChatMemberStatus, ChatType
from aiogram.exceptions import TelegramAPIError
from aiogram.types import ChatMemberAdministrator, ChatMemberOwner, ChatMemberUpdated, Message, ResultChatMemberUnion

from bot.crm import desks
from bot.crm.agents import Agent
from bot.desk import binding, delivery
from bot.desk.binding import GroupUnfit, Missing
from bot.handlers import menus, screens
from bot.handlers.commands import Command, StaffCommand, UsageError
from bot.texts import N_, translator
from bot.transactions import Begin

router = Router(name="staff.binding")

GROUPS = {ChatType.GROUP, ChatType.SUPERGROUP}


@router.message(StaffCommand("bind"))
async def bind(
    message: Message, command: Command, args: str, agent: Agent, begin: Begin, bot: Bot, now: datetime
) -> None:
    if args:
        raise UsageError(command)
    missing = await _missing_in(message, bot)
    if missing is not None:
        raise GroupUnfit(missing)
    t = translator(agent.language)
    title = message.chat.title or "?"
    async with begin() as tx:
        text = t(
            "✅ “{title}” is the desk now. Each customer gets a topic here: what you write in it reaches them, "
            "what starts with // stays among colleagues.",
            title=title,
        )
        await screens.say(tx, message, text, now=now)
        await binding.bind(tx, message.chat.id, title, agent, now=now)
    await menus.set_for_desk(bot, message.chat.id, agent.language)


@router.message(StaffCommand("unbind"))
async def unbind(
    message: Message, command: Command, args: str, agent: Agent, begin: Begin, bot: Bot, now: datetime
) -> None:
    if args:
        raise UsageError(command)
    t = translator(agent.language)
    async with begin() as tx:
        await binding.unbind(tx, message.chat.id, agent, now=now)
        await screens.say(tx, message, t("This group is the desk no longer. Work goes on in private chats."), now=now)
    await menus.clear(bot, message.chat.id)


@router.my_chat_member(F.chat.type.in_(GROUPS))
async def place_changed(event: ChatMemberUpdated, agent: Agent | None, begin: Begin, now: datetime) -> None:
    """The bot was put into a group, given or taken rights, or put out."""
    before, after = _can_work(event.old_chat_member), _can_work(event.new_chat_member)
    async with begin() as tx:
        desk = await desks.current(tx)
        is_desk = desk is not None and desk.chat_id == event.chat.id
        if is_desk and not after:
            await delivery.desk_broken(tx, event.chat.id, _why(event.new_chat_member), now)
        elif is_desk:
            await binding.mend(tx, event.chat.id, now=now)
        elif agent is not None and after and not before:
            t = translator(agent.language)
            await screens.say(tx, _place(event), t("Send /bind here, and this group becomes the desk."), now=now)


@router.message(F.migrate_to_chat_id)
async def became_supergroup(message: Message, begin: Begin, now: datetime) -> None:
    """The last word of a group that goes on under another id."""
    async with begin() as tx:
        desk = await desks.current(tx)
        if desk is not None and desk.chat_id == message.chat.id and message.migrate_to_chat_id is not None:
            await delivery.follow_group(tx, message.chat.id, message.migrate_to_chat_id, now)


async def _missing_in(message: Message, bot: Bot) -> Missing | None:
    """Return what a chat lacks to be the desk, asked of Telegram itself."""
    if message.chat.type not in GROUPS:
        return Missing.GROUP
    try:
        chat = await bot.get_chat(message.chat.id)
        member = await bot.get_chat_member(message.chat.id, bot.id)
    except TelegramAPIError:
        return Missing.ADMINISTRATOR
    if not chat.is_forum:
        return Missing.FORUM
    if not isinstance(member, ChatMemberAdministrator | ChatMemberOwner):
        return Missing.ADMINISTRATOR
    return None if _can_work(member) else Missing.MANAGE_TOPICS


def _can_work(member: ResultChatMemberUnion) -> bool:
    """Whether the bot, being this member, can keep topics."""
    if member.status == ChatMemberStatus.CREATOR:
        return True
    return isinstance(member, ChatMemberAdministrator) and bool(member.can_manage_topics)


def _why(member: ResultChatMemberUnion) -> str:
    if member.status in (ChatMemberStatus.LEFT, ChatMemberStatus.KICKED):
        return N_("I was removed from the group")
    return N_("I may not manage topics")


def _place(event: ChatMemberUpdated) -> Message:
    """Return the group as a place to say something in."""
    return Message(message_id=0, date=event.date, chat=event.chat)

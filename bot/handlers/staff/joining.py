"""Coming to the desk and leaving it: /invite, an invitation's link, /staff and its buttons."""

import re
from datetime import datetime
from typing import Any

from aiogram import Bot, F, Router
from aiogram.filters import Filter
from aiogram.types import CallbackQuery, Message

from bot.crm import agents
from bot.crm.agents import Agent, Role, RoleTooLow
from bot.desk import staffing
from bot.desk.listings import ROLE_WORDS, staff_list
from bot.desk.presses import Button
from bot.desk.rich import Screen
from bot.desk.staff_presses import RemovePress
from bot.handlers import menus, screens
from bot.handlers.commands import Command, StaffCommand, UsageError
from bot.handlers.filters import IsAgent, IsPrivate, Pressed
from bot.handlers.incoming import person
from bot.handlers.roster import Roster
from bot.handlers.staff.welcome import welcome
from bot.settings import Settings
from bot.texts import translator
from bot.transactions import Begin

router = Router(name="staff.joining")

_LINK = re.compile(r"/start(?:@\w+)?\s+inv_(\S+)\s*", re.DOTALL)


class Invitation(Filter):
    """Lets whoever opened an invitation's link through, with its ``token``."""

    async def __call__(self, message: Message) -> bool | dict[str, Any]:
        match = _LINK.fullmatch(message.text or "")
        return match is not None and {"token": match[1]}


@router.message(StaffCommand("invite"))
async def invite(
    message: Message, command: Command, args: str, agent: Agent, begin: Begin, bot: Bot, now: datetime
) -> None:
    """The link is sent to the inviter alone, and directly: it is a key, and the outbox would keep it."""
    wanted = args.lower() or Role.AGENT
    if wanted not in (Role.AGENT, Role.SUPERVISOR):
        raise UsageError(command)
    role = Role(wanted)
    t = translator(agent.language)
    async with begin() as tx:
        token = await staffing.invite(tx, agent, role, now=now)
        if message.chat.id != agent.telegram_id:
            await screens.say(tx, message, t("🔑 I have sent you the invitation in our private chat."), now=now)
    me = await bot.me()
    link = f"https://t.me/{me.username}?start=inv_{token}"
    text = t(
        "🔑 Send this to your new {role}. It works once, within {time}:",
        role=t(ROLE_WORDS[role]),
        time=t.duration(staffing.INVITATION_LASTS),
    )
    await bot.send_message(agent.telegram_id, f"{text}\n{link}")


@router.message(IsPrivate(), F.from_user, Invitation())
async def accept(
    message: Message,
    token: str,
    begin: Begin,
    settings: Settings,
    roster: Roster,
    bot: Bot,
    now: datetime,
) -> None:
    if message.from_user is None:
        return
    async with begin() as tx:
        agent = await staffing.accept(tx, token, person(message.from_user), settings.language, now=now)
        tx.after_commit(roster.forget)
        await screens.show(tx, message, welcome(agent), now=now)
    await menus.set_for(bot, agent)


@router.message(StaffCommand("staff"))
async def staff(message: Message, command: Command, args: str, agent: Agent, begin: Begin, now: datetime) -> None:
    if args:
        raise UsageError(command)
    async with begin() as tx:
        everyone = await agents.active(tx)
        screen = staff_list(translator(agent.language), everyone, agent, agent.role is Role.OWNER)
        await screens.show(tx, message, screen, now=now)


@router.callback_query(Pressed(RemovePress), IsAgent())
async def remove(
    query: CallbackQuery, press: RemovePress, agent: Agent, begin: Begin, roster: Roster, bot: Bot, now: datetime
) -> None:
    """The first tap asks, the second one does it."""
    t = translator(agent.language)
    if agent.role is not Role.OWNER:
        raise RoleTooLow(Role.OWNER, "remove")
    async with begin() as tx:
        if not press.is_sure:
            leaver = await agents.by_id(tx, press.agent_id)
            if leaver is None or not leaver.is_active:
                raise staffing.AgentUnknown(str(press.agent_id))
            text = t("Remove {name}? Their tickets go back to the queue.", name=leaver.name)
            yes = Button(t("Yes, remove {name}", name=leaver.name[:30]), RemovePress(leaver.id, 1), style="danger")
            await screens.redraw(tx, query, Screen(text, buttons=[[yes]]), now=now)
        else:
            leaver = await staffing.remove(tx, press.agent_id, agent, now=now)
            tx.after_commit(roster.forget)
            text = t("{name} has been removed.", name=leaver.name)
            await screens.redraw(tx, query, Screen(text), now=now)
    await screens.answer(bot, query)
    if press.is_sure:
        await menus.clear(bot, leaver.telegram_id)

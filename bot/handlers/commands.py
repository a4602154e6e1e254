"""The commands, who may use each, and the one place where that is checked. Read by handlers, menus, help and docs."""

import re
from dataclasses import dataclass
from typing import Any

from aiogram import Bot
from aiogram.filters import Filter
from aiogram.types import Message

from bot.crm.agents import Agent, Role, RoleTooLow
from bot.errors import KefuError
from bot.texts import N_

_COMMAND = re.compile(r"/([A-Za-z0-9_]+)(?:@([A-Za-z0-9_]+))?(?:\s+(.*))?\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Command:
    """One command as people see it."""

    name: str
    role: Role | None  # the least that may use it; None: customers
    usage: str
    example: str
    summary: str  # a message id of bot.texts

    @property
    def is_bare(self) -> bool:
        """Whether nothing may stand behind it; links bring /start a payload, and help is never refused."""
        return self.usage == f"/{self.name}" and self.name not in ("start", "help")

    def is_for(self, role: Role | None) -> bool:
        """Whether someone of this role (None: a customer) sees and may use it."""
        if role is None or self.role is None:
            return role is self.role
        return role.covers(self.role)


COMMANDS = (
    Command("start", None, "/start", "/start", N_("Begin")),
    Command("help", None, "/help", "/help", N_("What I can do")),
    Command("ticket", None, "/ticket [text]", "/ticket My parcel is damaged", N_("Talk to a person")),
    Command("tickets", None, "/tickets", "/tickets", N_("Your tickets")),
    Command("phone", None, "/phone", "/phone", N_("Link your account by your phone number")),
    Command("language", None, "/language [en|zh]", "/language zh", N_("Choose your language")),
    Command("cancel", None, "/cancel", "/cancel", N_("Stop what we are in the middle of")),
    Command("queue", Role.AGENT, "/queue [mine|unassigned|overdue]", "/queue mine", N_("Who is waiting")),
    Command("ticket", Role.AGENT, "/ticket [number]", "/ticket 42", N_("Show a ticket")),
    Command("take", Role.AGENT, "/take [number]", "/take 42", N_("Make a ticket yours")),
    Command("assign", Role.AGENT, "/assign [number] @user|name|me", "/assign 42 @bob", N_("Give a ticket to someone")),
    Command("note", Role.AGENT, "/note [number] text", "/note 42 called, no answer", N_("Leave an internal note")),
    Command("pending", Role.AGENT, "/pending [number]", "/pending 42", N_("Wait for the customer")),
    Command("hold", Role.AGENT, "/hold [number]", "/hold 42", N_("Put a ticket on hold")),
    Command("solve", Role.AGENT, "/solve [number]", "/solve 42", N_("Mark a ticket as solved")),
    Command("reopen", Role.AGENT, "/reopen [number]", "/reopen 42", N_("Open a ticket again")),
    Command("find", Role.AGENT, "/find name|phone|email|@user|#ticket|id", "/find anna", N_("Find a customer")),
    Command("customer", Role.AGENT, "/customer number|@user", "/customer 7", N_("Show a customer")),
    Command("history", Role.AGENT, "/history [number|@user]", "/history 7", N_("Show what was said")),
    Command("remind", Role.AGENT, "/remind [number] time text", "/remind 42 2h call back", N_("Be reminded in time")),
    Command("reminders", Role.AGENT, "/reminders", "/reminders", N_("What you are reminded of")),
    Command("language", Role.AGENT, "/language [en|zh]", "/language zh", N_("Choose your language")),
    Command("help", Role.AGENT, "/help", "/help", N_("What I can do")),
    Command("start", Role.AGENT, "/start", "/start", N_("Begin")),
    Command("staff", Role.SUPERVISOR, "/staff", "/staff", N_("Who works here")),
    Command("report", Role.SUPERVISOR, "/report [today|yesterday|week]", "/report week", N_("How it is going")),
    Command("invite", Role.SUPERVISOR, "/invite [agent|supervisor]", "/invite agent", N_("Invite a colleague")),
    Command("bind", Role.SUPERVISOR, "/bind", "/bind", N_("Make this group the desk")),
    Command("unbind", Role.SUPERVISOR, "/unbind", "/unbind", N_("Let this group be the desk no longer")),
)

STAFF_COMMANDS = {command.name: command for command in COMMANDS if command.role is not None}


class UsageError(KefuError):
    """A command was given arguments that it cannot work with."""

    def __init__(self, command: Command) -> None:
        super().__init__(f"usage: {command.usage}")
        self.command = command


class CommandUnknown(KefuError):
    """There is no such command for this person."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no command /{name}")
        self.name = name


@dataclass(frozen=True, slots=True)
class Call:
    """A command as somebody typed it: its name in lower case, and the rest of the line."""

    name: str
    args: str


async def call_of(message: Message, bot: Bot) -> Call | None:
    """Return the command that a message is, None when it is none or meant for another bot."""
    match = _COMMAND.fullmatch(message.text or "")
    if match is None:
        return None
    name, addressee, args = match.groups()
    if addressee is not None and addressee.lower() != ((await bot.me()).username or "").lower():
        return None
    return Call(name.lower(), (args or "").replace("\x00", "").strip())


class StaffCommand(Filter):
    """Lets a command of the staff through, to whom it is for, with ``command`` and its ``args``.

    Somebody who is no agent falls through, as if it did not exist.

    Raises:
        RoleTooLow: an agent who may not.
        UsageError: something stands behind a command that takes nothing.
    """

    def __init__(self, name: str) -> None:
        self.command = STAFF_COMMANDS[name]

    async def __call__(self, message: Message, bot: Bot, agent: Agent | None = None) -> bool | dict[str, Any]:
        if agent is None or not (message.text or "").startswith("/"):
            return False
        call = await call_of(message, bot)
        if call is None or call.name != self.command.name:
            return False
        if self.command.role is not None and not agent.role.covers(self.command.role):
            raise RoleTooLow(self.command.role, f"/{self.command.name}")
        if call.args and self.command.is_bare:
            raise UsageError(self.command)
        return {"command": self.command, "args": call.args}

"""Every command there is, for whom, and in a few words what it does. Read by /help, the menus and the guards."""

from dataclasses import dataclass

from bot.crm.agents import Role
from bot.texts import N_


@dataclass(frozen=True, slots=True)
class Command:
    """One command; ``role`` None is for customers. ``summary`` is a message id."""

    name: str
    role: Role | None = None
    usage: str = ""
    example: str = ""
    summary: str = ""


COMMANDS: tuple[Command, ...] = (
    Command("start", usage="/start", example="/start", summary=N_("the first words again, with what people often ask")),
    Command("help", usage="/help", example="/help", summary=N_("what I can do")),
    Command("ticket", usage="/ticket [text]", example="/ticket My lamp flickers", summary=N_("open a ticket")),
    Command("tickets", usage="/tickets", example="/tickets", summary=N_("your tickets: look, add, close")),
    Command("phone", usage="/phone", example="/phone", summary=N_("link your account by your phone number")),
    Command("language", usage="/language [en|zh]", example="/language zh", summary=N_("speak English or 简体中文")),
    Command("cancel", usage="/cancel", example="/cancel", summary=N_("leave what we just started")),
)

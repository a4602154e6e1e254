"""Every error that a person may cause is worded, in every language, by the one place that words errors."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest

import bot
from bot.crm.agents import InvitationInvalid, Role, RoleTooLow
from bot.crm.tickets import TicketAlreadyTaken, TicketState, TicketUnknown, TransitionRefused
from bot.desk.replying import CustomerUnknown
from bot.desk.ticketing import TicketSolvedBefore
from bot.errors import KefuError
from bot.handlers import errors
from bot.handlers.commands import STAFF_COMMANDS, CommandUnknown, UsageError
from bot.handlers.errors import WORDS, Reader
from bot.texts import translator
from tests.factories import NOW

NEVER_SHOWN = {"UpdateAlreadyDone", "DueTimeRefused", "DueTimeUnreadable"}
"""A fact between machines, which the intake acts on; and what the handler of /remind answers with its usage."""

ROOMS = ("bot.crm", "bot.desk", "bot.handlers")


def _errors() -> Iterator[type[KefuError]]:
    """Every error that the rooms of people raise."""
    for found in pkgutil.walk_packages(bot.__path__, "bot."):
        if not found.name.startswith(ROOMS):
            continue
        for _, kind in inspect.getmembers(importlib.import_module(found.name), inspect.isclass):
            if issubclass(kind, KefuError) and kind.__module__ == found.name:
                yield kind


def test_every_error_is_worded() -> None:
    wordless = {kind.__name__ for kind in _errors() if not any(above in WORDS for above in kind.__mro__)}

    assert wordless == NEVER_SHOWN


@pytest.mark.parametrize(
    ("error", "english", "chinese"),
    [
        (
            UsageError(STAFF_COMMANDS["take"]),
            "Like this: /take [number]\nFor example: /take 42",
            "用法：/take [number]",
        ),
        (CommandUnknown("tkae"), "There is no command /tkae. /help shows what there is.", "没有 /tkae 这个命令"),
        (RoleTooLow(Role.OWNER, "remove"), "That takes an owner.", "这需要所有者的权限。"),
        (TicketUnknown(9), "There is no ticket #9. /queue shows those that wait.", "没有工单 #9"),
        (TicketAlreadyTaken(9, 3, "Mei"), "Mei has #9 already.", "#9 已由 Mei 接下。"),
        (
            TicketSolvedBefore(9, "Mei", NOW),
            "Mei solved #9 already, 3/2/26, 5:30\u202fPM.",
            "Mei 已在 2026/3/2 17:30 解决了",
        ),
        (
            TransitionRefused(9, TicketState.ON_HOLD, TicketState.ON_HOLD),
            "#9 is on hold already.",
            "#9 已经是“搁置中”。",
        ),
        (
            TransitionRefused(9, TicketState.CLOSED, TicketState.OPEN),
            "#9 is closed and cannot become open.",
            "#9 目前是“已关闭”，不能改为“处理中”。",
        ),
        (CustomerUnknown("x" * 500), f"There is no customer {'x' * 64}.", "没有客户 x"),
        (
            InvitationInvalid(),
            "This invitation is used up or out of date. Ask the person who sent it for a new one.",
            "这个邀请已被使用或已过期",
        ),
    ],
)
def test_an_error_reads_well_in_both_languages(error: KefuError, english: str, chinese: str) -> None:
    words = errors._words_for(error)
    assert words is not None
    zone = ZoneInfo("Asia/Shanghai")

    assert words(Reader(translator("en"), zone, None), error) == english
    assert words(Reader(translator("zh"), zone, None), error).startswith(chinese)

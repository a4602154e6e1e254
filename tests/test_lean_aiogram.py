"""aiogram imported with late validators is the same aiogram. Each test asks a fresh process."""

import subprocess
import sys

WHOLE = """
from bot.lean_aiogram import import_aiogram
assert import_aiogram() is LEAN
import aiogram.methods, aiogram.types
models = [
    each
    for module in (aiogram.types, aiogram.methods)
    for name in module.__all__
    if hasattr(each := getattr(module, name), "model_rebuild")
]
late = [each for each in models if not each.__pydantic_complete__]
for each in late:
    each.model_rebuild()
print(len(models), len(late) > 300, all(each.__pydantic_complete__ for each in models))
"""

USED = """
from bot.lean_aiogram import import_aiogram
import_aiogram()
from aiogram.methods import SendMessage, SetMyCommands
from aiogram.methods.base import Response
from aiogram.types import BotCommand, Update
message = {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}, "text": "hi"}
print(Update.model_validate({"update_id": 1, "message": message}).message.text)
print(Response[SendMessage.__returning__].model_validate({"ok": True, "result": message}).result.text)
print(SetMyCommands(commands=[BotCommand(command="help", description="Help")]).commands[0].command)
"""


def run(script: str) -> str:
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout


def test_every_model_can_be_built_when_it_is_met() -> None:
    assert run(WHOLE.replace("LEAN", "True")).split()[1:] == ["True", "True"]


def test_an_aiogram_that_is_there_already_is_left_alone() -> None:
    count = run("import aiogram\n" + WHOLE.replace("LEAN", "False")).split()[0]
    assert count == run(WHOLE.replace("LEAN", "True")).split()[0]


def test_what_is_used_is_built_by_itself() -> None:
    assert run(USED).split() == ["hi", "hi", "help"]

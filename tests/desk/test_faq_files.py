import os
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.crm.agents import Role
from bot.crm.faq import faq_revisions
from bot.crm.outbox import outbox
from bot.database import Database
from bot.desk.faq_files import FaqWatcher, Reload, load_at_start, reload_files
from bot.desk.knowledge import Knowledge
from bot.nlp.faq import FaqFileError
from tests import factories
from tests.factories import after

SOON, LATER = "It is on its way.", "It left today."
ENTRY = """
- id: where-is-my-order
  topic: orders
  questions: {{en: [Where is my order?, Track my parcel]}}
  answer: {{en: {answer}}}
"""
BROKEN = "- id: where-is-my-order\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "faq"
    folder.mkdir()
    write(folder, ENTRY.format(answer=SOON), 1)
    return folder


def write(folder: Path, text: str, saved_at: int) -> None:
    path = folder / "orders.yaml"
    path.write_text(text)
    os.utime(path, (saved_at, saved_at))


def take_away(folder: Path) -> None:
    folder.rename(folder.with_name("moved"))


async def watch(database: Database, folder: Path, now: datetime) -> tuple[FaqWatcher, Knowledge]:
    """A watcher as it stands some seconds after the start."""
    async with database.begin() as tx:
        await factories.agent(tx, telegram_id=7, name="Olivia", role=Role.OWNER)
        await factories.agent(tx, telegram_id=8, name="Ming")
    await load_at_start(database, folder, now)
    knowledge = await Knowledge.load(database, 0.95)
    watcher = FaqWatcher(database, knowledge, folder)
    await watcher.look(now)
    await watcher.look(now)
    return watcher, knowledge


def answer(knowledge: Knowledge) -> str:
    said = knowledge.answer("where-is-my-order", "en")
    assert said is not None
    return said[0]


async def told(database: Database) -> list[tuple[int, str]]:
    async with database.read() as tx:
        rows = await tx.all(select(outbox.c.chat_id, outbox.c.payload).order_by(outbox.c.id))
    return [(row.chat_id, row.payload) for row in rows]


async def revisions(database: Database) -> int:
    async with database.read() as tx:
        return len(await tx.all(select(faq_revisions.c.id)))


async def test_a_changed_file_is_used_once_it_is_saved_whole(database: Database, folder: Path, now: datetime) -> None:
    watcher, knowledge = await watch(database, folder, now)
    write(folder, ENTRY.format(answer=LATER), 2)
    await watcher.look(after(seconds=3))
    assert answer(knowledge) == SOON
    await watcher.look(after(seconds=6))
    assert answer(knowledge) == LATER
    assert await told(database) == []


async def test_looking_at_unchanged_files_does_nothing(database: Database, folder: Path, now: datetime) -> None:
    watcher, knowledge = await watch(database, folder, now)
    for seconds in (3, 6, 9):
        await watcher.look(after(seconds=seconds))
    assert (knowledge.version, await revisions(database)) == (1, 1)


async def test_files_with_problems_leave_the_old_faq_and_owners_are_told_once(
    database: Database, folder: Path, now: datetime
) -> None:
    watcher, knowledge = await watch(database, folder, now)
    write(folder, BROKEN, 2)
    for seconds in (3, 6, 9):
        await watcher.look(after(seconds=seconds))
    write(folder, BROKEN, 3)  # saved again, and nothing mended
    for seconds in (12, 15):
        await watcher.look(after(seconds=seconds))
    assert answer(knowledge) == SOON
    ((chat, text),) = await told(database)
    assert chat == 7
    assert "The FAQ files have problems, so I go on with the FAQ as it was:" in text
    assert "orders.yaml:1: an entry needs" in text


async def test_owners_are_told_when_the_problems_are_over(database: Database, folder: Path, now: datetime) -> None:
    watcher, knowledge = await watch(database, folder, now)
    write(folder, BROKEN, 2)
    assert (await watcher.reload(after(seconds=3))).problems
    write(folder, ENTRY.format(answer=LATER), 3)
    assert await watcher.reload(after(seconds=6)) == Reload(is_changed=True)
    assert answer(knowledge) == LATER
    assert ["in order again" in text for _, text in await told(database)] == [False, True]


async def test_a_folder_that_is_gone_is_a_problem_like_others(database: Database, folder: Path, now: datetime) -> None:
    watcher, knowledge = await watch(database, folder, now)
    take_away(folder)
    (problem,) = (await watcher.reload(after(seconds=3))).problems
    assert problem.reason == "the file cannot be read: No such file or directory"
    assert answer(knowledge) == SOON


async def test_at_start_problems_are_raised_and_the_record_stays(
    database: Database, folder: Path, now: datetime
) -> None:
    await load_at_start(database, folder, now)
    write(folder, BROKEN, 2)
    with pytest.raises(FaqFileError) as caught:
        await load_at_start(database, folder, after(hours=1))
    assert [problem.line for problem in caught.value.problems] == [1, 1, 1]
    assert await revisions(database) == 1


async def test_who_asked_for_a_reload_is_on_the_revision(database: Database, folder: Path, now: datetime) -> None:
    async with database.begin() as tx:
        mei = await factories.agent(tx)
    assert await reload_files(database, folder, now, agent_id=mei.id) == Reload(is_changed=True)
    async with database.read() as tx:
        assert [row.agent_id for row in await tx.all(select(faq_revisions.c.agent_id))] == [mei.id]

"""FAQ files that are broken: at start the bot refuses with file and line, later it goes on with what it knew."""

from pathlib import Path

import pytest
from sqlalchemy import select

from bot.clock import utc_now
from bot.crm.audit import audit_events
from bot.crm.faq import faq_entries
from bot.database import Database
from bot.nlp.faq import FaqFileError
from bot.playground.messages import text_of
from tests.e2e.conftest import Desk, Opening

WHOLE = """\
- id: penguins
  topic: animals
  questions:
    en: [Do you sell penguins?, Can I buy a penguin?, Are there penguins in the shop?, Penguins for sale?]
    zh: [你们卖企鹅吗？, 可以买企鹅吗？, 店里有企鹅吗？, 有企鹅卖吗？, 有没有企鹅？]
  answer: {en: "We sell no penguins.", zh: "我们不卖企鹅。"}
- id: sofas
  topic: furniture
  questions:
    en: [Where do you deliver sofas?, Is the sofa delivered home?, Sofa delivery?, Who carries the sofa?]
    zh: [沙发送到哪里？, 沙发送货上门吗？, 沙发配送, 谁来搬沙发？, 沙发运费]
  answer: {en: "We deliver sofas to your door.", zh: "沙发送货上门。"}
"""
BROKEN = {
    "not yaml": ("- id: [penguins\n  topic: x\n", 2),
    "no list": ("id: penguins\n", 1),
    "no answer": ("- id: penguins\n  topic: x\n  questions: {en: [Any?]}\n", 1),
    "the same id twice": (WHOLE + WHOLE, 13),
    "binary": ("\x00\x01\x02", 1),
    "an unknown key": (WHOLE + "  colour: red\n", 13),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "faq"
    path.mkdir()
    (path / "animals.yaml").write_text(WHOLE, encoding="utf-8")
    return path


async def _look(desk: Desk) -> None:
    """The clock's two looks at the files: one to see the change, one to see that nobody is still writing."""
    for _ in range(2):
        await desk.app.watcher.look(utc_now())
    await desk.settled()


async def _entries(desk: Desk) -> list[str]:
    """What the record holds, also while no bot runs."""
    database = Database(desk.settings.database_url)
    async with database.read() as tx:
        rows = await tx.all(select(faq_entries.c.key).where(faq_entries.c.removed_at.is_(None)))
    await database.dispose()
    return sorted(row.key for row in rows)


def _told(desk: Desk) -> list[str]:
    return [text_of(one) for one in desk.group.messages if "FAQ" in text_of(one)]


@pytest.mark.parametrize(("content", "line"), BROKEN.values(), ids=BROKEN)
async def test_at_start_the_bot_refuses_with_file_and_line(
    open_desk: Opening, folder: Path, content: str, line: int
) -> None:
    desk = await open_desk(start=False, faq_dir=folder)
    (folder / "animals.yaml").write_text(content, encoding="utf-8")
    before = await _entries(desk)
    with pytest.raises(FaqFileError) as refused:
        await desk.start_bot()

    first = refused.value.problems[0]
    assert (Path(first.file).name, first.line) == ("animals.yaml", line)
    assert f"animals.yaml:{line}" in str(refused.value)
    assert await _entries(desk) == before  # the record stays as it was
    (folder / "animals.yaml").write_text(WHOLE, encoding="utf-8")
    await desk.start_bot()
    await desk.anna.writes("Do you sell penguins?")
    assert await desk.anna.reads() == ["We sell no penguins."]


async def test_later_the_old_one_stays_staff_are_told_once_and_the_mended_one_is_used(
    open_desk: Opening, folder: Path
) -> None:
    desk = await open_desk(faq_dir=folder)
    (folder / "animals.yaml").write_text(WHOLE + "- id: [", encoding="utf-8")
    for _ in range(3):
        await _look(desk)
    await desk.anna.writes("Do you sell penguins?")
    assert await desk.anna.reads() == ["We sell no penguins."]

    (told,) = _told(desk)
    heading, problem = told.splitlines()
    assert heading == "⚠️ The FAQ files have problems, so I go on with the FAQ as it was:"
    assert problem.startswith(f"• {folder / 'animals.yaml'}:14")
    assert await _entries(desk) == ["penguins", "sofas"]

    (folder / "animals.yaml").write_text(WHOLE.replace("We sell no penguins.", "Two are left."), encoding="utf-8")
    await _look(desk)
    await desk.anna.writes("Do you sell penguins?")
    assert await desk.anna.reads() == ["Two are left."]
    assert _told(desk)[1:] == ["✅ The FAQ files are in order again; I use them now."]
    kept = await desk.rows(
        select(audit_events.c.action).where(audit_events.c.action.like("faq_%")).order_by(audit_events.c.id)
    )
    assert [row.action for row in kept] == ["faq_refused", "faq_accepted"]


async def test_an_answer_that_is_gone_meanwhile_is_not_given_by_an_old_button(open_desk: Opening, folder: Path) -> None:
    desk = await open_desk(faq_dir=folder)
    await desk.anna.starts()
    (greeting,) = await desk.anna.reads_messages()
    (penguins, *_) = [button for row in greeting["reply_markup"]["inline_keyboard"] for button in row]
    (folder / "animals.yaml").write_text(WHOLE[WHOLE.index("- id: sofas") :], encoding="utf-8")
    await _look(desk)
    pressed = await desk.anna.presses(penguins["text"], greeting)
    await desk.settled()

    assert penguins["text"] == "Do you sell penguins?"
    assert pressed.text == "I don't have this answer any more. Just ask me again in your own words."
    assert desk.anna.unread() == []
    assert await _entries(desk) == ["sofas"]

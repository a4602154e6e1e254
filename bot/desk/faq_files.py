"""The FAQ's files and the record: read at start, looked at by the clock, read again when staff ask for it.

Called by the application, the jobs and the staff's /faq. Files with problems never reach the record: at start they
are refused, later the old FAQ stays in use and staff are told once.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from bot.crm import agents, audit, desks
from bot.crm.agents import Role
from bot.crm.outbox import SendPriority
from bot.database import Database
from bot.desk.knowledge import Knowledge, sync_files
from bot.desk.speech import shorten, tell
from bot.nlp.faq import FaqFileError, Problem
from bot.nlp.files import load_faq
from bot.texts import translator
from bot.transactions import Transaction

log = structlog.get_logger()

SHOWN = 10
"""How many problems staff are shown at once; the first ones mostly cause the rest."""

Fingerprint = tuple[tuple[str, int, int], ...]
"""(path, modified, size) of every file, in order."""


@dataclass(frozen=True, slots=True)
class Reload:
    """What reading the files again brought: a changed FAQ, the same one, or problems (then the old one stays)."""

    is_changed: bool
    problems: tuple[Problem, ...] = ()


async def load_at_start(database: Database, folder: Path, now: datetime) -> bool:
    """Make the record say what the files say; returns whether anything changed.

    Raises:
        FaqFileError: the files cannot be used; every problem with file and line. The record stays as it was.
    """
    return (await _read(database, folder, now)).is_changed


async def reload_files(database: Database, folder: Path, now: datetime, *, agent_id: int | None = None) -> Reload:
    """The same later on: files with problems are reported instead of raised. ``agent_id``: who asked for it."""
    try:
        return await _read(database, folder, now, agent_id)
    except FaqFileError as error:
        return Reload(is_changed=False, problems=error.problems)


class FaqWatcher:
    """Notices that somebody changed the files, and uses them when they are whole."""

    def __init__(self, database: Database, knowledge: Knowledge, folder: Path) -> None:
        self._database = database
        self._knowledge = knowledge
        self._folder = folder
        self._seen: Fingerprint | None = None
        self._read: Fingerprint | None = None
        self._told: tuple[Problem, ...] = ()
        self._reading = asyncio.Lock()  # staff may ask while the clock looks; the same problems are told once

    async def look(self, now: datetime) -> None:
        """Read files that changed, once two looks found them alike: an editor may be in the middle of saving."""
        seen = await asyncio.to_thread(fingerprint, self._folder)
        is_settled, self._seen = seen == self._seen, seen
        if is_settled and seen != self._read:
            await self.reload(now)
            self._read = seen
        await self._knowledge.count_asked(now)

    async def reload(self, now: datetime, *, agent_id: int | None = None) -> Reload:
        """Read the files now, and tell staff of problems that they were not told of yet, or that they are over."""
        async with self._reading:
            outcome = await reload_files(self._database, self._folder, now, agent_id=agent_id)
            if outcome.is_changed:
                await self._knowledge.refresh()
                log.info("FAQ files read", version=self._knowledge.version)
            if outcome.problems != self._told:
                log.warning("FAQ files", problems=len(outcome.problems))
                async with self._database.begin() as tx:
                    await tell_staff(tx, outcome.problems, now=now)
                self._told = outcome.problems
            return outcome


async def tell_staff(tx: Transaction, problems: Sequence[Problem], *, now: datetime) -> None:
    """Tell staff what is wrong with the files, or (no problems) that nothing is any more: in the desk group, else the
    owners in private."""
    desk = await desks.current(tx)
    owners = [agent for agent in await agents.active(tx) if agent.role is Role.OWNER]
    language = owners[0].language if owners else "en"
    await audit.record(tx, "faq_refused" if problems else "faq_accepted", now=now, detail="\n".join(map(str, problems)))
    if desk is not None and desk.is_working:
        await tell(tx, desk.chat_id, problem_text(problems, language), now=now, priority=SendPriority.DESK)
        return
    for owner in owners:
        text = problem_text(problems, owner.language)
        await tell(tx, owner.telegram_id, text, now=now, priority=SendPriority.DESK)


def problem_text(problems: Sequence[Problem], language: str) -> str:
    """Return what staff read about the files."""
    t = translator(language)
    if not problems:
        return t("✅ The FAQ files are in order again; I use them now.")
    lines = [f"• {shorten(str(problem), 300)}" for problem in problems[:SHOWN]]
    if len(problems) > SHOWN:
        lines.append(t("… and {n} more", n=len(problems) - SHOWN))
    heading = t("⚠️ The FAQ files have problems, so I go on with the FAQ as it was:")
    return "\n".join([heading, *lines])


def fingerprint(folder: Path) -> Fingerprint:
    """Return what changes when a file of the folder does; a file that vanishes meanwhile is left out."""
    found = []
    for path in sorted(folder.glob("*.y*ml")) if folder.is_dir() else []:
        try:
            status = path.stat()
        except OSError:
            continue
        found.append((str(path), status.st_mtime_ns, status.st_size))
    return tuple(found)


async def _read(database: Database, folder: Path, now: datetime, agent_id: int | None = None) -> Reload:
    try:
        faq = await asyncio.to_thread(load_faq, folder)
    except OSError as error:
        problem = Problem(str(folder), 1, f"the folder cannot be read: {error.strerror}")
        raise FaqFileError((problem,)) from error
    async with database.begin() as tx:
        return Reload(is_changed=await sync_files(tx, faq, now, agent_id=agent_id))

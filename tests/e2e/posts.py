"""Posts queued as a part of the desk would queue them, and what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from bot.clock import utc_now
from bot.crm import outbox
from bot.crm.outbox import OutboxState
from bot.database import Database
from bot.playground.messages import is_service, text_of
from bot.playground.people import Group, Person
from tests.e2e.conftest import Desk

SENT, FAILED, PENDING, SENDING = OutboxState.SENT, OutboxState.FAILED, OutboxState.PENDING, OutboxState.SENDING


@dataclass(frozen=True, slots=True)
class Fate:
    """What the record says of a post."""

    state: OutboxState
    possibly_repeated: bool
    error: str | None


async def queue(desk: Desk, chat_id: int, *texts: str, **more: Any) -> list[int]:
    """Queue texts to a chat in one transaction of the running bot; returns the posts' ids."""
    async with desk.database.begin() as tx:
        return [await outbox.queue(tx, chat_id, "sendMessage", {"text": text}, now=utc_now(), **more) for text in texts]


async def queue_behind_its_back(desk: Desk, chat_id: int, *texts: str, **more: Any) -> list[int]:
    """Queue texts while no bot is running."""
    database = Database(desk.settings.database_url)
    async with database.begin() as tx:
        made = [await outbox.queue(tx, chat_id, "sendMessage", {"text": text}, now=utc_now(), **more) for text in texts]
    await database.dispose()
    return made


async def fates(desk: Desk, *post_ids: int) -> list[Fate]:
    """What became of these posts (of all, without any), oldest first; works for a stopped bot too."""
    table = outbox.outbox
    database = Database(desk.settings.database_url)
    async with database.read() as tx:
        rows = await tx.all(table.select().order_by(table.c.id))
    await database.dispose()
    chosen = [row for row in rows if not post_ids or row.id in post_ids]
    return [Fate(row.state, row.possibly_repeated, row.error) for row in chosen]


def let_in(*people: Person) -> None:
    """They have started the bot some time ago, so it may write to them."""
    for person in people:
        person.account.started = True


def received(person: Person) -> list[str]:
    """Every text that the bot ever sent a person, in order of arrival."""
    return _from_bot(person.chat().messages.values(), person.world.bot.id)


def shown_in(group: Group) -> list[str]:
    """Every text that the bot sent to a group, in order of arrival."""
    return _from_bot(group.messages, group.world.bot.id)


def without_repeats(texts: Sequence[str]) -> list[str]:
    return [text for text, _ in groupby(texts)]


def numbered(count: int, word: str = "message") -> list[str]:
    return [f"{word} {number}" for number in range(1, count + 1)]


def _from_bot(messages: Any, bot_id: int) -> list[str]:
    return [text_of(message) for message in messages if message["from"]["id"] == bot_id and not is_service(message)]

"""A long record: how soon the bot answers after its start, what it weighs, and what a message costs then."""

import tempfile
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert

from bot.clock import utc_now
from bot.crm.agents import Role, agents
from bot.crm.communications import Direction, Kind, communications
from bot.crm.customers import IdentityKind, customers, identities
from bot.crm.reminders import ReminderState, reminders
from bot.database import Database
from bot.migrating import upgrade
from tests.bench.bots import kefu_environment, playing, start_kefu
from tests.bench.load import Answers, crowd, measure_flood, questions

CHUNK = 20_000
PEOPLE = 200
MESSAGES = 1500


@dataclass
class Weight:
    """What was measured."""

    ready_s: float
    resident_mb: float
    cpu_s: float


async def measure_weight(reminders_: int, communications_: int) -> Weight:
    """Fill a record, start the bot on it, and be one of its customers."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'kefu.db'}"
        async with playing() as play:
            people = crowd(play, PEOPLE)
            await _fill(url, [person.id for person in people], reminders_, communications_)
            await people[0].writes(questions()[0])
            start = time.monotonic()
            bot = await start_kefu(kefu_environment(play, url), Path(folder))
            try:
                await Answers(play).until(1, 120)
                ready_s = time.monotonic() - start
                _, cpu_s = await measure_flood(play, bot, people, MESSAGES)
                return Weight(ready_s, bot.resident_mb(), cpu_s)
            finally:
                await bot.stop()


async def _fill(url: str, telegram_ids: list[int], reminders_: int, communications_: int) -> None:
    database = Database(url)
    await upgrade(database)
    now = utc_now()
    async with database.begin() as tx:
        await tx.execute(
            insert(agents),
            {"telegram_id": 1, "name": "Olivia", "role": Role.OWNER, "language": "en", "created_at": now},
        )
        await tx.execute(
            insert(customers),
            [
                {"id": number, "first_name": f"Customer {number}", "language": "en", "created_at": now}
                for number in range(1, len(telegram_ids) + 1)
            ],
        )
        await tx.execute(
            insert(identities),
            [
                {"customer_id": number, "kind": IdentityKind.TELEGRAM, "value": str(known), "created_at": now}
                for number, known in enumerate(telegram_ids, 1)
            ],
        )
    for first in range(0, communications_, CHUNK):
        async with database.begin() as tx:
            await tx.execute(
                insert(communications),
                [
                    {
                        "customer_id": number % len(telegram_ids) + 1,
                        "direction": Direction.OUT if number % 2 else Direction.IN,
                        "kind": Kind.TEXT,
                        "text": f"message {number} about an order that has not come yet",
                        "chat_id": telegram_ids[number % len(telegram_ids)],
                        "message_id": 10_000_000 + number,
                        "created_at": now - timedelta(minutes=communications_ - number),
                    }
                    for number in range(first, min(first + CHUNK, communications_))
                ],
            )
    for first in range(0, reminders_, CHUNK):
        async with database.begin() as tx:
            await tx.execute(
                insert(reminders),
                [
                    {
                        "agent_id": 1,
                        "text": "call back",
                        "state": ReminderState.PENDING,
                        "due_at": now + timedelta(days=1, seconds=number),
                        "created_at": now,
                    }
                    for number in range(first, min(first + CHUNK, reminders_))
                ],
            )
    await database.dispose()

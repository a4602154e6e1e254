"""Two real bots on one PostgreSQL; one is killed in mid-load, and the other goes on with its work."""

import asyncio
import random
from pathlib import Path

import pytest

from bot.database import Database
from tests.bench.bots import kefu_environment, playing, start_kefu
from tests.bench.load import crowd
from tests.e2e.test_kill import _compare, _someone_is_answered, _worked_off, _write, told
from tests.servers import free_port

pytestmark = [pytest.mark.kill, pytest.mark.postgres]


async def test_the_other_bot_goes_on_with_the_work_of_a_killed_one(postgres_url: str, tmp_path: Path) -> None:
    log = tmp_path / "bots.log"
    async with playing() as play:
        door, other_door = free_port(), free_port()
        first = kefu_environment(play, postgres_url, webhook_url=f"http://127.0.0.1:{door}/telegram", webhook_port=door)
        people = crowd(play, 40)
        one = await start_kefu(first, tmp_path, log)
        two = await start_kefu(first | {"KEFU_WEBHOOK_PORT": str(other_door)}, tmp_path, log)
        database = Database(postgres_url)
        try:
            end = asyncio.Event()
            writing = asyncio.create_task(_write(people, random.Random(7), end))
            await _someone_is_answered(play, one, log)
            await asyncio.sleep(2)  # the kill comes in the middle of it
            await one.stop(9)
            one = await start_kefu(first, tmp_path, log)
            await _someone_is_answered(play, two, log)
            end.set()
            written = await writing
            await _worked_off(database, len(written), two, log)
            await asyncio.gather(one.stop(), two.stop())
            assert (one.process.returncode, two.process.returncode) == (0, 0), told(log)
            await _compare(play, database, written)
        finally:
            await one.stop(9)
            await two.stop(9)
            await database.dispose()

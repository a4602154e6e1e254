"""``make bench``: the figures of docs/benchmarks.md, all from one run of the real bot beside a bare echo bot.

``python -m tests.bench [--quick] [--write]``: ``--write`` puts the tables into docs/benchmarks.md.
"""

import asyncio
import platform
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import URL, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.playground.server import Playground
from tests import servers
from tests.bench.bots import ROOT, RunningBot, kefu_environment, playing, start_echo, start_kefu
from tests.bench.load import crowd, measure_flood, measure_latency, percentile
from tests.bench.pacing import measure_pacing
from tests.bench.weight import measure_weight

Row = list[str]
Starter = Callable[[Playground, Path], Awaitable[RunningBot]]

PEOPLE = 200


async def main(is_quick: bool) -> str:
    """Run everything and return the report as Markdown."""
    count, seconds = (1500, 6) if is_quick else (6000, 20)
    sections = [
        await throughput(count, seconds, rounds=1 if is_quick else 3),
        await pacing(8 if is_quick else 20),
        await weight((2_000, 20_000) if is_quick else (100_000, 1_000_000)),
    ]
    head = (
        "# Benchmarks\n\n"
        "Made by `make bench`: the real bot as a process of its own against the playground's local Bot API on the "
        "same machine. Machines are noisy and differ; the ratios to a bare aiogram echo bot, measured in the same "
        "run, are what travels.\n\n"
        f"Last run: {datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {platform.machine()}."
    )
    return "\n\n".join([head, *sections]) + "\n"


async def throughput(count: int, seconds: float, rounds: int) -> str:
    """Durable throughput against echo, in turn, and the wait at 50 messages a second."""
    measured: dict[str, list[tuple[float, float, float, float]]] = {}
    for _ in range(rounds):
        for name, start in BOTS.items():
            measured.setdefault(name, []).append(await _measure(start, count, seconds))
    best = {name: sorted(values)[len(values) // 2] for name, values in measured.items()}
    echo = best["echo"][0]
    rows = [
        [name, f"{rate:.0f}", f"{rate / echo:.2f}", f"{cpu * 1e3:.2f} ms", f"{p50 * 1e3:.0f} / {p99 * 1e3:.0f} ms"]
        for name, (rate, cpu, p50, p99) in best.items()
    ]
    title = (
        f"## Durable throughput\n\n{count} messages from {PEOPLE} people at once, then 50 messages a second for "
        f"{seconds:.0f} s; the median of {rounds} round(s). Kefu stores each update, knows the customer, understands "
        "the question, records it and the answer, and marks both done and sent.\n\n"
    )
    return title + table(["bot", "messages/s", "of echo", "CPU a message", "p50 / p99 at 50/s"], rows)


async def _measure(start: Starter, count: int, seconds: float) -> tuple[float, float, float, float]:
    with tempfile.TemporaryDirectory() as folder:
        async with playing() as play:
            people = crowd(play, PEOPLE)
            bot = await start(play, Path(folder))
            try:
                rate, cpu = await measure_flood(play, bot, people, count)
                waits = await measure_latency(play, people, 50, seconds)
            finally:
                await bot.stop()
    return rate, cpu, percentile(waits, 50), percentile(waits, 99)


async def pacing(seconds: float) -> str:
    """A broadcast at Telegram's pace, with people writing."""
    result = await measure_pacing(seconds)
    rows = [
        [
            f"{result.share_of_limit:.2f}",
            str(result.refusals),
            f"{percentile(result.waits, 50):.2f} / {percentile(result.waits, 99):.2f} s",
        ]
    ]
    title = (
        "## Sending under a broadcast\n\nThe local Bot API keeps Telegram's limits (30 a second in all); a broadcast "
        f"fills them for {seconds:.0f} s while people write 5 messages a second.\n\n"
    )
    return title + table(["of 30/s", "429s", "a person's wait p50 / p99"], rows)


async def weight(sizes: tuple[int, int]) -> str:
    """Start-up and memory with a long record, and what a message costs then."""
    reminders, communications = sizes
    small = await measure_weight(0, 10_000)
    large = await measure_weight(reminders, communications)
    rows = [
        [
            f"{communications_:,} / {reminders_:,}",
            f"{result.ready_s:.1f} s",
            f"{result.resident_mb:.0f} MB",
            f"{result.cpu_s * 1e3:.2f} ms",
        ]
        for communications_, reminders_, result in ((10_000, 0, small), (communications, reminders, large))
    ]
    title = (
        "## Weight\n\nFrom the start of the process to the first answer, resident memory after it, and the CPU of a "
        f"message; with the longer record a message costs {large.cpu_s / small.cpu_s:.2f} × as much.\n\n"
    )
    return title + table(["communications / reminders", "ready to answer", "resident", "CPU a message"], rows)


def table(head: Row, rows: list[Row]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


async def _kefu_on_sqlite(play: Playground, folder: Path) -> RunningBot:
    return await start_kefu(kefu_environment(play, f"sqlite+aiosqlite:///{folder / 'kefu.db'}"), folder)


BOTS: dict[str, Starter] = {"echo": start_echo, "Kefu on SQLite": _kefu_on_sqlite}


@contextmanager
def postgres_too() -> Iterator[None]:
    """Measure on PostgreSQL, too, where its server programs are."""
    try:
        with servers.postgres() as server:
            BOTS["Kefu on PostgreSQL"] = partial(_kefu_on_postgres, make_url(server))
            yield
    except servers.ProgramMissing as lack:
        print(f"without PostgreSQL: {lack}", file=sys.stderr)
        yield


async def _kefu_on_postgres(server: URL, play: Playground, folder: Path) -> RunningBot:
    name = f"bench_{time.monotonic_ns()}"
    engine = create_async_engine(server, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    await engine.dispose()
    url = server.set(database=name).render_as_string(hide_password=False)
    return await start_kefu(kefu_environment(play, url), folder)


if __name__ == "__main__":
    with postgres_too():
        report = asyncio.run(main("--quick" in sys.argv))
    print(report)
    if "--write" in sys.argv:
        (ROOT / "docs" / "benchmarks.md").write_text(report, encoding="utf-8")

"""Bots as processes of their own, against the playground of the benchmark: the real one and the echo."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.playground.server import Playground

ROOT = Path(__file__).parents[2]
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class RunningBot:
    """A bot's process and what it costs."""

    process: asyncio.subprocess.Process

    def cpu_s(self) -> float:
        """Processor seconds used so far, user and system."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def resident_mb(self) -> float:
        """Resident memory now."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024

    async def stop(self, number: int = signal.SIGTERM) -> None:
        if self.process.returncode is None:
            self.process.send_signal(number)
        await self.process.wait()


def kefu_environment(play: Playground, database_url: str, **more: object) -> dict[str, str]:
    """The settings of a real bot on the playground, at full speed."""
    settings = {
        "bot_token": play.token,
        "api_root": play.url,
        "database_url": database_url,
        "faq_dir": ROOT / "faq",
        "sends_per_second": 100_000,
        "sends_per_second_chat": 100_000,
        "sends_per_minute_group": 6_000_000,
    } | more
    return {f"KEFU_{name.upper()}": str(value) for name, value in settings.items()}


async def start_kefu(environment: Mapping[str, str], folder: Path, log: Path | None = None) -> RunningBot:
    """Start the real bot in an empty folder, so that no ``.env`` of the developer speaks."""
    return await _start([str(ROOT / "main.py"), "run"], dict(environment), folder, log)


async def start_echo(play: Playground, folder: Path) -> RunningBot:
    return await _start(["-m", "tests.bench.echo", play.url, play.token], {}, folder, None)


async def _start(arguments: list[str], more: dict[str, str], folder: Path, log: Path | None) -> RunningBot:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("KEFU_")}
    environment = clean | {"PYTHONPATH": str(ROOT)} | more
    with (log or Path(os.devnull)).open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, *arguments, cwd=folder, env=environment, stdout=output, stderr=output
        )
    return RunningBot(process)


@asynccontextmanager
async def playing() -> AsyncIterator[Playground]:
    """A playground without limits."""
    play = Playground()
    play.limits.enabled = False
    await play.start()
    try:
        yield play
    finally:
        await play.stop()

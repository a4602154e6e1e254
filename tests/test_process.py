"""Which workers of this machine are dead."""

import os
import subprocess
import sys

import pytest

from bot.process import HOST, is_dead_here


def ended_process() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.mark.parametrize(
    ("host", "pid", "is_dead"),
    [
        (HOST, os.getpid(), True),  # our number, and not us: it ended, and the number came round to us
        (HOST, os.getppid(), False),
        (HOST, 1, False),  # another user's perhaps, but alive
        ("elsewhere", os.getpid(), False),
        (f"{HOST}:x", os.getpid(), False),
    ],
)
def test_a_worker_of_this_machine_is_dead_when_its_process_is_gone(host: str, pid: int, is_dead: bool) -> None:
    assert is_dead_here(f"{host}:{pid}:1a2b3c4d") is is_dead


def test_a_worker_whose_process_ended_is_dead() -> None:
    assert is_dead_here(f"{HOST}:{ended_process()}:1a2b3c4d")

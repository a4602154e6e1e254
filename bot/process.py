"""This process among others: its name as a worker, whether a namesake is dead, its memory. Used by the application."""

import gc
import os
import socket
from uuid import uuid4

HOST = socket.gethostname()[:40].replace(":", "-")


def worker_name() -> str:
    """Return a name that no other process has, now or ever: host, process id, something random."""
    return f"{HOST}:{os.getpid()}:{uuid4().hex[:8]}"


def is_dead_here(worker: str) -> bool:
    """Whether a worker of this very machine is gone: its process ended, or its number is ours now."""
    host, pid, _ = worker.rsplit(":", 2)
    if host != HOST:
        return False
    if int(pid) == os.getpid():
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def settle_memory() -> None:
    """Keep what start-up made out of the garbage collector's rounds: each full one stopped the bot for 0.2 s."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)

"""Throw-away PostgreSQL and Redis servers for the tests, from the programs that the machine has."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


class ProgramMissing(Exception):
    """The machine lacks a server's programs."""


def find_program(name: str, folders: Sequence[str] = ()) -> Path:
    """Return where a program is; raises :class:`ProgramMissing`."""
    for folder in folders:
        for path in sorted(Path("/").glob(f"{folder}/{name}"), reverse=True):
            return path
    found = shutil.which(name)
    if found is None:
        raise ProgramMissing(f"no {name} on this machine")
    return Path(found)


def free_port() -> int:
    """Return a port of the loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def unprivileged_user() -> str | None:
    """Return whom PostgreSQL runs as: it refuses root; None for ourselves."""
    if os.geteuid() != 0:
        return None
    known = {user.pw_name for user in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in known)


@contextmanager
def postgres() -> Iterator[str]:
    """Run a new cluster and give the URL of its ``postgres`` database.

    It does not fsync: what the tests kill is the bot, and a transaction that PostgreSQL has confirmed
    outlives its client without that.
    """
    programs = find_program("initdb", ["usr/lib/postgresql/*/bin", *_pg_config_bindir()]).resolve().parent
    user = unprivileged_user()
    with tempfile.TemporaryDirectory(prefix="kefu-postgres-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if user is not None:
            shutil.chown(folder, user)
        data, port = folder / "data", free_port()
        _run([programs / "initdb", "-D", data, "-U", "kefu", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"], user)
        options = f"-h 127.0.0.1 -p {port} -k '' -c fsync=off -c full_page_writes=off -c max_connections=200"
        log = folder / "log"
        _run([programs / "pg_ctl", "-D", data, "-l", log, "-o", options, "-w", "-t", "60", "start"], user)
        try:
            yield f"postgresql+asyncpg://kefu@127.0.0.1:{port}/postgres"
        finally:
            _run([programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"], user)


@contextmanager
def redis() -> Iterator[str]:
    """Run a new Redis that keeps nothing, and give its URL."""
    program, port = find_program("redis-server"), free_port()
    command: list[str | Path] = [
        program,
        "--bind",
        "127.0.0.1",
        "--port",
        str(port),
        "--save",
        "",
        "--appendonly",
        "no",
    ]
    with (
        tempfile.TemporaryDirectory(prefix="kefu-redis-") as folder,
        subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as server,
    ):
        try:
            _wait_for_line(server, "Ready to accept connections")
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()


def _pg_config_bindir() -> list[str]:
    if shutil.which("pg_config") is None:
        return []
    told = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=True)
    return [told.stdout.strip().lstrip("/")]


def _run(command: Sequence[str | Path], user: str | None) -> None:
    done = subprocess.run(
        command,
        user=user,
        group=None if user is None else pwd.getpwnam(user).pw_gid,
        extra_groups=None if user is None else [],
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,  # a pipe would stay open in the server, and we would wait for its end
        stderr=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{Path(command[0]).name} ended with {done.returncode}")


def _wait_for_line(server: "subprocess.Popen[str]", words: str) -> None:
    assert server.stdout is not None
    seen = []
    for line in server.stdout:
        if words in line:
            return
        seen.append(line)
    raise RuntimeError(f"the server did not start: {''.join(seen)}")

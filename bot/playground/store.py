"""Keeps the world on disk: one SQLite table of keys and JSON, written through at once, read whole at start.

Used by world.py and its parts. Without a path nothing is kept. `synchronous=OFF` survives a killed process (the
operating system has the pages), which is all that a playground promises.
"""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Store:
    def __init__(self, path: Path | None) -> None:
        self._connection: sqlite3.Connection | None = None
        if path is None:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS records "
            "(kind TEXT, key TEXT, value TEXT, content BLOB, PRIMARY KEY (kind, key)) WITHOUT ROWID"
        )
        self._connection = connection

    def put(self, kind: str, key: object, value: Any, content: bytes | None = None) -> None:
        if self._connection is not None:
            self._connection.execute(
                "INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?)",
                (kind, str(key), json.dumps(value, ensure_ascii=False), content),
            )

    def forget(self, kind: str, keys: list[int]) -> None:
        if self._connection is not None and keys:
            self._connection.execute("BEGIN")
            self._connection.executemany(
                "DELETE FROM records WHERE kind = ? AND key = ?", [(kind, str(key)) for key in keys]
            )
            self._connection.execute("COMMIT")

    def all(self, kind: str) -> Iterator[tuple[str, Any, bytes | None]]:
        if self._connection is None:
            return
        rows = self._connection.execute("SELECT key, value, content FROM records WHERE kind = ?", (kind,))
        for key, value, content in rows:
            yield key, json.loads(value), content

    def one(self, kind: str, key: object) -> Any:
        if self._connection is None:
            return None
        row = self._connection.execute(
            "SELECT value FROM records WHERE kind = ? AND key = ?", (kind, str(key))
        ).fetchone()
        return None if row is None else json.loads(row[0])

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

"""What time it is, in UTC; read at the doors only and handed down as ``now``."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the present moment, aware and in UTC."""
    return datetime.now(UTC)


def from_unix(seconds: int) -> datetime:
    """Return the moment that Telegram writes as unix seconds, aware and in UTC."""
    return datetime.fromtimestamp(seconds, UTC)

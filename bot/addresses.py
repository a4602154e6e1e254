"""Addresses that people write in settings: of the Bot API, the database, this bot. Called by :mod:`bot.settings`."""

from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

TELEGRAM = "https://api.telegram.org"
TELEGRAM_PORTS = (443, 80, 88, 8443)
"""Where Telegram delivers webhooks to."""

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}


def database_url(url: str) -> str:
    """Return SQLAlchemy's URL with our driver for what people write; ValueError says what to write instead."""
    scheme, _, rest = url.partition("://")
    if scheme not in _DRIVERS:
        raise ValueError("write sqlite:///kefu.db for a file, or postgresql://user:password@host/name")
    if scheme.startswith("sqlite"):
        return f"{_DRIVERS[scheme]}://{_sqlite_file(rest)}"
    return _asyncpg(url, _DRIVERS[scheme])


def is_loopback(host: str) -> bool:
    """Whether this name or address means this very machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def web_parts(address: str) -> SplitResult | None:
    """The parts of a URL that names a host, or None."""
    try:
        parts = urlsplit(address)
        return parts if parts.hostname and (parts.port is None or parts.port >= 0) else None
    except ValueError:
        return None


def _sqlite_file(rest: str) -> str:
    if not rest.startswith("/") or rest in ("/", "//") or ":memory:" in rest:
        raise ValueError(
            "name a file, with three slashes: sqlite:///kefu.db (four for a full path: sqlite:////srv/kefu.db)"
        )
    return rest


def _asyncpg(url: str, driver: str) -> str:
    """The URL for asyncpg, which calls ``sslmode`` ``ssl`` and knows no ``channel_binding``."""
    try:
        parts = urlsplit(url)
        query = [("ssl" if key == "sslmode" else key, value) for key, value in parse_qsl(parts.query)]
        has_host = (parts.hostname is not None and parts.port != 0) or "host" in dict(query)
    except ValueError:
        has_host = False
    if not has_host or not parts.path.strip("/"):
        raise ValueError("write postgresql://user:password@host/name; a password's special characters as %40 and so on")
    asked = urlencode([(key, value) for key, value in query if key != "channel_binding"])
    return f"{driver}://{parts.netloc}{parts.path}" + (f"?{asked}" if asked else "")

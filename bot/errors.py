"""The root of every error that Kefu raises on purpose; each room names its own facts below it."""

from typing import ClassVar


class KefuError(Exception):
    """Something a person can be told about; the handlers word it."""


class DatabaseUnavailable(KefuError):
    """The database cannot be reached or stays locked; the work is repeated later, nothing was kept."""

    pause_s: ClassVar[float] = 0.5
    """How long to leave it alone before the work is repeated."""


class DatabaseContended(DatabaseUnavailable):
    """Somebody else was at the same rows; they will be through in a moment."""

    pause_s = 0.03

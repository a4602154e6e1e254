"""The root of every error that Kefu raises on purpose; each room names its own facts below it."""


class KefuError(Exception):
    """Something a person can be told about; the handlers word it."""


class DatabaseUnavailable(KefuError):
    """The database cannot be reached or stays locked; the work is repeated later, nothing was kept."""

"""What the bot did, call by call, for tests to compare with what the bot's own record says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Entry:
    """One call that arrived. `answered` is False when the connection was cut before the bot could hear the result."""

    method: str
    params: Mapping[str, Any]
    at: float
    result: Any = None
    error: str | None = None
    answered: bool = True

"""A Bot API call: its parameters, however they were sent; and the table of methods, filled by the method modules."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.playground.errors import bad_request

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    mime_type: str
    content: bytes


@dataclass(slots=True)
class Params:
    """Values arrive as JSON or as the strings of a form; both read the same here."""

    values: Mapping[str, Any]
    uploads: Mapping[str, Upload] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        return self.values.get(name) not in (None, "")

    def text(self, name: str, default: str = "") -> str:
        value = self.values.get(name)
        if value is None:
            return default
        return value if isinstance(value, str) else json.dumps(value)

    def integer(self, name: str, default: int = 0, low: int | None = None, high: int | None = None) -> int:
        """Telegram reads what is no number as the default and moves what is out of range to its edge."""
        try:
            value = int(self.values.get(name, default) or 0)
        except (TypeError, ValueError):
            value = default
        value = value if low is None else max(low, value)
        return value if high is None else min(high, value)

    def number(self, name: str) -> float:
        try:
            return float(self.values[name])
        except (KeyError, TypeError, ValueError):
            raise bad_request(f"{name} is empty") from None

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.values.get(name)
        return default if value is None else str(value).lower() in {"true", "yes", "1"}

    def data(self, name: str) -> Any:
        """A JSON-serialized object or array, or None when it was not given."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from None

    def integers(self, name: str) -> list[int]:
        value = self.data(name)
        if not isinstance(value, list) or not all(isinstance(item, int) for item in value):
            raise bad_request("expected an Array of message identifiers")
        if not value:
            raise bad_request("message identifiers are not specified")
        if len(value) > 100:
            raise bad_request("too many message identifiers specified")
        return value


Method = Callable[[Any, Params], Any]
METHODS: dict[str, tuple[str, Method]] = {}


def method(name: str) -> Callable[[Method], Method]:
    """Register a method of the Bot API. Names are found without regard to case, as Telegram does."""

    def register(function: Method) -> Method:
        METHODS[name.lower()] = (name, function)
        return function

    return register

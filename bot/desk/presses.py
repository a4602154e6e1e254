"""Buttons: what each one means when pressed, as typed callback data (1–64 bytes), and how a row of them is sent.

The desk makes buttons, the handlers read the presses; both know them by these classes only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

MAX_BYTES = 64
LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Press:
    """A kind of press; its fields (int or str) travel in the callback data as ``prefix:field:field``."""

    prefix: ClassVar[str]

    def pack(self) -> str:
        """Return the callback data; raises ValueError past Telegram's 64 bytes."""
        data = ":".join([self.prefix, *(str(getattr(self, field.name)) for field in fields(self))])
        if len(data.encode()) > MAX_BYTES:
            raise ValueError(f"callback data over {MAX_BYTES} bytes: {data!r}")
        return data

    @classmethod
    def unpack(cls, data: str) -> Self | None:
        """Return the press that ``data`` stands for, or None when it is not of this kind."""
        prefix, *values = data.split(":", len(fields(cls)))
        if prefix != cls.prefix or len(values) != len(fields(cls)):
            return None
        try:
            return cls(*(_read(field.type, value) for field, value in zip(fields(cls), values, strict=True)))
        except ValueError:
            return None


def _read(kind: Any, value: str) -> int | str:
    """Return a field's value, an int being written as :meth:`Press.pack` does and one that a database can keep."""
    if kind is str:
        return value
    number = int(value)
    if str(number) != value or abs(number) > LARGEST:
        raise ValueError(f"no number of ours: {value!r}")
    return number


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message: a press, or a link."""

    text: str
    press: Press | None = None
    url: str | None = None
    style: str | None = None  # primary | success | danger

    def as_json(self) -> dict[str, Any]:
        target = {"url": self.url} if self.press is None else {"callback_data": self.press.pack()}
        return {"text": self.text} | target | ({"style": self.style} if self.style else {})


Rows = Sequence[Sequence[Button]]


def inline_keyboard(rows: Rows) -> dict[str, Any]:
    """Return the reply markup for rows of buttons."""
    return {"inline_keyboard": [[button.as_json() for button in row] for row in rows]}

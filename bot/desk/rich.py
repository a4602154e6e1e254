"""Screens: a text with formatting and buttons, as staff see it. Built by ``cards``, sent by the desk and the handlers.

Formatting travels as Telegram's entities, whose offsets count UTF-16 units, so what people wrote stays plain text.
"""

from dataclasses import dataclass
from typing import Any, Self

from bot.desk.presses import Rows, inline_keyboard
from bot.desk.speech import MAX_TEXT, shorten, utf16_length


@dataclass(frozen=True, slots=True)
class Screen:
    """One message that may be sent, or drawn anew in place of an earlier one."""

    text: str
    entities: tuple[dict[str, Any], ...] = ()
    buttons: Rows = ()

    def as_payload(self) -> dict[str, Any]:
        """Return the parameters for ``sendMessage`` and ``editMessageText``."""
        payload: dict[str, Any] = {"text": self.text, "reply_markup": inline_keyboard(self.buttons)}
        if self.entities:
            payload["entities"] = list(self.entities)
        return payload


class Rich:
    """Gathers a text piece by piece and remembers which pieces are formatted."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._entities: list[dict[str, Any]] = []
        self._length = 0

    @property
    def room(self) -> int:
        """How many UTF-16 units still fit into one message."""
        return MAX_TEXT - self._length

    def add(self, text: str, *styles: str) -> Self:
        """Add a piece, formatted by entity types such as ``bold``; what does not fit is cut off."""
        text = shorten(text, self.room) if self.room > 1 else ""
        length = utf16_length(text)
        if text.strip():
            self._entities += [{"type": style, "offset": self._length, "length": length} for style in styles]
        self._pieces.append(text)
        self._length += length
        return self

    def line(self, text: str = "", *styles: str) -> Self:
        """Add a piece on a line of its own."""
        if self._length:
            self.add("\n")
        return self.add(text, *styles)

    def screen(self, buttons: Rows = ()) -> Screen:
        """Return what was gathered."""
        return Screen("".join(self._pieces), tuple(self._entities), buttons)

"""What a person sent, in plain words: made by the handlers from Telegram's message, read by the desk's verbs."""

from dataclasses import dataclass
from datetime import datetime

from bot.crm.communications import Kind


def clean(text: str) -> str:
    """Return the text without what a database cannot keep: NUL and lone surrogates."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever wrote or pressed, as Telegram names them."""

    telegram_id: int
    first_name: str
    last_name: str | None
    username: str | None
    language_code: str | None

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}" if self.last_name else self.first_name


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message from a person, new or edited."""

    sender: Person
    chat_id: int
    message_id: int
    sent_at: datetime
    kind: Kind
    text: str = ""  # or the caption
    file_id: str | None = None
    album: str | None = None  # media_group_id
    thread_id: int | None = None
    reply_to_message_id: int | None = None
    edited_at: datetime | None = None
    contact_phone: str | None = None
    contact_user_id: int | None = None

    @property
    def is_text(self) -> bool:
        return self.kind is Kind.TEXT

"""Telegram's message into the desk's plain :class:`~bot.desk.incoming.Incoming`. Called by every handler that hears."""

from datetime import UTC, datetime

from aiogram.enums import ContentType
from aiogram.types import Message, User

from bot.crm.communications import Kind
from bot.desk.incoming import Incoming, Person, clean

_KINDS = {
    ContentType.TEXT: Kind.TEXT,
    ContentType.PHOTO: Kind.PHOTO,
    ContentType.VIDEO: Kind.VIDEO,
    ContentType.ANIMATION: Kind.ANIMATION,
    ContentType.DOCUMENT: Kind.DOCUMENT,
    ContentType.AUDIO: Kind.AUDIO,
    ContentType.VOICE: Kind.VOICE,
    ContentType.VIDEO_NOTE: Kind.VIDEO_NOTE,
    ContentType.STICKER: Kind.STICKER,
    ContentType.LOCATION: Kind.LOCATION,
    ContentType.VENUE: Kind.LOCATION,
    ContentType.CONTACT: Kind.CONTACT,
}

SAID = {
    ContentType.TEXT,
    ContentType.PHOTO,
    ContentType.LIVE_PHOTO,
    ContentType.VIDEO,
    ContentType.ANIMATION,
    ContentType.DOCUMENT,
    ContentType.AUDIO,
    ContentType.VOICE,
    ContentType.VIDEO_NOTE,
    ContentType.STICKER,
    ContentType.LOCATION,
    ContentType.VENUE,
    ContentType.CONTACT,
    ContentType.POLL,
    ContentType.DICE,
    ContentType.GAME,
    ContentType.STORY,
    ContentType.CHECKLIST,
    ContentType.PAID_MEDIA,
    ContentType.RICH_MESSAGE,
    ContentType.UNKNOWN,
}
"""What a person sends; the rest is Telegram's own word on the chat (a pinned message, a new picture …)."""


def person(user: User) -> Person:
    """Return who this Telegram user is to us."""
    return Person(
        telegram_id=user.id,
        first_name=clean(user.first_name) or "?",
        last_name=clean(user.last_name or "") or None,
        username=user.username,
        language_code=user.language_code,
    )


def incoming(message: Message) -> Incoming:
    """Return what this message says; it must come from a user."""
    if message.from_user is None:
        raise ValueError("a message without a sender")
    contact = message.contact
    reply = message.reply_to_message
    is_quote = reply is not None and not reply.forum_topic_created  # in a topic, plain messages "reply" to its start
    return Incoming(
        sender=person(message.from_user),
        chat_id=message.chat.id,
        message_id=message.message_id,
        sent_at=message.date.astimezone(UTC),
        kind=_KINDS.get(ContentType(message.content_type), Kind.OTHER),
        text=clean(message.text or message.caption or ""),
        file_id=_file_id(message),
        album=message.media_group_id,
        thread_id=message.message_thread_id if message.is_topic_message else None,
        reply_to_message_id=reply.message_id if reply is not None and is_quote else None,
        edited_at=datetime.fromtimestamp(message.edit_date, UTC) if message.edit_date else None,
        contact_phone=contact.phone_number if contact else None,
        contact_user_id=contact.user_id if contact else None,
    )


def _file_id(message: Message) -> str | None:
    if message.photo:
        return message.photo[-1].file_id
    for media in (
        message.video,
        message.animation,
        message.document,
        message.audio,
        message.voice,
        message.video_note,
        message.sticker,
    ):
        if media is not None:
            return media.file_id
    return None

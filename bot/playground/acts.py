"""What people do: write, send files, edit, delete, press, react.

Each act changes the world as Telegram would, and tells the bot.

Called by people.py (tests) and control.py (the page). Acts on groups and topics are in groups.py.
"""

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.playground.entities import formatted, found
from bot.playground.errors import ActImpossible
from bot.playground.media import WITHOUT_CAPTION, media_content, sample
from bot.playground.messages import TEXT_LIMIT, bot_sees, compose, origin_of, person_sends, quote_of, without_reply
from bot.playground.queries import Query
from bot.playground.world import PRESENT, Account, Chat, Json, World


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person acts: a chat, perhaps a topic in it, perhaps in answer to a message and to words of it."""

    chat: Chat
    thread_id: int | None = None
    reply_to: int | None = None
    quote: str | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """One file that a person sends."""

    kind: str
    content: bytes | None = None
    name: str = ""
    mime_type: str = ""
    caption: str = ""
    duration: int = 3


def send(world: World, account: Account, place: Place, content: Json) -> Json:
    """Say something, whatever it is: the one way by which people's messages enter a chat."""
    chat = place.chat
    _refuse_stranger(world, account, chat)
    if chat.is_private and not account.started:
        account.started = True
        world.save_account(account)
    topic = None
    if place.thread_id:
        topic = chat.topics.get(place.thread_id)
        if topic is None:
            raise ActImpossible("there is no such topic")
        if topic.closed and not chat.may(account.id, "can_manage_topics"):
            raise ActImpossible("the topic is closed")
    message = compose(world, chat, account.user, content, topic=topic, reply=_reply(place))
    person_sends(world, chat, message)
    return message


def write(world: World, account: Account, place: Place, text: str, entities: list[Json] | None = None) -> Json:
    """Write a text. A longer one than Telegram takes is sent in parts, as the apps do; the last part is returned."""
    message: Json = {}
    for part in [text[at : at + TEXT_LIMIT] for at in range(0, len(text), TEXT_LIMIT)]:
        kept, given = formatted(part, None, entities)
        if not kept:
            raise ActImpossible("a message needs some text")
        content: Json = {"text": kept}
        if shown := found(kept, given):
            content["entities"] = shown
        message = send(world, account, place, content)
    if not message:
        raise ActImpossible("a message needs some text")
    return message


def send_piece(world: World, account: Account, place: Place, piece: Piece, more: Json | None = None) -> Json:
    content = piece.content if piece.content is not None else sample(piece.kind)
    name = piece.name or ("note.txt" if piece.kind == "document" and piece.content is None else "")
    file = world.files.add(piece.kind, content, name, piece.mime_type)
    body = media_content(file, {"duration": piece.duration})
    if piece.caption and piece.kind not in WITHOUT_CAPTION:
        body["caption"] = piece.caption
        if shown := found(piece.caption, []):
            body["caption_entities"] = shown
    return send(world, account, place, body | (more or {}))


def send_album(
    world: World, account: Account, place: Place, pieces: Sequence[Piece], more: Json | None = None
) -> list[Json]:
    """Two to ten files under one media_group_id; the bot is told of each by itself."""
    if not 2 <= len(pieces) <= 10:
        raise ActImpossible("an album has two to ten parts")
    group = {"media_group_id": str(uuid.uuid4().int % 10**17), **(more or {})}
    return [send_piece(world, account, place, piece, group) for piece in pieces]


def forward(world: World, account: Account, place: Place, message: Json) -> Json:
    dropped = {
        "message_id",
        "from",
        "chat",
        "date",
        "message_thread_id",
        "is_topic_message",
        "reply_to_message",
        "quote",
    }
    content = {key: value for key, value in message.items() if key not in dropped | {"reply_markup", "edit_date"}}
    return send(world, account, place, content | {"forward_origin": origin_of(message)})


def edit(world: World, account: Account, chat: Chat, message_id: int, text: str) -> Json:
    message = _own(account, chat, message_id)
    kept, given = formatted(text, None, None)
    key = "text" if "text" in message else "caption"
    entities_key = "entities" if key == "text" else "caption_entities"
    edited = {name: value for name, value in message.items() if name != entities_key}
    edited |= {key: kept, "edit_date": world.now}
    if shown := found(kept, given):
        edited[entities_key] = shown
    world.keep_message(chat, edited)
    if bot_sees(world, chat, edited):
        world.updates.push("edited_message", edited)
    return edited


def delete(world: World, account: Account, chat: Chat, message_id: int) -> None:
    """Telegram does not tell bots about deleted messages."""
    if message_id not in chat.messages:
        raise ActImpossible("there is no such message")
    if not chat.is_private and not chat.may(account.id, "can_delete_messages"):
        _own(account, chat, message_id)
    world.remove_messages(chat, [message_id])


def react(world: World, account: Account, chat: Chat, message_id: int, emoji: str) -> None:
    """An empty emoji takes the reaction back. The bot hears of it if it asked to."""
    if message_id not in chat.messages:
        raise ActImpossible("there is no such message")
    given = chat.reactions.setdefault(message_id, {})
    old, new = given.get(account.id, []), [{"type": "emoji", "emoji": emoji}] if emoji else []
    given[account.id] = new
    world.save_chat(chat)
    tell_reactions(world, chat, message_id)
    if chat.is_private or chat.status_of(world.bot.id) == "administrator":
        about = {"chat": chat.public(), "message_id": message_id, "user": account.user, "date": world.now}
        world.updates.push("message_reaction", about | {"old_reaction": old, "new_reaction": new})


def tell_reactions(world: World, chat: Chat, message_id: int) -> None:
    reactions = [
        {"user_id": user_id, **reaction}
        for user_id, given in chat.reactions.get(message_id, {}).items()
        for reaction in given
    ]
    world.hub.tell("reaction", chat_id=chat.id, message_id=message_id, reactions=reactions)


def find_button(chat: Chat, wanted: str, message_id: int | None = None) -> tuple[Json, Json]:
    """The newest message with such an inline button, by its text or its data, and the button."""
    if message_id is not None and message_id not in chat.messages:
        raise ActImpossible("there is no such message")
    candidates = reversed(chat.messages.values()) if message_id is None else [chat.messages[message_id]]
    seen: list[str] = []
    for message in candidates:
        for row in message.get("reply_markup", {}).get("inline_keyboard", []):
            for button in row:
                if wanted in (button["text"], button.get("callback_data")):
                    return message, button
                seen.append(button["text"])
    raise ActImpossible(f"there is no button {wanted!r} to press; there are {seen[:20]}")


def press(world: World, account: Account, chat: Chat, wanted: str, message_id: int | None = None) -> Query:
    message, button = find_button(chat, wanted, message_id)
    if "callback_data" not in button:
        raise ActImpossible(f"the button {button['text']!r} opens something; it does not ask the bot")
    return press_data(world, account, chat, message, button["callback_data"])


def press_data(world: World, account: Account, chat: Chat, message: Json, data: str) -> Query:
    """Send callback data from a message, also data that none of its buttons has any more (an old screen).

    Of a message that was deleted meanwhile the bot gets only the id, with date 0.
    """
    _refuse_stranger(world, account, chat)
    if message["message_id"] not in chat.messages:
        message = {"chat": chat.public(), "message_id": message["message_id"], "date": 0}
    query = _ask(world, account, "callback")
    about = {"id": query.id, "from": account.user, "message": message, "chat_instance": str(chat.id), "data": data}
    world.updates.push("callback_query", about)
    return query


def ask_inline(world: World, account: Account, words: str, chat: Chat | None = None) -> Query:
    query = _ask(world, account, "inline")
    kinds = {"group": "group", "supergroup": "supergroup"}
    about = {"id": query.id, "from": account.user, "query": words, "offset": ""}
    if chat is not None:
        about["chat_type"] = kinds.get(chat.type, "sender")
    world.updates.push("inline_query", about)
    return query


def choose_inline(world: World, account: Account, place: Place, result: Json) -> Json:
    """Send a chosen inline result. Bots see such messages in private chats and where they may read."""
    words = result.get("input_message_content", {})
    kept, entities = formatted(words.get("message_text", ""), words.get("parse_mode"), words.get("entities"))
    content: Json = {"text": kept or result.get("title", ""), "via_bot": world.bot.user}
    if entities:
        content["entities"] = entities
    if "reply_markup" in result:
        content["reply_markup"] = result["reply_markup"]
    return send(world, account, place, content)


def tap(world: World, account: Account, place: Place, text: str) -> Json:
    """Tap a button of the reply keyboard."""
    keyboard = place.chat.keyboard or {}
    button = next((button for row in keyboard.get("keyboard", []) for button in row if button["text"] == text), None)
    if button is None:
        shown = [button["text"] for row in keyboard.get("keyboard", []) for button in row]
        raise ActImpossible(f"the keyboard has no button {text!r}; it has {shown}")
    if keyboard.get("one_time_keyboard"):
        place.chat.keyboard = None
        world.save_chat(place.chat)
        world.hub.tell("keyboard", chat_id=place.chat.id, keyboard=None)
    if button.get("request_contact"):
        return send(world, account, place, {"contact": contact_of(account, account.phone)})
    if button.get("request_location"):
        return send(world, account, place, {"location": {"latitude": 52.52, "longitude": 13.405}})
    return write(world, account, place, text)


def contact_of(account: Account, phone: str) -> Json:
    contact: Json = {"phone_number": phone, "user_id": account.id}
    return contact | {key: account.user[key] for key in ("first_name", "last_name") if key in account.user}


def set_blocked(world: World, account: Account, *, blocked: bool) -> None:
    if account.blocked == blocked:
        return
    account.blocked = blocked
    world.save_account(account)
    member, kicked = {"status": "member"}, {"status": "kicked", "until_date": 0}
    old, new = (member, kicked) if blocked else (kicked, member)
    about = {"chat": world.private_chat(account).public(), "from": account.user, "date": world.now}
    about |= {"old_chat_member": old | {"user": world.bot.user}, "new_chat_member": new | {"user": world.bot.user}}
    world.updates.push("my_chat_member", about)


def _ask(world: World, account: Account, kind: str) -> Query:
    for old in list(world.queries.values()):
        if world.clock() - old.asked_at <= world.query_lifetime:
            break
        del world.queries[old.id]
    answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
    query = Query(str(uuid.uuid4().int % 10**18), kind, account.id, world.clock(), answer)
    world.queries[query.id] = query
    return query


def _reply(place: Place) -> Json:
    if not place.reply_to:
        return {}
    target = place.chat.messages.get(place.reply_to)
    if target is None:
        raise ActImpossible("the message to answer is not there")
    reply: Json = {"reply_to_message": without_reply(target)}
    if place.quote:
        reply["quote"] = quote_of(target, place.quote)
    return reply


def _own(account: Account, chat: Chat, message_id: int) -> Json:
    message = chat.messages.get(message_id)
    if message is None or message["from"]["id"] != account.id:
        raise ActImpossible("that is not a message of theirs")
    return message


def _refuse_stranger(world: World, account: Account, chat: Chat) -> None:
    if chat.migrated_to is not None:
        raise ActImpossible("the group became a supergroup; write there")
    if chat.is_private and (chat.id != account.id or account.blocked):
        raise ActImpossible("they blocked the bot" if account.blocked else "that is somebody else's private chat")
    if account.deactivated or chat.status_of(account.id) not in PRESENT:
        raise ActImpossible("they are not in that chat")

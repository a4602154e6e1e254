"""How a message comes to be: who may send where, replies and quotes, reply markup, topics; and who is told of it.

Called by the methods that send (for the bot) and by people.py (for people).
"""

from bot.playground.calls import Params
from bot.playground.entities import formatted, found, is_invisible, utf16_length
from bot.playground.errors import Refused, bad_request, forbidden
from bot.playground.world import PRESENT, Account, Chat, Json, Topic, World

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
SERVICE_KEYS = frozenset(
    [
        "new_chat_members",
        "left_chat_member",
        "new_chat_title",
        "pinned_message",
        "forum_topic_created",
        "forum_topic_edited",
        "forum_topic_closed",
        "forum_topic_reopened",
        "migrate_to_chat_id",
        "migrate_from_chat_id",
        "group_chat_created",
    ]
)


def is_service(message: Json) -> bool:
    return not SERVICE_KEYS.isdisjoint(message)


def chat_for(world: World, params: Params, name: str = "chat_id", *, to_read: bool = False) -> Chat:
    """The chat that a call names, if Telegram would let the bot write in it, or `to_read` about it."""
    if not params.has(name):
        raise bad_request("chat_id is empty")
    try:
        chat = world.chats.get(int(params.text(name)))
    except ValueError:
        chat = None
    if chat is None:
        raise bad_request("chat not found")
    _refuse_closed_door(world, chat, to_read=to_read)
    return chat


def _refuse_closed_door(world: World, chat: Chat, *, to_read: bool) -> None:
    if chat.migrated_to is not None:
        raise Refused(
            400,
            "Bad Request: group chat was upgraded to a supergroup chat",
            {"migrate_to_chat_id": chat.migrated_to},
        )
    if chat.is_private:
        _refuse_silent_person(world, world.accounts[chat.id], to_read=to_read)
        return
    status = chat.status_of(world.bot.id)
    if status == "kicked":
        raise forbidden(f"bot was kicked from the {chat.type} chat")
    if status not in PRESENT:
        raise forbidden(f"bot is not a member of the {chat.type} chat")


def _refuse_silent_person(world: World, account: Account, *, to_read: bool) -> None:
    """Somebody the bot never met is no chat at all; one from a group may be read about, but not written to first."""
    if not account.started:
        met = any(world.bot.id in chat.members and account.id in chat.members for chat in world.groups())
        if not met:
            raise bad_request("chat not found")
        if not to_read:
            raise forbidden("bot can't initiate conversation with a user")
    if account.deactivated and not to_read:
        raise forbidden("user is deactivated")
    if account.blocked and not to_read:
        raise forbidden("bot was blocked by the user")


def topic_for(world: World, chat: Chat, thread_id: int) -> Topic | None:
    """The topic to write to; None is the General topic, or a chat without topics."""
    if not thread_id:
        return None
    topic = chat.topics.get(thread_id)
    if topic is None:
        raise bad_request("message thread not found")
    if topic.closed and not chat.may(world.bot.id, "can_manage_topics"):
        raise bad_request("TOPIC_CLOSED")
    return topic


def text_and_entities(
    world: World, params: Params, text_key: str = "text", entities_key: str = "entities"
) -> tuple[str, list[Json]]:
    text, entities = formatted(params.text(text_key), params.text("parse_mode"), params.data(entities_key))
    known = [_with_user(world, entity) for entity in entities]
    return text, found(text, [entity for entity in known if entity is not None])


def _with_user(world: World, entity: Json) -> Json | None:
    """A mention by id carries the whole user; of somebody unknown it is dropped without a word."""
    if entity["type"] != "text_mention":
        return entity
    account = world.accounts.get(int(entity.get("user", {}).get("id", 0)))
    return None if account is None else entity | {"user": account.user}


def text_content(world: World, params: Params) -> Json:
    if not params.has("text"):
        raise bad_request("message text is empty")
    text, entities = text_and_entities(world, params)
    if is_invisible(text):
        raise bad_request("text must be non-empty")
    if len(text) > TEXT_LIMIT:
        raise bad_request("message is too long")
    content: Json = {"text": text}
    if entities:
        content["entities"] = entities
    if options := params.data("link_preview_options"):
        content["link_preview_options"] = options
    return content


def caption_content(world: World, params: Params) -> Json:
    if not params.has("caption"):
        return {}
    caption, entities = text_and_entities(world, params, "caption", "caption_entities")
    if len(caption) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    content: Json = {"caption": caption} if caption else {}
    if entities:
        content["caption_entities"] = entities
    if params.flag("show_caption_above_media"):
        content["show_caption_above_media"] = True
    return content


def reply_fields(world: World, chat: Chat, params: Params) -> Json:
    """What a message carries when it answers another: the answered one, and the words quoted from it."""
    asked = params.data("reply_parameters")
    if asked is None:
        if not params.integer("reply_to_message_id"):
            return {}
        asked = {
            "message_id": params.integer("reply_to_message_id"),
            "allow_sending_without_reply": params.flag("allow_sending_without_reply"),
        }
    if not isinstance(asked, dict):
        raise bad_request("object expected as reply parameters")
    home = chat if "chat_id" not in asked else world.chats.get(int(asked["chat_id"]))
    target = None if home is None else home.messages.get(int(asked.get("message_id") or 0))
    if target is None:
        if asked.get("allow_sending_without_reply"):
            return {}
        raise bad_request("message to be replied not found")
    fields: Json = {}
    if home is chat:
        fields["reply_to_message"] = without_reply(target)
    else:
        fields["external_reply"] = {"origin": origin_of(target), "message_id": target["message_id"]}
    if asked.get("quote"):
        fields["quote"] = quote_of(target, str(asked["quote"]), asked)
    return fields


def quote_of(target: Json, words: str, asked: Json | None = None) -> Json:
    asked = asked or {}
    words, entities = formatted(words, asked.get("quote_parse_mode"), asked.get("quote_entities"))
    whole = str(target.get("text") or target.get("caption") or "")
    at = whole.find(words)
    if at < 0 or not words:
        raise bad_request("QUOTE_TEXT_INVALID")
    quote: Json = {"text": words, "position": utf16_length(whole[:at]), "is_manual": True}
    if entities:
        quote["entities"] = entities
    return quote


def without_reply(message: Json) -> Json:
    """A message inside another carries no further reply: Telegram nests them one deep."""
    return {key: value for key, value in message.items() if key not in {"reply_to_message", "quote", "external_reply"}}


def origin_of(message: Json) -> Json:
    if "forward_origin" in message:
        return dict(message["forward_origin"])
    return {"type": "user", "date": message["date"], "sender_user": message["from"]}


def text_of(message: Json) -> str:
    """What a message says in one line: its text, its caption, or its kind in brackets."""
    for key in ("text", "caption"):
        if key in message:
            return str(message[key])
    known = {"message_id", "from", "chat", "date", "message_thread_id", "is_topic_message", "reply_to_message"}
    return f"[{next((key for key in message if key not in known), 'empty')}]"


def compose(
    world: World, chat: Chat, sender: Json, content: Json, *, topic: Topic | None = None, reply: Json | None = None
) -> Json:
    """A new message with the chat's next id. Nothing is kept yet."""
    chat.last_message_id += 1
    message: Json = {
        "message_id": chat.last_message_id,
        "from": sender,
        "chat": chat.public(),
        "date": world.now,
        **(reply or {}),
    }
    if topic is not None:
        message["message_thread_id"] = topic.id
        message["is_topic_message"] = True
        if "reply_to_message" not in message and topic.id in chat.messages:
            message["reply_to_message"] = without_reply(chat.messages[topic.id])
    return message | content


def bot_sends(world: World, chat: Chat, content: Json, params: Params, markup: Json | None, cost: int = 1) -> Json:
    """The common end of every sending method: place it, pay for it, keep it, show its keyboard."""
    reply = reply_fields(world, chat, params)
    thread_id = params.integer("message_thread_id")
    if not thread_id and "reply_to_message" in reply:
        thread_id = reply["reply_to_message"].get("message_thread_id", 0)
    topic = topic_for(world, chat, thread_id)
    world.limits.spend(chat.id, cost, is_group=not chat.is_private)
    message = compose(world, chat, world.bot.user, content, topic=topic, reply=reply)
    if params.flag("protect_content"):
        message["has_protected_content"] = True
    if markup and "inline_keyboard" in markup:
        message["reply_markup"] = markup
    world.keep_message(chat, message)
    if markup and "inline_keyboard" not in markup:
        show_keyboard(world, chat, markup)
    return message


def show_keyboard(world: World, chat: Chat, markup: Json) -> None:
    chat.keyboard = None if markup.get("remove_keyboard") else markup
    world.save_chat(chat)
    world.hub.tell("keyboard", chat_id=chat.id, keyboard=chat.keyboard)


def person_sends(world: World, chat: Chat, message: Json) -> None:
    """Keep what a person sent, and tell the bot if it may see it."""
    world.keep_message(chat, message)
    if bot_sees(world, chat, message):
        world.updates.push("message", message)


def bot_sees(world: World, chat: Chat, message: Json) -> bool:
    """In groups a bot with privacy mode on, and no admin, sees commands, mentions of it and answers to it."""
    if chat.is_private:
        return not world.accounts[chat.id].blocked
    status = chat.status_of(world.bot.id)
    if status not in PRESENT:
        return False
    if not world.privacy or status == "administrator" or is_service(message):
        return True
    answered = message.get("reply_to_message", {}).get("from", {}).get("id")
    text = str(message.get("text") or message.get("caption") or "")
    return text.startswith("/") or f"@{world.bot.user['username']}" in text or answered == world.bot.id


def service(world: World, chat: Chat, sender: Json, content: Json, topic: Topic | None = None) -> Json:
    """A service message; the bot is told of it, even of most of its own."""
    message = compose(world, chat, sender, content, topic=topic)
    person_sends(world, chat, message)
    return message

"""Copying and forwarding, one message or many, from any chat that the bot is in."""

from itertools import pairwise

from bot.playground.calls import Params, method
from bot.playground.errors import bad_request
from bot.playground.markup import reply_markup
from bot.playground.media import media_kind
from bot.playground.messages import bot_sends, caption_content, chat_for, is_service, origin_of
from bot.playground.world import Chat, Json, World

_NOT_CARRIED = frozenset(
    {
        "message_id",
        "from",
        "chat",
        "date",
        "edit_date",
        "message_thread_id",
        "is_topic_message",
        "reply_to_message",
        "external_reply",
        "quote",
        "reply_markup",
        "via_bot",
    }
)


def _content(message: Json) -> Json:
    return {key: value for key, value in message.items() if key not in _NOT_CARRIED}


def _source(world: World, params: Params, message_id: int, verb: str) -> Json | None:
    home = chat_for(world, params, "from_chat_id")
    message = home.messages.get(message_id)
    if message is None:
        return None
    if is_service(message) or (verb == "forwarded" and message.get("has_protected_content")):
        raise bad_request(f"message can't be {verb}")
    return message


def _copied(world: World, message: Json, params: Params) -> Json:
    content = {key: value for key, value in _content(message).items() if key != "forward_origin"}
    if not params.has("caption") and "caption" not in params.values:
        return content
    if media_kind(message) is None:
        return content
    kept = {key: value for key, value in content.items() if not key.startswith("caption")}
    return kept | caption_content(world, params)


@method("copyMessage")
def copy_message(world: World, params: Params) -> Json:
    chat = chat_for(world, params)
    message = _source(world, params, params.integer("message_id"), "copied")
    if message is None:
        raise bad_request("message to copy not found")
    content = {key: value for key, value in _copied(world, message, params).items() if key != "media_group_id"}
    sent = bot_sends(world, chat, content, params, reply_markup(params, chat))
    return {"message_id": sent["message_id"]}


@method("copyMessages")
def copy_messages(world: World, params: Params) -> list[Json]:
    chat = chat_for(world, params)
    found = _sources(world, params, "copied", "messages to copy not found")
    bare = Params({key: value for key, value in params.values.items() if key == "message_thread_id"})
    no_caption = params.flag("remove_caption")
    contents = [{key: value for key, value in _content(one).items() if key != "forward_origin"} for one in found]
    if no_caption:
        contents = [{k: v for k, v in content.items() if not k.startswith("caption")} for content in contents]
    return _send_all(world, chat, contents, bare)


@method("forwardMessage")
def forward_message(world: World, params: Params) -> Json:
    chat = chat_for(world, params)
    message = _source(world, params, params.integer("message_id"), "forwarded")
    if message is None:
        raise bad_request("message to forward not found")
    content = {key: value for key, value in _content(message).items() if key != "media_group_id"}
    return bot_sends(world, chat, content | {"forward_origin": origin_of(message)}, params, None)


@method("forwardMessages")
def forward_messages(world: World, params: Params) -> list[Json]:
    chat = chat_for(world, params)
    found = _sources(world, params, "forwarded", "messages to forward not found")
    bare = Params({key: value for key, value in params.values.items() if key == "message_thread_id"})
    return _send_all(world, chat, [_content(one) | {"forward_origin": origin_of(one)} for one in found], bare)


def _sources(world: World, params: Params, verb: str, none_found: str) -> list[Json]:
    """Those of the named messages that can be carried over; what is missing is passed over."""
    message_ids = params.integers("message_ids")
    if any(later <= earlier for earlier, later in pairwise(message_ids)):
        raise bad_request("message identifiers must be in a strictly increasing order")
    home = chat_for(world, params, "from_chat_id")
    found = [home.messages[key] for key in message_ids if key in home.messages and not is_service(home.messages[key])]
    if not found:
        raise bad_request(none_found)
    return found


def _send_all(world: World, chat: Chat, contents: list[Json], params: Params) -> list[Json]:
    """Albums stay albums, under a new id of their own. The first pays for all, so that all go or none."""
    groups: dict[str, str] = {}
    sent: list[Json] = []
    for content in contents:
        body = content
        if old := content.get("media_group_id"):
            body = content | {"media_group_id": groups.setdefault(old, f"{world.now}{len(groups)}{old[-8:]}")}
        message = bot_sends(world, chat, body, params, None, cost=0 if sent else len(contents))
        sent.append({"message_id": message["message_id"]})
    return sent

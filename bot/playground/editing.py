"""Changing what was said: text, caption, media, keyboard, deleting, reactions."""

from bot.playground.acts import tell_reactions
from bot.playground.calls import Params, method
from bot.playground.emoji import REACTIONS
from bot.playground.errors import bad_request
from bot.playground.markup import inline_markup
from bot.playground.media import KINDS, media_kind
from bot.playground.messages import caption_content, chat_for, is_service, text_content
from bot.playground.sending_media import input_media
from bot.playground.world import Chat, Json, World

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current content "
    "and reply markup of the message"
)
DELETABLE_SECONDS = 48 * 3600
_TEXT_KEYS = frozenset({"text", "entities", "link_preview_options"})
_CAPTION_KEYS = frozenset({"caption", "caption_entities", "show_caption_above_media"})


def _to_edit(world: World, params: Params) -> tuple[Chat, Json]:
    if params.has("inline_message_id"):
        raise bad_request("MESSAGE_ID_INVALID")
    chat = chat_for(world, params)
    if not params.has("message_id"):
        raise bad_request("message identifier is not specified")
    message = chat.messages.get(params.integer("message_id"))
    if message is None:
        raise bad_request("message to edit not found")
    if message["from"]["id"] != world.bot.id or is_service(message) or "forward_origin" in message:
        raise bad_request("message can't be edited")
    return chat, message


def _put(world: World, chat: Chat, old: Json, new: Json, markup: Json | None) -> Json:
    """Put the new version in the old one's place, unless nothing would change."""
    new = {key: value for key, value in new.items() if key not in {"reply_markup", "edit_date"}}
    if markup is not None:
        new["reply_markup"] = markup
    if new == {key: value for key, value in old.items() if key != "edit_date"}:
        raise bad_request(NOT_MODIFIED)
    new["edit_date"] = world.now
    world.keep_message(chat, new)
    return new


@method("editMessageText")
def edit_message_text(world: World, params: Params) -> Json:
    content = text_content(world, params)
    chat, message = _to_edit(world, params)
    if "text" not in message:
        raise bad_request("there is no text in the message to edit")
    kept = {key: value for key, value in message.items() if key not in _TEXT_KEYS}
    return _put(world, chat, message, kept | content, inline_markup(params, chat))


@method("editMessageCaption")
def edit_message_caption(world: World, params: Params) -> Json:
    content = caption_content(world, params)
    chat, message = _to_edit(world, params)
    if media_kind(message) is None:
        raise bad_request("there is no caption in the message to edit")
    kept = {key: value for key, value in message.items() if key not in _CAPTION_KEYS}
    return _put(world, chat, message, kept | content, inline_markup(params, chat))


@method("editMessageMedia")
def edit_message_media(world: World, params: Params) -> Json:
    chat, message = _to_edit(world, params)
    asked = params.data("media")
    if not isinstance(asked, dict):
        raise bad_request("can't parse input media JSON object")
    content = input_media(world, params, asked)
    dropped = _TEXT_KEYS | _CAPTION_KEYS | set(KINDS)
    kept = {key: value for key, value in message.items() if key not in dropped}
    return _put(world, chat, message, kept | content, inline_markup(params, chat))


@method("editMessageReplyMarkup")
def edit_message_reply_markup(world: World, params: Params) -> Json:
    chat, message = _to_edit(world, params)
    return _put(world, chat, message, message, inline_markup(params, chat))


@method("deleteMessage")
def delete_message(world: World, params: Params) -> bool:
    chat = chat_for(world, params)
    message_id = params.integer("message_id")
    reason = _undeletable(world, chat, message_id)
    if reason is not None:
        raise bad_request(reason)
    world.remove_messages(chat, [message_id])
    return True


@method("deleteMessages")
def delete_messages(world: World, params: Params) -> bool:
    """What is not there or may not go is passed over, as Telegram does."""
    chat = chat_for(world, params)
    message_ids = params.integers("message_ids")
    world.remove_messages(chat, [key for key in message_ids if _undeletable(world, chat, key) is None])
    return True


def _undeletable(world: World, chat: Chat, message_id: int) -> str | None:
    message = chat.messages.get(message_id)
    if message is None:
        return "message to delete not found"
    if chat.may(world.bot.id, "can_delete_messages"):
        return None
    is_own = message["from"]["id"] == world.bot.id
    if not is_own and not chat.is_private:
        return "message can't be deleted"
    if world.now - message["date"] > DELETABLE_SECONDS:
        return "message can't be deleted for everyone"
    return None


@method("setMessageReaction")
def set_message_reaction(world: World, params: Params) -> bool:
    """A bot may give one reaction, and only with an emoji from Telegram's list."""
    chat = chat_for(world, params)
    message_id = params.integer("message_id")
    if message_id not in chat.messages:
        raise bad_request("message to react not found")
    asked = params.data("reaction") or []
    if not isinstance(asked, list):
        raise bad_request("can't parse reaction types JSON object")
    if len(asked) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    if any(one.get("type") == "emoji" and one.get("emoji") not in REACTIONS for one in asked):
        raise bad_request("REACTION_INVALID")
    chat.reactions.setdefault(message_id, {})[world.bot.id] = asked
    world.save_chat(chat)
    tell_reactions(world, chat, message_id)
    return True

"""Forum topics, as far as the bot's rights allow: opening, renaming, closing, reopening, deleting."""

from bot.playground import groups
from bot.playground.calls import Params, method
from bot.playground.errors import bad_request
from bot.playground.messages import chat_for
from bot.playground.world import Chat, Json, Topic, World

NAME_LIMIT = 128


def _forum(world: World, params: Params) -> Chat:
    chat = chat_for(world, params)
    if not chat.is_forum:
        raise bad_request("the chat is not a forum")
    return chat


def _topic_to(deed: str, world: World, chat: Chat, params: Params) -> Topic:
    """Who opened a topic may change it without the right to manage topics."""
    topic = _topic(chat, params)
    if topic.creator_id != world.bot.id and not chat.may(world.bot.id, "can_manage_topics"):
        raise bad_request(f"not enough rights to {deed} the topic")
    return topic


def _topic(chat: Chat, params: Params) -> Topic:
    topic = chat.topics.get(params.integer("message_thread_id"))
    if topic is None:
        raise bad_request("TOPIC_ID_INVALID")
    return topic


@method("createForumTopic")
def create_forum_topic(world: World, params: Params) -> Json:
    chat = _forum(world, params)
    if not chat.may(world.bot.id, "can_manage_topics"):
        raise bad_request("not enough rights to create a topic")
    name = _name(params)
    color = params.integer("icon_color")
    if color and color not in groups.COLORS:
        raise bad_request("TOPIC_ICON_COLOR_INVALID")
    world.limits.spend(chat.id, is_group=True)
    topic = groups.create_topic(world, chat, world.bot.user, name, color, params.text("icon_custom_emoji_id") or None)
    return topic.public()


@method("editForumTopic")
def edit_forum_topic(world: World, params: Params) -> bool:
    chat = _forum(world, params)
    topic = _topic_to("edit", world, chat, params)
    changes: Json = {}
    if params.has("name"):
        changes["name"] = _name(params)
    if "icon_custom_emoji_id" in params.values:
        changes["icon_custom_emoji_id"] = params.text("icon_custom_emoji_id")
    groups.rename_topic(world, chat, world.bot.user, topic, changes)
    return True


@method("closeForumTopic")
def close_forum_topic(world: World, params: Params) -> bool:
    return _set_closed(world, params, closed=True)


@method("reopenForumTopic")
def reopen_forum_topic(world: World, params: Params) -> bool:
    return _set_closed(world, params, closed=False)


def _set_closed(world: World, params: Params, *, closed: bool) -> bool:
    chat = _forum(world, params)
    topic = _topic_to("close or open", world, chat, params)
    groups.set_topic_closed(world, chat, world.bot.user, topic, closed=closed)
    return True


@method("deleteForumTopic")
def delete_forum_topic(world: World, params: Params) -> bool:
    chat = _forum(world, params)
    if not chat.may(world.bot.id, "can_delete_messages"):
        raise bad_request("not enough rights to delete the topic")
    groups.delete_topic(world, chat, _topic(chat, params).id)
    return True


@method("unpinAllForumTopicMessages")
def unpin_all_forum_topic_messages(world: World, params: Params) -> bool:
    chat = chat_for(world, params)
    topic = _topic(chat, params)
    chat.pinned = [key for key in chat.pinned if chat.messages[key].get("message_thread_id") != topic.id]
    world.save_chat(chat)
    return True


@method("getForumTopicIconStickers")
def get_forum_topic_icon_stickers(world: World, params: Params) -> list[Json]:
    return []


def _name(params: Params) -> str:
    name = params.text("name").strip()
    if not name:
        raise bad_request("TOPIC_TITLE_EMPTY")
    if len(name) > NAME_LIMIT:
        raise bad_request("TOPIC_TITLE_TOO_LONG")
    return name

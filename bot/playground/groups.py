"""Groups: who is in them and with what rights, their topics and pins, and how a group becomes a supergroup.

Called by the playground's Python API (tests), by the page's acts, and by the methods that change topics and pins.
"""

from bot.playground.errors import ActImpossible, bad_request
from bot.playground.messages import service
from bot.playground.world import ADMIN_RIGHTS, PRESENT, Account, Chat, Json, Topic, World

COLORS = (0x6FB9F0, 0xFFD67E, 0xCB86DB, 0x8EEE98, 0xFF93B2, 0xFB6F5F)


def create(world: World, title: str, *, forum: bool, supergroup: bool, id: int | None = None) -> Chat:  # noqa: A002 - the Bot API's own word
    if id is not None and id in world.chats:
        return world.chats[id]
    is_supergroup = forum or supergroup
    group_id = id or world.new_group_id(is_supergroup=is_supergroup)
    chat = Chat(group_id, "supergroup" if is_supergroup else "group", title=title, is_forum=forum)
    world.chats[chat.id] = chat
    world.save_chat(chat)
    return chat


def set_member(world: World, chat: Chat, account: Account, member: Json, by: Account | None = None) -> None:
    """Change what somebody is in a group, and tell the bot in the way Telegram does."""
    old = chat.members.get(account.id, {"status": "left"})
    if old == member:
        return
    chat.members[account.id] = member
    world.save_chat(chat)
    is_bot = account.id == world.bot.id
    if not is_bot and chat.status_of(world.bot.id) != "administrator":
        return
    actor = by or _owner(world, chat) or account
    about: Json = {"chat": chat.public(), "from": actor.user, "date": world.now}
    about["old_chat_member"] = old | {"user": account.user}
    about["new_chat_member"] = member | {"user": account.user}
    world.updates.push("my_chat_member" if is_bot else "chat_member", about)


def join(
    world: World,
    chat: Chat,
    account: Account,
    *,
    admin: bool = False,
    rights: dict[str, bool] | None = None,
    by: Account | None = None,
) -> None:
    """Come in. The first person to come owns the group."""
    was_present = chat.status_of(account.id) in PRESENT
    is_bot = account.id == world.bot.id
    is_first = not is_bot and not any(member["status"] == "creator" for member in chat.members.values())
    if is_first:
        member: Json = {"status": "creator", "is_anonymous": False}
    elif admin:
        member = administrator(rights)
    else:
        member = {"status": "member"}
    actor = by or _owner(world, chat) or account
    set_member(world, chat, account, member, by=actor)
    if not was_present and not is_first:
        service(world, chat, actor.user, {"new_chat_members": [account.user]})


def administrator(rights: dict[str, bool] | None) -> Json:
    """An administrator with every usual right, except for those that `rights` turns off."""
    given = dict.fromkeys(ADMIN_RIGHTS, True) | {"can_promote_members": False} | (rights or {})
    return {"status": "administrator", "can_be_edited": False, "is_anonymous": False, **given}


def leave(world: World, chat: Chat, account: Account, *, kicked: bool = False, by: Account | None = None) -> None:
    if chat.status_of(account.id) not in PRESENT:
        raise ActImpossible("they are not in that chat")
    actor = by or (_owner(world, chat) if kicked else None) or account
    if chat.type != "group" or account.id != world.bot.id:
        service(world, chat, actor.user, {"left_chat_member": account.user})
    set_member(world, chat, account, {"status": "kicked", "until_date": 0} if kicked else {"status": "left"}, by=actor)


def migrate(world: World, chat: Chat, *, forum: bool = False) -> Chat:
    """A basic group becomes a supergroup: a new chat id; the old one only tells where it went."""
    if chat.type != "group":
        raise ActImpossible("only a basic group can become a supergroup")
    new = create(world, str(chat.title), forum=forum, supergroup=True)
    new.members = {key: dict(member) for key, member in chat.members.items()}
    owner = (_owner(world, chat) or world.bot).user
    service(world, chat, owner, {"migrate_to_chat_id": new.id})
    service(world, new, owner, {"migrate_from_chat_id": chat.id})
    chat.migrated_to = new.id
    world.save_chat(chat)
    world.save_chat(new)
    return new


def make_forum(world: World, chat: Chat, *, forum: bool = True) -> None:
    if chat.type != "supergroup":
        raise ActImpossible("only a supergroup can have topics")
    chat.is_forum = forum
    world.save_chat(chat)


def create_topic(
    world: World, chat: Chat, sender: Json, name: str, color: int = 0, emoji_id: str | None = None
) -> Topic:
    """The topic's id is the id of the service message that opens it."""
    message_id = chat.last_message_id + 1
    topic = Topic(message_id, name, color or COLORS[0], emoji_id, creator_id=sender["id"])
    chat.topics[topic.id] = topic
    created: Json = {"name": name, "icon_color": topic.icon_color}
    if emoji_id:
        created["icon_custom_emoji_id"] = emoji_id
    service(world, chat, sender, {"forum_topic_created": created}, topic)
    world.save_chat(chat)
    return topic


def delete_topic(world: World, chat: Chat, thread_id: int) -> None:
    """The topic goes with every message in it; Telegram tells the bot nothing."""
    if chat.topics.pop(thread_id, None) is None:
        raise bad_request("TOPIC_ID_INVALID")
    gone = [key for key, message in chat.messages.items() if message.get("message_thread_id") == thread_id]
    world.remove_messages(chat, gone)
    world.save_chat(chat)


def set_topic_closed(world: World, chat: Chat, sender: Json, topic: Topic, *, closed: bool) -> None:
    if topic.closed == closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.closed = closed
    world.save_chat(chat)
    service(world, chat, sender, {"forum_topic_closed" if closed else "forum_topic_reopened": {}}, topic)


def rename_topic(world: World, chat: Chat, sender: Json, topic: Topic, changes: Json) -> None:
    changed = {key: value for key, value in changes.items() if getattr(topic, key) != (value or None)}
    if not changed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    for key, value in changed.items():
        setattr(topic, key, value or None)
    world.save_chat(chat)
    service(world, chat, sender, {"forum_topic_edited": changed}, topic)


def pin(world: World, chat: Chat, sender: Json, message_id: int) -> None:
    if message_id in chat.pinned:
        return
    chat.pinned.append(message_id)
    world.save_chat(chat)
    message = chat.messages[message_id]
    topic = chat.topics.get(message.get("message_thread_id", 0))
    pinned = {key: value for key, value in message.items() if key not in {"reply_to_message", "quote"}}
    service(world, chat, sender, {"pinned_message": pinned}, topic)


def unpin(world: World, chat: Chat, message_id: int) -> None:
    chat.pinned = [key for key in chat.pinned if key != message_id]
    world.save_chat(chat)


def _owner(world: World, chat: Chat) -> Account | None:
    for user_id, member in chat.members.items():
        if member["status"] == "creator":
            return world.accounts[user_id]
    return None

"""Chats as the bot asks about them: getChat, members, pins, files to download, leaving."""

from bot.playground import groups
from bot.playground.calls import Params, method
from bot.playground.errors import bad_request
from bot.playground.files import DOWNLOAD_LIMIT
from bot.playground.messages import chat_for
from bot.playground.world import PRESENT, Chat, Json, World

ACCENT_COLORS = 7


@method("getChat")
def get_chat(world: World, params: Params) -> Json:
    chat = chat_for(world, params, to_read=True)
    full: Json = {
        **chat.public(),
        "accent_color_id": abs(chat.id) % ACCENT_COLORS,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(
            (
                "unlimited_gifts",
                "limited_gifts",
                "unique_gifts",
                "premium_subscription",
                "gifts_from_channels",
            ),
            False,
        ),
    }
    if not chat.is_private:
        full["permissions"] = {"can_send_messages": True, "can_manage_topics": False, "can_pin_messages": False}
    if chat.pinned:
        full["pinned_message"] = chat.messages[chat.pinned[-1]]
    return full


@method("getChatMember")
def get_chat_member(world: World, params: Params) -> Json:
    chat = chat_for(world, params, to_read=True)
    user_id = params.integer("user_id")
    if user_id != world.bot.id and user_id not in world.accounts:
        raise bad_request("PARTICIPANT_ID_INVALID" if user_id else "invalid user_id specified")
    return _shown(world, chat, user_id)


def _shown(world: World, chat: Chat, user_id: int) -> Json:
    return {"user": world.user(user_id), **chat.members.get(user_id, {"status": "left"})}


@method("getChatAdministrators")
def get_chat_administrators(world: World, params: Params) -> list[Json]:
    chat = chat_for(world, params, to_read=True)
    if chat.is_private:
        raise bad_request("there are no administrators in the private chat")
    admins = [key for key, member in chat.members.items() if member["status"] in {"creator", "administrator"}]
    return [_shown(world, chat, key) for key in admins]


@method("getChatMemberCount")
def get_chat_member_count(world: World, params: Params) -> int:
    chat = chat_for(world, params, to_read=True)
    return sum(member["status"] in PRESENT for member in chat.members.values())


@method("leaveChat")
def leave_chat(world: World, params: Params) -> bool:
    chat = chat_for(world, params)
    if chat.is_private:
        raise bad_request("chat member status can't be changed in private chats")
    groups.leave(world, chat, world.bot)
    return True


@method("pinChatMessage")
def pin_chat_message(world: World, params: Params) -> bool:
    chat = _chat_to_pin_in(world, params)
    message_id = params.integer("message_id")
    if message_id not in chat.messages:
        raise bad_request("message to pin not found")
    groups.pin(world, chat, world.bot.user, message_id)
    return True


@method("unpinChatMessage")
def unpin_chat_message(world: World, params: Params) -> bool:
    """Without a message id the newest pin goes."""
    chat = _chat_to_pin_in(world, params)
    message_id = params.integer("message_id") or (chat.pinned[-1] if chat.pinned else 0)
    if message_id not in chat.pinned:
        raise bad_request("message to unpin not found")
    groups.unpin(world, chat, message_id)
    return True


@method("unpinAllChatMessages")
def unpin_all_chat_messages(world: World, params: Params) -> bool:
    chat = _chat_to_pin_in(world, params)
    chat.pinned = []
    world.save_chat(chat)
    return True


def _chat_to_pin_in(world: World, params: Params) -> Chat:
    chat = chat_for(world, params)
    if not chat.is_private and not chat.may(world.bot.id, "can_pin_messages"):
        raise bad_request("not enough rights to manage pinned messages in the chat")
    return chat


@method("getFile")
def get_file(world: World, params: Params) -> Json:
    file_id = params.text("file_id")
    if not file_id:
        raise bad_request("file_id not specified")
    file = world.files.by_id.get(file_id)
    if file is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if len(file.content) > DOWNLOAD_LIMIT:
        raise bad_request("file is too big")
    return {
        "file_id": file.file_id,
        "file_unique_id": file.unique_id,
        "file_size": len(file.content),
        "file_path": file.path,
    }


@method("getUserProfilePhotos")
def get_user_profile_photos(world: World, params: Params) -> Json:
    if params.integer("user_id") not in world.accounts:
        raise bad_request("user not found")
    return {"total_count": 0, "photos": []}

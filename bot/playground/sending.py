"""The methods by which the bot says something: text, places, contacts, actions. Media are in sending_media.py."""

from bot.playground.calls import Params, method
from bot.playground.entities import formatted
from bot.playground.errors import bad_request
from bot.playground.markup import reply_markup
from bot.playground.messages import TEXT_LIMIT, bot_sends, chat_for, text_content, topic_for
from bot.playground.world import Json, World

ACTIONS = frozenset(
    [
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
        "record_audio",
        "upload_audio",
        "cancel",
    ]
)


@method("sendMessage")
def send_message(world: World, params: Params) -> Json:
    content = text_content(world, params)
    chat = chat_for(world, params)
    return bot_sends(world, chat, content, params, reply_markup(params, chat))


@method("sendLocation")
def send_location(world: World, params: Params) -> Json:
    location = {"latitude": params.number("latitude"), "longitude": params.number("longitude")}
    if abs(location["latitude"]) > 90 or abs(location["longitude"]) > 180:
        raise bad_request("wrong latitude or longitude specified")
    chat = chat_for(world, params)
    return bot_sends(world, chat, {"location": location}, params, reply_markup(params, chat))


@method("sendContact")
def send_contact(world: World, params: Params) -> Json:
    contact = {
        name: params.text(name) for name in ("phone_number", "first_name", "last_name", "vcard") if params.has(name)
    }
    if "phone_number" not in contact:
        raise bad_request("PHONE_NUMBER_INVALID")
    if "first_name" not in contact:
        raise bad_request("CONTACT_FIRST_NAME_EMPTY")
    chat = chat_for(world, params)
    return bot_sends(world, chat, {"contact": contact}, params, reply_markup(params, chat))


@method("sendChatAction")
def send_chat_action(world: World, params: Params) -> bool:
    action = params.text("action")
    if action not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = chat_for(world, params)
    thread_id = params.integer("message_thread_id")
    topic_for(world, chat, thread_id)
    world.hub.tell("typing", chat_id=chat.id, thread_id=thread_id or None, action=action)
    return True


@method("sendMessageDraft")
def send_message_draft(world: World, params: Params) -> bool:
    """A text that grows before the person's eyes and is never kept: only the page sees it."""
    chat = chat_for(world, params)
    if not chat.is_private:
        raise bad_request("message drafts can be sent only to private chats")
    if not params.integer("draft_id"):
        raise bad_request("DRAFT_ID_INVALID")
    text, _ = formatted(params.text("text"), params.text("parse_mode"), params.data("entities"))
    if len(text) > TEXT_LIMIT:
        raise bad_request("message is too long")
    world.hub.tell("draft", chat_id=chat.id, thread_id=params.integer("message_thread_id") or None, text=text)
    return True

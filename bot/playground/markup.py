"""Reply markup, checked as Telegram checks it. Called by everything that sends or edits."""

import re
from typing import Any

from bot.playground.calls import Params
from bot.playground.errors import bad_request
from bot.playground.world import Chat, Json

MOST_BUTTONS = 100
_ACTIONS = [
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
]
_URL = re.compile(r"(?:https?|tg|tonsite)://\S+|[\w-]+(?:\.[\w-]+)+(?:/\S*)?", re.IGNORECASE)


def reply_markup(params: Params, chat: Chat) -> Json | None:
    markup = params.data("reply_markup")
    if not markup:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        rows = [[_inline_button(button) for button in row] for row in _rows(markup["inline_keyboard"])]
        if sum(map(len, rows)) > MOST_BUTTONS:
            raise bad_request("reply markup is too long")
        return {"inline_keyboard": [row for row in rows if row]}
    if "keyboard" in markup:
        rows = [[_button(button, chat) for button in row] for row in _rows(markup["keyboard"])]
        return {**markup, "keyboard": [row for row in rows if row]}
    if markup.get("remove_keyboard") or markup.get("force_reply"):
        return markup
    return None


def inline_markup(params: Params, chat: Chat) -> Json | None:
    """Edits take inline keyboards only; an empty one removes what was there."""
    markup = reply_markup(params, chat)
    if markup is not None and "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    return markup if markup and markup["inline_keyboard"] else None


def _rows(value: Any) -> list[list[Any]]:
    if not isinstance(value, list) or not all(isinstance(row, list) for row in value):
        raise bad_request("can't parse reply keyboard markup JSON object")
    return value


def _inline_button(button: Any) -> Json:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    if "text" not in button:
        raise bad_request("can't parse inline keyboard button: Can't find field \"text\"")
    if not any(action in button for action in _ACTIONS):
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if not button["text"]:
        raise bad_request("BUTTON_TEXT_INVALID")
    if "callback_data" in button and not 1 <= len(str(button["callback_data"]).encode()) <= 64:
        raise bad_request("BUTTON_DATA_INVALID")
    if "url" in button and not _URL.fullmatch(str(button["url"])):
        raise bad_request(f"inline keyboard button URL '{button['url']}' is invalid: Unsupported URL protocol")
    return button


def _button(button: Any, chat: Chat) -> Json:
    if isinstance(button, str):
        return {"text": button}
    if not isinstance(button, dict) or "text" not in button:
        raise bad_request("can't parse keyboard button: KeyboardButton must be a String or an Object")
    if button.get("request_contact") and not chat.is_private:
        raise bad_request("phone number can be requested in private chats only")
    if button.get("request_location") and not chat.is_private:
        raise bad_request("location can be requested in private chats only")
    return button

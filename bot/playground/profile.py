"""What the bot says of itself: its commands by scope and language, its name and descriptions."""

from typing import Any

from bot.playground.calls import Params, method
from bot.playground.errors import bad_request
from bot.playground.world import Chat, Json, World

MOST_COMMANDS = 100
_CHAT_SCOPES = frozenset({"chat", "chat_administrators", "chat_member"})
_PLAIN_SCOPES = frozenset({"default", "all_private_chats", "all_group_chats", "all_chat_administrators"})


def _key(world: World, params: Params) -> str:
    """One key per scope and language, as `chat_member:-100…:5000001/en`."""
    scope = params.data("scope") or {"type": "default"}
    if not isinstance(scope, dict):
        raise bad_request("can't parse BotCommandScope: BotCommandScope must be an Object")
    kind = scope.get("type")
    language = params.text("language_code")
    if language and not (len(language) == 2 and language.isalpha() and language.islower()):
        raise bad_request("invalid language code specified")
    if kind in _PLAIN_SCOPES:
        return f"{kind}/{language}"
    if kind not in _CHAT_SCOPES:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    try:
        chat_id = int(scope.get("chat_id", 0))
    except (TypeError, ValueError):
        chat_id = 0
    if chat_id not in world.chats:
        raise bad_request("chat not found")
    who = f":{scope.get('user_id')}" if kind == "chat_member" else ""
    return f"{kind}:{chat_id}{who}/{language}"


@method("setMyCommands")
def set_my_commands(world: World, params: Params) -> bool:
    commands = params.data("commands")
    if not isinstance(commands, list):
        raise bad_request("can't parse commands JSON object")
    if len(commands) > MOST_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    kept = [_command(one) for one in commands]
    world.commands[_key(world, params)] = kept
    _changed(world)
    return True


def _command(one: Any) -> Json:
    name = str(one.get("command", "")).removeprefix("/") if isinstance(one, dict) else ""
    if not 1 <= len(name) <= 32 or not all(c.isascii() and (c.islower() or c.isdigit() or c == "_") for c in name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(str(one.get("description", ""))) <= 256:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return dict(one) | {"command": name}


@method("getMyCommands")
def get_my_commands(world: World, params: Params) -> list[Json]:
    return world.commands.get(_key(world, params), [])


@method("deleteMyCommands")
def delete_my_commands(world: World, params: Params) -> bool:
    world.commands.pop(_key(world, params), None)
    _changed(world)
    return True


def _changed(world: World) -> None:
    world.store.put("bot", "commands", world.commands)
    world.hub.tell("commands")


def commands_for(world: World, chat: Chat, user_id: int) -> list[Json]:
    """The commands offered to a person in a chat: scopes from the narrowest, each in their language first."""
    is_admin = chat.status_of(user_id) in {"creator", "administrator"}
    if chat.is_private:
        scopes = [f"chat:{chat.id}", "all_private_chats"]
    else:
        scopes = [f"chat_member:{chat.id}:{user_id}"]
        scopes += [f"chat_administrators:{chat.id}"] * is_admin + [f"chat:{chat.id}"]
        scopes += ["all_chat_administrators"] * is_admin + ["all_group_chats"]
    language = str(world.user(user_id).get("language_code") or "").split("-")[0]
    for scope in [*scopes, "default"]:
        for spoken in (language, ""):
            if commands := world.commands.get(f"{scope}/{spoken}"):
                return commands
    return []


def _say(field: str, limit: int) -> None:
    """Register set… and get… of one of the bot's texts about itself."""
    title = field.title().replace("_", "")

    @method(f"setMy{title}")
    def set_text(world: World, params: Params) -> bool:
        text = params.text(field)
        if len(text) > limit:
            raise bad_request(f"{field} is too long")
        world.profile[f"{field}/{params.text('language_code')}"] = text
        world.store.put("bot", "profile", world.profile)
        return True

    @method(f"getMy{title}")
    def get_text(world: World, params: Params) -> Json:
        spoken = world.profile.get(f"{field}/{params.text('language_code')}")
        return {
            field: spoken or world.profile.get(f"{field}/") or (world.bot.user["first_name"] if field == "name" else "")
        }


for _field, _limit in (("name", 64), ("description", 512), ("short_description", 120)):
    _say(_field, _limit)


@method("setChatMenuButton")
def set_chat_menu_button(world: World, params: Params) -> bool:
    world.profile[f"menu_button/{params.integer('chat_id')}"] = params.data("menu_button") or {"type": "default"}
    world.store.put("bot", "profile", world.profile)
    return True


@method("getChatMenuButton")
def get_chat_menu_button(world: World, params: Params) -> Json:
    return dict(world.profile.get(f"menu_button/{params.integer('chat_id')}") or {"type": "commands"})


@method("logOut")
def log_out(world: World, params: Params) -> bool:
    return True


@method("close")
def close(world: World, params: Params) -> bool:
    return True

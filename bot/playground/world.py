"""What exists in the playground: people, chats, topics, messages. Every other module reads and changes it through here.

Messages are kept as the Bot API objects that people and the bot see. They are never changed in place (an update that
waits in the queue must stay as it was): an edit puts a new object under the same id.
"""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from bot.playground.files import Files
from bot.playground.hub import Hub
from bot.playground.limits import Limits
from bot.playground.queries import Query
from bot.playground.store import Store
from bot.playground.updates import UpdateQueue
from bot.playground.webhook import Webhook

Json = dict[str, Any]

ADMIN_RIGHTS = [
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_pin_messages",
    "can_manage_topics",
    "can_send_welcome_messages",
]
PRESENT = frozenset({"creator", "administrator", "member", "restricted"})


@dataclass(slots=True)
class Account:
    """A person or the bot. `started` is what lets a bot write first; `phone` is what [Share my phone] shares."""

    user: Json
    phone: str = ""
    started: bool = False
    blocked: bool = False
    deactivated: bool = False

    @property
    def id(self) -> int:
        return int(self.user["id"])


@dataclass(slots=True)
class Topic:
    id: int
    name: str
    icon_color: int = 0x6FB9F0
    icon_custom_emoji_id: str | None = None
    closed: bool = False
    creator_id: int = 0

    def public(self) -> Json:
        shown: Json = {"message_thread_id": self.id, "name": self.name, "icon_color": self.icon_color}
        if self.icon_custom_emoji_id:
            shown["icon_custom_emoji_id"] = self.icon_custom_emoji_id
        return shown


@dataclass(slots=True)
class Chat:
    id: int
    type: str
    title: str | None = None
    is_forum: bool = False
    owner: Json = field(default_factory=dict)
    members: dict[int, Json] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)
    keyboard: Json | None = None
    migrated_to: int | None = None
    last_message_id: int = 0
    messages: dict[int, Json] = field(default_factory=dict)
    reactions: dict[int, dict[int, list[Json]]] = field(default_factory=dict)

    @property
    def is_private(self) -> bool:
        return self.type == "private"

    def public(self) -> Json:
        if self.is_private:
            kept = ("id", "first_name", "last_name", "username")
            return {"type": "private", **{key: self.owner[key] for key in kept if key in self.owner}}
        shown: Json = {"id": self.id, "type": self.type, "title": self.title}
        if self.is_forum:
            shown["is_forum"] = True
        return shown

    def status_of(self, user_id: int) -> str:
        return str(self.members.get(user_id, {"status": "left"})["status"])

    def may(self, user_id: int, right: str) -> bool:
        member = self.members.get(user_id, {})
        return member.get("status") == "creator" or bool(member.get(right))


class World:
    def __init__(self, token: str, store: Store, clock: Callable[[], float] = time.time) -> None:
        self.token = token
        self.store = store
        self.clock = clock
        self.hub = Hub()
        self.files = Files(store)
        self.limits = Limits()
        self.queries: dict[str, Query] = {}
        self.query_lifetime = 30.0
        self.updates = UpdateQueue(store, self.hub, clock)
        self.webhook = Webhook(store, self.updates)
        self.accounts: dict[int, Account] = {}
        self.chats: dict[int, Chat] = {}
        self.commands: dict[str, list[Json]] = {}
        self.profile: Json = {}
        self.bot = Account(
            {"id": int(token.partition(":")[0]), "is_bot": True, "first_name": "Kefu", "username": "kefu_bot"}
        )
        self.privacy = True
        self._load()

    @property
    def now(self) -> int:
        return int(self.clock())

    def new_user_id(self) -> int:
        return max(max(self.accounts, default=0), 5_000_000) + 1

    def new_group_id(self, *, is_supergroup: bool) -> int:
        """Supergroups count down from -100…; basic groups are plain negative numbers, as on Telegram."""
        start, step = (-1_002_000_000_000, -1) if is_supergroup else (-4_000_000, -1)
        while start in self.chats:
            start += step
        return start

    def private_chat(self, account: Account) -> Chat:
        chat = self.chats.get(account.id)
        if chat is None:
            chat = self.chats[account.id] = Chat(account.id, "private", owner=account.user)
            chat.members = {account.id: {"status": "member"}, self.bot.id: {"status": "member"}}
            self.save_chat(chat)
        return chat

    def groups(self) -> list[Chat]:
        return [chat for chat in self.chats.values() if not chat.is_private]

    def user(self, user_id: int) -> Json:
        return self.bot.user if user_id == self.bot.id else self.accounts[user_id].user

    def save_account(self, account: Account) -> None:
        self.store.put("account", account.id, asdict(account))
        self.hub.tell("person", person={**account.user, "blocked": account.blocked})

    def save_chat(self, chat: Chat) -> None:
        record = {name: value for name, value in _record(chat).items() if name != "messages"}
        self.store.put("chat", chat.id, record)
        self.hub.tell("chat", chat=self.chat_shown(chat))

    def chat_shown(self, chat: Chat) -> Json:
        """A chat as the page knows it: the Bot API's chat, and who and what is in it."""
        return {
            **chat.public(),
            "is_forum": chat.is_forum,
            "member_ids": [key for key, member in chat.members.items() if member["status"] in PRESENT],
            "topics": [{**topic.public(), "closed": topic.closed} for topic in chat.topics.values()],
            "pinned_message_ids": chat.pinned,
            "migrated_to": chat.migrated_to,
            "typing": False,
        }

    def keep_message(self, chat: Chat, message: Json) -> None:
        """Add a new message, or put an edited one in its place."""
        key = message["message_id"]
        is_new = key not in chat.messages
        chat.messages[key] = message
        chat.last_message_id = max(chat.last_message_id, key)
        self.store.put("message", f"{chat.id}:{key}", message)
        self.hub.tell("message" if is_new else "edited", message=message)

    def remove_messages(self, chat: Chat, message_ids: list[int]) -> None:
        """The ids stay used: an empty record remembers them across a restart."""
        for key in message_ids:
            chat.messages.pop(key, None)
            chat.reactions.pop(key, None)
            self.store.put("message", f"{chat.id}:{key}", None)
        if any(key in chat.pinned for key in message_ids):
            chat.pinned = [key for key in chat.pinned if key not in message_ids]
            self.save_chat(chat)
        self.hub.tell("deleted", chat_id=chat.id, message_ids=message_ids)

    def _load(self) -> None:
        for _, record, _ in self.store.all("account"):
            account = Account(**record)
            self.accounts[account.id] = account
        for _, record, _ in self.store.all("chat"):
            chat = _chat(record)
            self.chats[chat.id] = chat
        for place, message, _ in self.store.all("message"):
            chat_id, message_id = map(int, place.split(":"))
            chat = self.chats[chat_id]
            chat.last_message_id = max(chat.last_message_id, message_id)
            if message is not None:
                chat.messages[message_id] = message
        for chat in self.chats.values():
            chat.messages = dict(sorted(chat.messages.items()))
        self.commands = self.store.one("bot", "commands") or {}
        self.profile = self.store.one("bot", "profile") or {}


def _record(chat: Chat) -> Json:
    kept = ("id", "type", "title", "is_forum", "owner", "pinned", "keyboard", "migrated_to", "last_message_id")
    return {
        **{name: getattr(chat, name) for name in kept},
        "members": {str(key): member for key, member in chat.members.items()},
        "topics": [asdict(topic) for topic in chat.topics.values()],
        "reactions": {
            str(key): {str(who): given for who, given in reactions.items()} for key, reactions in chat.reactions.items()
        },
    }


def _chat(record: Json) -> Chat:
    members = {int(key): member for key, member in record.pop("members").items()}
    topics = {topic["id"]: Topic(**topic) for topic in record.pop("topics")}
    reactions = {
        int(key): {int(who): given for who, given in reactions.items()}
        for key, reactions in record.pop("reactions").items()
    }
    return Chat(**record, members=members, topics=topics, reactions=reactions)

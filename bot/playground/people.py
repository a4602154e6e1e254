"""A person in the playground, in the words of a test: `await anna.writes("Where is my order?")`, `await anna.reads()`.

A thin face over acts.py and groups.py for the e2e tests and the demo; waiting is on events, never on a sleep.
"""

# ruff: noqa: ASYNC109 - a timeout here is what is asked for: a test's own patience

from collections.abc import Sequence
from typing import Any

from bot.playground import acts, groups
from bot.playground.acts import Piece, Place
from bot.playground.messages import is_service, text_of
from bot.playground.queries import CallbackAnswer, Query, answer_to
from bot.playground.world import Account, Chat, Json, World

PATIENCE = 10.0


class Group:
    """A handle on a group chat; follows it when it becomes a supergroup."""

    def __init__(self, world: World, chat: Chat) -> None:
        self.world, self.chat = world, chat

    @property
    def id(self) -> int:
        return self.chat.id

    @property
    def title(self) -> str:
        return str(self.chat.title)

    @property
    def topics(self) -> list[Json]:
        return [{**topic.public(), "closed": topic.closed} for topic in self.chat.topics.values()]

    @property
    def messages(self) -> list[Json]:
        return list(self.chat.messages.values())

    @property
    def pinned(self) -> list[int]:
        return list(self.chat.pinned)

    def add(self, person: "Person", *, admin: bool = False, rights: dict[str, bool] | None = None) -> None:
        groups.join(self.world, self.chat, person.account, admin=admin, rights=rights)

    def remove(self, person: "Person") -> None:
        groups.leave(self.world, self.chat, person.account, kicked=True)


Where = Group | int | None


class Person:
    def __init__(self, world: World, account: Account) -> None:
        self.world, self.account = world, account
        self._read_to: dict[tuple[int, int | None], int] = {}

    @property
    def id(self) -> int:
        return self.account.id

    @property
    def user(self) -> Json:
        return self.account.user

    @property
    def phone(self) -> str:
        return self.account.phone

    def chat(self, where: Where = None) -> Chat:
        if where is None:
            return self.world.private_chat(self.account)
        return where.chat if isinstance(where, Group) else self.world.chats[where]

    def _place(
        self, chat: Where, thread: int | None, reply_to: Json | int | None = None, quote: str | None = None
    ) -> Place:
        answered = reply_to["message_id"] if isinstance(reply_to, dict) else reply_to
        if isinstance(reply_to, dict):
            chat = chat if chat is not None else reply_to["chat"]["id"]
            thread = thread if thread is not None else reply_to.get("message_thread_id")
        return Place(self.chat(chat), thread, answered, quote)

    # What she says

    async def writes(
        self,
        text: str,
        chat: Where = None,
        thread: int | None = None,
        reply_to: Json | int | None = None,
        quote: str | None = None,
        entities: list[Json] | None = None,
    ) -> Json:
        return acts.write(self.world, self.account, self._place(chat, thread, reply_to, quote), text, entities)

    async def starts(self, payload: str | None = None) -> Json:
        return await self.writes(f"/start {payload}" if payload else "/start")

    async def sends(
        self, piece: Piece, chat: Where = None, thread: int | None = None, reply_to: Json | int | None = None
    ) -> Json:
        return acts.send_piece(self.world, self.account, self._place(chat, thread, reply_to), piece)

    async def sends_photo(self, content: bytes | None = None, caption: str = "", **place: Any) -> Json:
        return await self.sends(Piece("photo", content, caption=caption), **place)

    async def sends_document(
        self, content: bytes | None = None, name: str = "", caption: str = "", **place: Any
    ) -> Json:
        return await self.sends(Piece("document", content, name, caption=caption), **place)

    async def sends_voice(self, content: bytes | None = None, duration: int = 3, **place: Any) -> Json:
        return await self.sends(Piece("voice", content, duration=duration), **place)

    async def sends_video(self, content: bytes | None = None, caption: str = "", **place: Any) -> Json:
        return await self.sends(Piece("video", content, caption=caption), **place)

    async def sends_video_note(self, content: bytes | None = None, **place: Any) -> Json:
        return await self.sends(Piece("video_note", content), **place)

    async def sends_sticker(self, **place: Any) -> Json:
        return await self.sends(Piece("sticker"), **place)

    async def sends_location(
        self, latitude: float = 52.52, longitude: float = 13.405, chat: Where = None, thread: int | None = None
    ) -> Json:
        location = {"latitude": latitude, "longitude": longitude}
        return acts.send(self.world, self.account, self._place(chat, thread), {"location": location})

    async def sends_contact(
        self, phone: str | None = None, of: "Person | None" = None, chat: Where = None, thread: int | None = None
    ) -> Json:
        """Her own contact, or with `of` that of somebody else."""
        owner = (of or self).account
        contact = acts.contact_of(owner, phone or owner.phone)
        return acts.send(self.world, self.account, self._place(chat, thread), {"contact": contact})

    async def sends_album(
        self, pieces: Sequence[Piece | str], caption: str = "", chat: Where = None, thread: int | None = None
    ) -> list[Json]:
        """Several files at once; a bare kind ("photo") sends a sample. The caption stands under the first."""
        return acts.send_album(self.world, self.account, self._place(chat, thread), _pieces(pieces, caption))

    async def forwards_album(
        self,
        pieces: Sequence[Piece | str],
        origin: str = "Somebody",
        caption: str = "",
        chat: Where = None,
        thread: int | None = None,
    ) -> list[Json]:
        """An album that she got from somebody whose account is hidden."""
        from_whom = {"type": "hidden_user", "date": self.world.now, "sender_user_name": origin}
        place = self._place(chat, thread)
        return acts.send_album(self.world, self.account, place, _pieces(pieces, caption), {"forward_origin": from_whom})

    async def forwards(self, message: Json, chat: Where = None, thread: int | None = None) -> Json:
        return acts.forward(self.world, self.account, self._place(chat, thread), message)

    # What she does to messages

    async def edits(self, message: Json, text: str) -> Json:
        return acts.edit(self.world, self.account, self.chat(message["chat"]["id"]), message["message_id"], text)

    async def deletes(self, message: Json) -> None:
        acts.delete(self.world, self.account, self.chat(message["chat"]["id"]), message["message_id"])

    async def reacts(self, message: Json, emoji: str) -> None:
        acts.react(self.world, self.account, self.chat(message["chat"]["id"]), message["message_id"], emoji)

    async def pins(self, message: Json) -> None:
        groups.pin(self.world, self.chat(message["chat"]["id"]), self.account.user, message["message_id"])

    async def presses(
        self,
        button: str,
        message: Json | None = None,
        chat: Where = None,
        timeout: float = PATIENCE,
    ) -> CallbackAnswer:
        """Press an inline button, by its text or data, and wait for the bot's answerCallbackQuery."""
        where = self.chat(message["chat"]["id"] if message and chat is None else chat)
        query = acts.press(self.world, self.account, where, button, message["message_id"] if message else None)
        return await self._callback_answer(query, f"the button {button!r}", timeout)

    async def presses_old(
        self,
        data: str,
        message: Json,
        timeout: float = PATIENCE,
    ) -> CallbackAnswer:
        """Press a button as an app does that still shows an old version of the message."""
        chat = self.chat(message["chat"]["id"])
        query = acts.press_data(self.world, self.account, chat, message, data)
        return await self._callback_answer(query, f"the old button {data!r}", timeout)

    async def taps(self, text: str, chat: Where = None, thread: int | None = None) -> Json:
        """Tap a button of the keyboard under the chat; [Share my phone] shares it."""
        return acts.tap(self.world, self.account, self._place(chat, thread), text)

    async def inline(
        self,
        words: str,
        chat: Where = None,
        timeout: float = PATIENCE,
    ) -> list[Json]:
        """Type `@bot words` in a chat and wait for the results."""
        query = acts.ask_inline(self.world, self.account, words, None if chat is None else self.chat(chat))
        answer = await answer_to(query, f"the inline question {words!r}", timeout)
        return list(answer["results"])

    async def chooses(self, result: Json, chat: Where = None, thread: int | None = None) -> Json:
        return acts.choose_inline(self.world, self.account, self._place(chat, thread), result)

    async def blocks(self) -> None:
        acts.set_blocked(self.world, self.account, blocked=True)

    async def unblocks(self) -> None:
        acts.set_blocked(self.world, self.account, blocked=False)

    async def creates_topic(self, group: Group, name: str) -> int:
        return groups.create_topic(self.world, group.chat, self.account.user, name).id

    async def deletes_topic(self, group: Group, thread: int) -> None:
        groups.delete_topic(self.world, group.chat, thread)

    async def closes_topic(self, group: Group, thread: int) -> None:
        groups.set_topic_closed(self.world, group.chat, self.account.user, group.chat.topics[thread], closed=True)

    async def reopens_topic(self, group: Group, thread: int) -> None:
        groups.set_topic_closed(self.world, group.chat, self.account.user, group.chat.topics[thread], closed=False)

    # What she sees

    def sees(self, chat: Where = None, thread: int | None = None) -> list[Json]:
        """The messages before her eyes now, hers and others', as they read after all edits."""
        messages = self.chat(chat).messages.values()
        return [message for message in messages if thread is None or message.get("message_thread_id") == thread]

    def keyboard(self, chat: Where = None) -> list[list[str]]:
        """The texts of the keyboard under her chat."""
        shown = self.chat(chat).keyboard or {}
        return [[button["text"] for button in row] for row in shown.get("keyboard", [])]

    def unread(self, chat: Where = None, thread: int | None = None) -> list[Json]:
        """Messages of the bot that she has not read yet."""
        where = self.chat(chat)
        first = self._read_to.get((where.id, thread), 0) + 1
        candidates = (where.messages.get(key) for key in range(first, where.last_message_id + 1))
        return [message for message in candidates if message is not None and self._is_news(message, thread)]

    async def reads_messages(
        self,
        count: int = 1,
        timeout: float = PATIENCE,
        chat: Where = None,
        thread: int | None = None,
    ) -> list[Json]:
        """Wait for the next `count` messages of the bot that she has not read, and read them."""
        came = await self.world.hub.until(lambda: len(self.unread(chat, thread)) >= count, timeout)
        unread = self.unread(chat, thread)
        if not came:
            name, texts = self.account.user["first_name"], [text_of(message) for message in unread]
            seen = [f"{one['from']['first_name']}: {text_of(one)}" for one in self.sees(chat, thread)[-12:]]
            raise AssertionError(
                f"{name} waited {timeout} s for {count} message(s) and got {len(texts)}: {texts}; the chat now: {seen}"
            )
        if count:
            self._read_to[self.chat(chat).id, thread] = unread[count - 1]["message_id"]
        return unread[:count]

    async def reads(
        self,
        count: int = 1,
        timeout: float = PATIENCE,
        chat: Where = None,
        thread: int | None = None,
    ) -> list[str]:
        """The texts (or captions, or "[photo]") of her next `count` unread messages of the bot."""
        return [text_of(message) for message in await self.reads_messages(count, timeout, chat, thread)]

    def _is_news(self, message: Json, thread: int | None) -> bool:
        is_bots = message["from"]["id"] == self.world.bot.id and not is_service(message)
        return is_bots and (thread is None or message.get("message_thread_id") == thread)

    async def _callback_answer(self, query: Query, what: str, timeout: float) -> CallbackAnswer:
        answer = await answer_to(query, what, timeout)
        return CallbackAnswer(answer["text"], answer["show_alert"], answer["url"])


def _pieces(pieces: Sequence[Piece | str], caption: str) -> list[Piece]:
    made = [Piece(piece) if isinstance(piece, str) else piece for piece in pieces]
    if caption and made:
        first = made[0]
        made[0] = Piece(first.kind, first.content, first.name, first.mime_type, caption, first.duration)
    return made

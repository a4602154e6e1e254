"""From a post to the very call: what it points at (a topic, a quoted or edited message) is looked up now.

Used by the courier just before it sends; everything sent earlier is settled by then, so the places are known.
"""

from dataclasses import dataclass
from typing import Any

from bot.clock import utc_now
from bot.courier.pace import Pace
from bot.courier.sender import Answer, Sender
from bot.crm import communications, desks
from bot.crm.outbox import Post
from bot.database import Database
from bot.desk import delivery


@dataclass(frozen=True, slots=True)
class Letter:
    """A call ready to be made."""

    method: str
    parameters: dict[str, Any]

    @property
    def weight(self) -> int:
        """How many messages Telegram will count."""
        parts = self.parameters.get("message_ids") or self.parameters.get("media")
        return len(parts) if isinstance(parts, list) else 1


class TopicRefused(Exception):
    """Telegram did not make a topic; carries its answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.description)
        self.answer = answer


class Addressing:
    """Finds out where a post goes."""

    def __init__(self, database: Database, sender: Sender, pace: Pace) -> None:
        self._database = database
        self._sender = sender
        self._pace = pace

    async def letter(self, post: Post, chat_id: int) -> Letter | None:
        """Return the call for a post, or None when what it would change is not shown in its chat.

        Raises:
            TopicRefused: the customer has no topic and Telegram would not make one.
        """
        parameters = {"chat_id": chat_id} | post.payload
        if post.topic_of is not None:
            parameters["message_thread_id"] = await self._topic(post.topic_of, chat_id, post.priority)
        if post.reply_to_id is None and post.edit_of_id is None:
            return Letter(post.method, parameters)
        async with self._database.read() as tx:
            if post.reply_to_id is not None:
                quoted = await communications.place_in(tx, post.reply_to_id, chat_id)
                if quoted is not None:
                    parameters["reply_parameters"] = {"message_id": quoted, "allow_sending_without_reply": True}
            if post.edit_of_id is not None:
                edited = await communications.place_in(tx, post.edit_of_id, chat_id)
                if edited is None:
                    return None
                parameters["message_id"] = edited
                if "thread" not in post.method.lower():
                    parameters.pop("message_thread_id", None)
        return Letter(post.method, parameters)

    async def forget_topic(self, chat_id: int, thread_id: int) -> None:
        """The topic was deleted; the next post to it makes a new one."""
        async with self._database.begin() as tx:
            await desks.remove_topic(tx, chat_id, thread_id)

    async def _topic(self, customer_id: int, chat_id: int, priority: int) -> int:
        async with self._database.read() as tx:
            thread_id = await desks.topic_of(tx, customer_id, chat_id)
            title = None if thread_id else await delivery.topic_title(tx, customer_id)
        if thread_id is not None:
            return thread_id
        await self._pace.turn(chat_id, priority)  # Telegram counts a new topic as a message
        answer = await self._sender.call("createForumTopic", {"chat_id": chat_id, "name": title})
        if not answer.is_ok:
            raise TopicRefused(answer)
        thread_id = int(answer.result["message_thread_id"])
        async with self._database.begin() as tx:
            await desks.add_topic(tx, customer_id, chat_id, thread_id, utc_now())
        return thread_id

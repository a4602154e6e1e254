"""Carrying one post: tried until Telegram takes it, or is understood never to take it. Used by the courier."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from bot.clock import utc_now
from bot.courier.letters import Addressing, TopicRefused
from bot.courier.pace import Pace
from bot.courier.refusals import Diagnosis, Remedy, diagnose
from bot.courier.sender import Answer, Sender
from bot.crm import outbox
from bot.crm.outbox import Post, Receipt
from bot.database import Database
from bot.desk import delivery
from bot.desk.delivery import Refusal
from bot.errors import DatabaseUnavailable

log = structlog.get_logger()

LONGEST_BACKOFF_S = 30.0
PATIENCE = timedelta(days=1)
"""A post that Telegram has answered with an error of its own for so long holds its chat up no more."""
NEW_TOPICS = 3
"""How often a post may find its topic gone."""


@dataclass(slots=True)
class Errand:
    """A post on its way."""

    post: Post
    failures: int = 0
    new_topics: int = 0
    is_quoting: bool = True
    thread_id: int | None = None


class Carrier:
    """Sends posts one at a time; asks the pace before each call."""

    def __init__(
        self,
        database: Database,
        sender: Sender,
        pace: Pace,
        flush: Callable[[], Awaitable[None]],
        moved: Callable[[int, int], None],
    ) -> None:
        """``flush`` writes down what was sent before, so that a post can point at it.

        ``moved`` is told when a group turned out to be another chat now: from which, to which.
        """
        self._database = database
        self._sender = sender
        self._pace = pace
        self._flush = flush
        self._moved = moved
        self._calling: set[int] = set()
        self._addressing = Addressing(database, sender, pace)

    def may_have_arrived(self, post: Post) -> bool:
        """Whether Telegram is being asked to take this post at this moment."""
        return post.id in self._calling

    async def carry(self, post: Post) -> tuple[Receipt, Refusal | None]:
        """Return how the post ended: a receipt, and why Telegram refused it if it did."""
        errand = Errand(post)
        while True:
            try:
                answer = await self._attempt(errand)
                if answer.is_ok:
                    return Receipt(errand.post, _message_ids(answer), None, utc_now()), None
                diagnosis = diagnose(answer)
                if not await self._mend(errand, answer, diagnosis):
                    reason = answer.description or f"HTTP {answer.error_code}"
                    return Receipt(errand.post, (), reason, utc_now()), diagnosis.refusal
            except DatabaseUnavailable as error:
                log.warning("database away", where="carrier", why=str(error))
                await asyncio.sleep(error.pause_s)
            except Exception as error:
                log.exception("post failed by our own error", post=post.id)
                return Receipt(errand.post, (), f"{type(error).__name__}: {error}"[:500], utc_now()), Refusal.OTHER

    async def _attempt(self, errand: Errand) -> Answer:
        post = errand.post
        if post.reply_to_id is not None or post.edit_of_id is not None:
            await self._flush()
        try:
            letter = await self._addressing.letter(post, errand.post.chat_id)
        except TopicRefused as refused:
            return refused.answer
        if letter is None:
            return Answer(is_ok=True)
        errand.thread_id = letter.parameters.get("message_thread_id")
        if not errand.is_quoting:
            letter.parameters.pop("reply_parameters", None)
        await self._pace.turn(errand.post.chat_id, post.priority, letter.weight)
        self._calling.add(post.id)
        try:
            answer = await self._sender.call(letter.method, letter.parameters)
        finally:
            self._calling.discard(post.id)
        is_as_wanted = not answer.is_ok and diagnose(answer).remedy is Remedy.NOTHING
        return Answer(is_ok=True) if is_as_wanted else answer

    async def _mend(self, errand: Errand, answer: Answer, diagnosis: Diagnosis) -> bool:
        """Do what the answer calls for; returns whether another attempt may succeed."""
        match diagnosis.remedy:
            case Remedy.WAIT:
                await self._pace.hold(errand.post.chat_id, answer.retry_after or 1.0)
            case Remedy.RETRY if answer.error_code and utc_now() - errand.post.created_at > PATIENCE:
                return False
            case Remedy.RETRY:
                await self._back_off(errand, answer, diagnosis)
            case Remedy.FOLLOW if answer.migrate_to_chat_id:
                await self._follow(errand, answer.migrate_to_chat_id)
            case Remedy.NEW_TOPIC if errand.thread_id is not None and errand.new_topics < NEW_TOPICS:
                errand.new_topics += 1
                await self._addressing.forget_topic(errand.post.chat_id, errand.thread_id)
                return errand.post.topic_of is not None
            case Remedy.UNQUOTE if errand.is_quoting:
                errand.is_quoting = False
            case _:
                return False
        return True

    async def _back_off(self, errand: Errand, answer: Answer, diagnosis: Diagnosis) -> None:
        log.warning("send failed", post=errand.post.id, code=answer.error_code, why=answer.description)
        errand.failures += 1
        with suppress(DatabaseUnavailable):
            async with self._database.begin() as tx:
                await outbox.mark_retry(tx, errand.post.id, answer.description, possibly_repeated=diagnosis.is_unsure)
        pause = min(LONGEST_BACKOFF_S, 0.25 * 2**errand.failures)
        await asyncio.sleep(pause * random.uniform(0.7, 1.3))  # noqa: S311 - spreads retries, guards nothing

    async def _follow(self, errand: Errand, chat_id: int) -> None:
        old = errand.post.chat_id
        async with self._database.begin() as tx:
            await delivery.follow_group(tx, old, chat_id, utc_now())
        errand.post = replace(errand.post, chat_id=chat_id)
        self._moved(old, chat_id)


def _message_ids(answer: Answer) -> tuple[int, ...]:
    """Return the ids of the messages a call made: one, several (albums), or none."""
    made = answer.result if isinstance(answer.result, list) else [answer.result]
    return tuple(each["message_id"] for each in made if isinstance(each, dict) and "message_id" in each)

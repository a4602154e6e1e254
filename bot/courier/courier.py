"""The courier: the only one who sends. Takes posts from the outbox, keeps Telegram's pace, writes receipts.

Posts of one chat go out strictly in order, chats side by side. What passes by itself is tried again until it
passes; what never will is written on the record (:mod:`bot.desk.delivery`).
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

import structlog

from bot.clock import utc_now
from bot.courier.carrier import Carrier
from bot.courier.pace import Pace
from bot.courier.sender import Sender
from bot.crm import outbox
from bot.crm.outbox import Post, Receipt, SendPriority
from bot.database import Database
from bot.desk import delivery
from bot.errors import DatabaseUnavailable
from bot.transactions import Transaction

log = structlog.get_logger()

IN_HAND = 1000
BROADCASTS_IN_HAND = 60
CHAT_IN_HAND = 50
CLAIM_AT_ONCE = 100
LOOK_EVERY_S = 1.0
LAST_MAIL_S = 5.0
"""How long posts in hand may still go out while the bot stops."""


Writing = Callable[[Transaction], Awaitable[None]]


class Courier:
    """Delivers the outbox until it is stopped."""

    def __init__(self, database: Database, sender: Sender, pace: Pace, worker: str) -> None:
        self._database = database
        self._worker = worker
        self._carrier = Carrier(database, sender, pace, self._flush)
        self._chats: dict[int, deque[Post]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._in_hand = 0
        self._broadcasts = 0
        self._wake = asyncio.Event()
        self._is_looking = False
        self._left_some = False  # more waits in the table than was taken
        self._is_stopping = False
        self._receipts: list[Receipt] = []
        self._settling = asyncio.Lock()
        database.listen(outbox.QUEUED, self._wake.set)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is in hand and nothing was announced."""
        return not self._in_hand and not self._receipts and not self._wake.is_set() and not self._is_looking

    async def run(self) -> None:
        """Send what is queued, woken by commits and looking every second, until stopped."""
        while not self._is_stopping:
            pause = LOOK_EVERY_S
            try:
                self._is_looking = True
                self._wake.clear()
                pause = await self._claim()
            except DatabaseUnavailable as error:
                log.warning("database away", where="courier", why=str(error))
            finally:
                self._is_looking = False
            if pause and not self._is_stopping:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), pause)
        await self._deliver_last()

    def stop(self) -> None:
        """Claim nothing more; ``run`` returns when what is in hand went out, or its time is over."""
        self._is_stopping = True
        self._wake.set()

    async def _claim(self) -> float:
        """Take what is due; returns how long to wait before the next look."""
        room = min(CLAIM_AT_ONCE, IN_HAND - self._in_hand)
        if room <= 0:
            return 0.05
        full = [chat for chat, queue in self._chats.items() if len(queue) >= CHAT_IN_HAND]
        now = utc_now()
        async with self._database.begin() as tx:
            posts = await outbox.claim(
                tx, self._worker, now, room, full, broadcasts=self._broadcasts < BROADCASTS_IN_HAND
            )
            due_at = await outbox.next_due(tx)
        self._take_in(posts)
        self._left_some = bool(full) or len(posts) == room
        if len(posts) == room:
            return 0.0
        return LOOK_EVERY_S if due_at is None else min(LOOK_EVERY_S, max(0.01, (due_at - now).total_seconds()))

    def _take_in(self, posts: Sequence[Post]) -> None:
        for post in posts:
            self._in_hand += 1
            self._broadcasts += post.priority is SendPriority.BROADCAST
            queue = self._chats.get(post.chat_id)
            if queue is not None:
                queue.append(post)
                continue
            self._chats[post.chat_id] = deque([post])
            task = asyncio.create_task(self._serve(post.chat_id), name=f"post to {post.chat_id}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _serve(self, chat_id: int) -> None:
        queue = self._chats[chat_id]
        while queue:
            post = queue[0]
            await self._deliver(post)
            queue.popleft()
            self._in_hand -= 1
            self._broadcasts -= post.priority is SendPriority.BROADCAST
        del self._chats[chat_id]
        if self._left_some:
            self._wake.set()

    async def _deliver(self, post: Post) -> None:
        """See one post through, and write down how it ended."""
        receipt, refusal = await self._carrier.carry(post)
        if refusal is None:
            self._receipts.append(receipt)
            return await self._flush()

        async def write(tx: Transaction) -> None:
            await outbox.settle(tx, [receipt])
            await delivery.refused(tx, post, refusal, receipt.error or "", receipt.settled_at)

        return await self._keep(write)

    async def _flush(self) -> None:
        """Write receipts: one's own, together with those that came while the last ones were being written."""
        async with self._settling:
            receipts, self._receipts = self._receipts, []
            if not receipts:
                return

            async def write(tx: Transaction) -> None:
                await outbox.settle(tx, receipts)
                await delivery.delivered(tx, receipts)

            await self._keep(write)

    async def _keep(self, write: Writing) -> None:
        """Write in one transaction; a database that is away is waited for."""
        while True:
            try:
                async with self._database.begin() as tx:
                    await write(tx)
            except DatabaseUnavailable as error:
                log.warning("database away", where="courier", why=str(error))
                await asyncio.sleep(0.5)
            else:
                return

    async def _deliver_last(self) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=LAST_MAIL_S)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        left = [post.id for queue in self._chats.values() for post in queue]
        self._chats.clear()
        self._in_hand = 0
        try:
            await asyncio.wait_for(self._flush(), LAST_MAIL_S)
            if left:
                async with self._database.begin() as tx:
                    await outbox.release(tx, left)
        except (DatabaseUnavailable, TimeoutError):
            log.warning("stopped with posts in hand", left=len(left))  # found in `sending` at the next start

"""The courier: the only one who sends. Takes posts from the outbox, keeps Telegram's pace, writes receipts.

Posts of one chat go out strictly in order, chats side by side. What passes by itself is tried again until it
passes; what never will is written on the record (:mod:`bot.desk.delivery`).
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import structlog

from bot.clock import utc_now
from bot.courier.carrier import Carrier
from bot.courier.pace import Pace
from bot.courier.sender import Sender
from bot.crm import outbox, workers
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
FEW = 8
GATHER_S = 0.001
"""While there is much to send, so long more may come together before the outbox is looked at or written."""
LAST_MAIL_S = 5.0
"""How long posts in hand may still go out while the bot stops."""


Writing = Callable[[Transaction], Awaitable[None]]


@dataclass(eq=False, slots=True)
class Round:
    """The posts in hand for one chat, in order; the first is on its way."""

    chat_id: int
    posts: deque[Post]


class Courier:
    """Delivers the outbox until it is stopped."""

    def __init__(self, database: Database, sender: Sender, pace: Pace, worker: str) -> None:
        self._database = database
        self._worker = worker
        self._carrier = Carrier(database, sender, pace, self._flush, self._move)
        self._rounds: dict[int, Round] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._in_hand = 0
        self._broadcasts = 0
        self._wake = asyncio.Event()
        self._is_looking = False
        self._left_some = False  # more waits in the table than was taken
        self._left_broadcasts = False  # perhaps: they were not looked for
        self._is_stopping = False
        self._receipts: list[Receipt] = []
        self._settling = asyncio.Lock()
        database.listen(outbox.QUEUED, self._wake.set)
        database.listen(workers.BUSY, self._look_again_soon)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is in hand and nothing was announced."""
        return not self._in_hand and not self._receipts and not self._wake.is_set() and not self._is_looking

    async def run(self) -> None:
        """Send what is queued, woken by commits and looking every second, until stopped."""
        while not self._is_stopping:
            pause = LOOK_EVERY_S
            if self._in_hand:
                await asyncio.sleep(GATHER_S)
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
        full = [chat for chat, each in self._rounds.items() if len(each.posts) >= CHAT_IN_HAND]
        broadcasts = self._broadcasts < BROADCASTS_IN_HAND
        now = utc_now()
        async with self._database.begin() as tx:
            posts = await outbox.claim(tx, self._worker, now, room, full, broadcasts=broadcasts)
            due_at = await outbox.next_due(tx)
        self._take_in(posts)
        self._left_some = bool(full) or len(posts) == room
        self._left_broadcasts = not broadcasts
        if len(posts) == room:
            return 0.0
        return LOOK_EVERY_S if due_at is None else min(LOOK_EVERY_S, max(0.01, (due_at - now).total_seconds()))

    def _look_again_soon(self) -> None:
        asyncio.get_running_loop().call_later(workers.BUSY_S, self._wake.set)

    def _take_in(self, posts: Sequence[Post]) -> None:
        for post in posts:
            self._in_hand += 1
            self._broadcasts += post.priority is SendPriority.BROADCAST
            known = self._rounds.get(post.chat_id)
            if known is not None:
                known.posts.append(post)
                continue
            begun = self._rounds[post.chat_id] = Round(post.chat_id, deque([post]))
            task = asyncio.create_task(self._serve(begun), name=f"post to {post.chat_id}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _serve(self, mine: Round) -> None:
        while mine.posts:
            post = mine.posts[0]
            await self._deliver(post)
            mine.posts.popleft()
            self._in_hand -= 1
            self._broadcasts -= post.priority is SendPriority.BROADCAST
        if self._rounds.get(mine.chat_id) is mine:
            del self._rounds[mine.chat_id]
        if self._left_some or (self._left_broadcasts and self._broadcasts <= BROADCASTS_IN_HAND // 2):
            self._wake.set()

    def _move(self, old: int, new: int) -> None:
        """A group became another chat: what is in hand for it goes there, before what is claimed from now on."""
        moved = self._rounds.pop(old, None)
        if moved is None:
            return
        moved.chat_id = new
        first, *rest = (replace(post, chat_id=new) for post in moved.posts)
        there = self._rounds.get(new)
        if there is None:
            self._rounds[new] = moved
            moved.posts = deque([first, *rest])
            return
        on_its_way, *later = there.posts
        there.posts = deque([on_its_way, *sorted([*later, *rest], key=lambda post: post.id)])
        moved.posts = deque([first])

    async def _deliver(self, post: Post) -> None:
        """See one post through, and write down how it ended."""
        receipt, refusal = await self._carrier.carry(post)
        if refusal is None:
            self._receipts.append(receipt)
            return await self._flush()

        async def write(tx: Transaction) -> None:
            await outbox.settle(tx, [receipt])
            await delivery.refused(tx, receipt.post, refusal, receipt.error or "", receipt.settled_at)

        return await self._keep(write, [receipt])

    async def _flush(self) -> None:
        """Write receipts: one's own, together with those that came while the last ones were being written."""
        async with self._settling:
            if not self._receipts:
                return
            if self._in_hand > FEW:
                await asyncio.sleep(GATHER_S)
            receipts, self._receipts = self._receipts, []

            async def write(tx: Transaction) -> None:
                await outbox.settle(tx, receipts)
                await delivery.delivered(tx, receipts)

            try:
                await self._keep(write, receipts)
            except asyncio.CancelledError:
                self._receipts = receipts + self._receipts  # the bot stops; they are written last of all
                raise

    async def _keep(self, write: Writing, receipts: Sequence[Receipt]) -> None:
        """Write in one transaction; a database that is away is waited for.

        Where the consequences of these receipts cannot be kept by a fault of ours, the receipts alone are: what was
        sent must not be sent again, nor the chat stand still.
        """
        while True:
            try:
                async with self._database.begin() as tx:
                    await write(tx)
            except DatabaseUnavailable as error:
                log.warning("database away", where="courier", why=str(error))
                await asyncio.sleep(error.pause_s)
            except Exception:
                log.exception("consequences not kept", posts=[receipt.post.id for receipt in receipts])
                write = _settling(receipts)
                await asyncio.sleep(0.5)
            else:
                return

    async def _deliver_last(self) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=LAST_MAIL_S)
        in_hand = [post for each in self._rounds.values() for post in each.posts]
        left = [post.id for post in in_hand if not self._carrier.may_have_arrived(post)]
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._rounds.clear()
        self._in_hand = 0
        try:
            await asyncio.wait_for(self._flush(), LAST_MAIL_S)
            if left:
                async with self._database.begin() as tx:
                    await outbox.release(tx, left)
        except (DatabaseUnavailable, TimeoutError):
            log.warning("stopped with posts in hand", left=len(left))  # found in `sending` at the next start


def _settling(receipts: Sequence[Receipt]) -> Writing:
    async def settle(tx: Transaction) -> None:
        await outbox.settle(tx, receipts)

    return settle

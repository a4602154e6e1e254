"""The outbox: what is queued is claimed in its order, once, when it may be sent."""

from datetime import datetime

import pytest

from bot.crm import albums, outbox
from bot.crm.outbox import Post, Receipt, SendPriority
from bot.database import Database
from tests import factories
from tests.factories import NOW, after

ANNA, WANG, DESK = 5, 6, -100


async def queue(
    database: Database, *chats: int, priority: SendPriority = SendPriority.PERSON, due_at: datetime | None = None
) -> None:
    async with database.begin() as tx:
        for chat in chats:
            await outbox.queue(tx, chat, "sendMessage", {"text": "Hi"}, now=NOW, priority=priority, due_at=due_at)


async def claim(
    database: Database, limit: int = 100, full_chats: tuple[int, ...] = (), minutes: float = 0, broadcasts: bool = True
) -> list[int]:
    """Claim as worker "a" and return the chats of what was claimed."""
    async with database.begin() as tx:
        now = after(minutes=minutes)
        return [post.chat_id for post in await outbox.claim(tx, "a", now, limit, full_chats, broadcasts=broadcasts)]


async def all_rows(database: Database) -> list[dict[str, object]]:
    async with database.read() as tx:
        return [dict(row._mapping) for row in await tx.all(outbox.outbox.select().order_by(outbox.outbox.c.id))]


async def test_a_post_comes_back_as_it_was_queued(database: Database) -> None:
    async with database.begin() as tx:
        anna = await factories.customer(tx)
        said = await factories.communication(tx, anna)
        number = await outbox.queue(
            tx,
            DESK,
            "copyMessage",
            {"from_chat_id": ANNA, "message_id": 7, "caption": "订单 👍"},
            now=NOW,
            priority=SendPriority.DESK,
            shows=[said.id],
            is_copy=True,
            topic_of=anna.id,
            reply_to_id=said.id,
            edit_of_id=said.id,
        )
        [post] = await outbox.claim(tx, "a", NOW, 10, ())
    assert post == Post(
        id=number,
        chat_id=DESK,
        method="copyMessage",
        payload={"from_chat_id": ANNA, "message_id": 7, "caption": "订单 👍"},
        priority=SendPriority.DESK,
        attempts=0,
        shows=(said.id,),
        is_copy=True,
        topic_of=anna.id,
        reply_to_id=said.id,
        edit_of_id=said.id,
        created_at=NOW,
    )


async def test_posts_are_claimed_once(database: Database) -> None:
    await queue(database, ANNA, WANG, ANNA)
    assert await claim(database, limit=2) == [ANNA, WANG]
    assert await claim(database) == [ANNA]
    assert await claim(database) == []


async def test_people_are_claimed_before_the_desk_and_the_desk_before_a_broadcast(database: Database) -> None:
    await queue(database, 1, 2, priority=SendPriority.BROADCAST)
    await queue(database, 3, priority=SendPriority.DESK)
    await queue(database, 4, priority=SendPriority.PERSON)
    assert [await claim(database, limit=1) for _ in range(4)] == [[4], [3], [1], [2]]


async def test_broadcasts_may_be_left_for_later(database: Database) -> None:
    await queue(database, 1, priority=SendPriority.BROADCAST)
    await queue(database, 2, priority=SendPriority.DESK)
    assert await claim(database, broadcasts=False) == [2]
    assert await claim(database) == [1]


async def test_full_chats_are_left_alone(database: Database) -> None:
    await queue(database, ANNA, WANG, ANNA)
    assert await claim(database, full_chats=(ANNA, DESK)) == [WANG]
    assert await claim(database) == [ANNA, ANNA]


async def test_a_post_that_is_not_due_holds_back_the_later_ones_of_its_chat_only(database: Database) -> None:
    await queue(database, ANNA)
    await queue(database, ANNA, due_at=after(minutes=5))
    await queue(database, ANNA, WANG)
    assert await claim(database) == [ANNA, WANG]
    assert await claim(database, minutes=4) == []
    async with database.read() as tx:
        assert await outbox.next_due(tx) == after(minutes=5)
    assert await claim(database, minutes=5) == [ANNA, ANNA]


async def test_what_was_sent_and_what_failed_is_settled_together(database: Database) -> None:
    await queue(database, ANNA, WANG)
    async with database.begin() as tx:
        sent, refused = await outbox.claim(tx, "a", NOW, 10, ())
        await outbox.settle(
            tx,
            [
                Receipt(sent, (70, 71), None, after(minutes=1)),
                Receipt(refused, (), "Forbidden: bot was blocked by the user", after(minutes=2)),
            ],
        )
        assert await outbox.count_undone(tx) == 0
    keep = ("state", "message_id", "error", "settled_at")
    assert [[row[name] for name in keep] for row in await all_rows(database)] == [
        ["sent", 70, None, after(minutes=1)],
        ["failed", None, "Forbidden: bot was blocked by the user", after(minutes=2)],
    ]


async def test_what_a_dead_worker_was_sending_is_sent_again_and_marked_possibly_repeated(database: Database) -> None:
    await queue(database, ANNA, WANG)
    assert await claim(database, limit=1) == [ANNA]
    async with database.begin() as tx:
        await outbox.posts.release_dead(tx)  # worker "a" is not registered
    assert await claim(database) == [ANNA, WANG]
    assert [row["possibly_repeated"] for row in await all_rows(database)] == [True, False]


async def test_what_was_given_back_unsent_is_not_possibly_repeated(database: Database) -> None:
    await queue(database, ANNA)
    async with database.begin() as tx:
        [post] = await outbox.claim(tx, "a", NOW, 10, ())
        await outbox.release(tx, [post.id])
    assert await claim(database) == [ANNA]
    assert [row["possibly_repeated"] for row in await all_rows(database)] == [False]


@pytest.mark.parametrize("possibly_repeated", [True, False])
async def test_a_failure_for_now_counts_and_is_remembered(database: Database, possibly_repeated: bool) -> None:
    await queue(database, ANNA)
    async with database.begin() as tx:
        [post] = await outbox.claim(tx, "a", NOW, 10, ())
        await outbox.mark_retry(tx, post.id, "502 Bad Gateway", possibly_repeated=possibly_repeated)
    [row] = await all_rows(database)
    assert (row["attempts"], row["error"], row["possibly_repeated"]) == (1, "502 Bad Gateway", possibly_repeated)


async def test_an_album_gathers_its_parts_until_it_is_claimed(database: Database) -> None:
    async with database.begin() as tx:
        first, second = await factories.communication(tx), await factories.communication(tx)
        number = await outbox.queue(
            tx,
            DESK,
            "copyMessages",
            {"message_ids": [1]},
            now=NOW,
            shows=[first.id],
            is_copy=True,
            album="77",
            due_at=after(seconds=1),
        )
        assert await albums.gathering(tx, DESK, "77") == (number, {"message_ids": [1]}, [first.id])
        assert await albums.gathering(tx, DESK, "78") is None
        await albums.extend(tx, number, {"message_ids": [1, 2]}, [first.id, second.id], after(seconds=2))
        assert await outbox.claim(tx, "a", after(seconds=1), 10, ()) == []
        [post] = await outbox.claim(tx, "a", after(seconds=2), 10, ())
        assert (post.payload, post.shows) == ({"message_ids": [1, 2]}, (first.id, second.id))
        assert await albums.gathering(tx, DESK, "77") is None


async def test_posts_follow_a_group_that_moved(database: Database) -> None:
    await queue(database, -5, ANNA)
    async with database.begin() as tx:
        await outbox.move(tx, -5, DESK)
    assert await claim(database) == [DESK, ANNA]


async def test_only_what_was_sent_long_ago_is_pruned(database: Database) -> None:
    await queue(database, 1, 2, 3, 4)
    async with database.begin() as tx:
        posts = await outbox.claim(tx, "a", NOW, 3, ())
        await outbox.settle(
            tx,
            [
                Receipt(posts[0], (1,), None, NOW),
                Receipt(posts[1], (2,), None, after(days=2)),
                Receipt(posts[2], (), "Bad Request: chat not found", NOW),
            ],
        )
        assert await outbox.prune(tx, after(days=1), 100) == 1
    assert [row["chat_id"] for row in await all_rows(database)] == [2, 3, 4]


async def test_a_message_on_its_way_is_known_by_what_it_shows(database: Database) -> None:
    async with database.begin() as tx:
        said, other = await factories.communication(tx), await factories.communication(tx)
        await outbox.queue(tx, DESK, "sendMessage", {}, now=NOW, shows=[said.id])
        await outbox.queue(tx, WANG, "sendMessage", {}, now=NOW, shows=[other.id])
        assert await outbox.chats_awaiting(tx, said.id) == [DESK]

"""The desk group and each customer's topic in it."""

from bot.crm import desks
from bot.crm.desks import Desk
from bot.database import Database
from tests import factories
from tests.factories import NOW, after


async def test_binding_another_group_takes_the_place_of_the_first_and_of_its_topics(database: Database) -> None:
    async with database.begin() as tx:
        owner, anna = await factories.agent(tx), await factories.customer(tx)
        await desks.bind(tx, chat_id=-100, title="Desk", agent_id=owner.id, now=NOW)
        await desks.add_topic(tx, anna.id, -100, 3, NOW)
        await desks.bind(tx, chat_id=-200, title="New desk", agent_id=owner.id, now=NOW)
        bound = await desks.current(tx)
        assert bound is not None
        assert bound == Desk(bound.id, -200, "New desk", owner.id, NOW, None, None)
        assert await desks.topic_of(tx, anna.id, -100) is None


async def test_binding_the_same_group_again_keeps_its_topics(database: Database) -> None:
    async with database.begin() as tx:
        owner, anna = await factories.agent(tx), await factories.customer(tx)
        for _ in range(2):
            await desks.bind(tx, chat_id=-100, title="Desk", agent_id=owner.id, now=NOW)
            if await desks.topic_of(tx, anna.id, -100) is None:
                await desks.add_topic(tx, anna.id, -100, 3, NOW)
        assert await desks.topic_of(tx, anna.id, -100) == 3
        assert await desks.customer_of(tx, -100, 3) == anna.id


async def test_a_broken_desk_is_news_once_and_works_again(database: Database) -> None:
    async with database.begin() as tx:
        owner = await factories.agent(tx)
        await desks.bind(tx, chat_id=-100, title="Desk", agent_id=owner.id, now=NOW)
        assert await desks.mark_broken(tx, -100, "kicked", after(minutes=1))
        assert not await desks.mark_broken(tx, -100, "kicked", after(minutes=2))
        broken = await desks.current(tx)
        assert broken is not None
        assert (broken.is_working, broken.broken_at, broken.broken_why) == (False, after(minutes=1), "kicked")
        await desks.mark_working(tx, -100)
        working = await desks.current(tx)
        assert working is not None
        assert (working.is_working, working.broken_at, working.broken_why) == (True, None, None)


async def test_a_group_that_became_a_supergroup_is_followed_without_its_topics(database: Database) -> None:
    async with database.begin() as tx:
        owner, anna = await factories.agent(tx), await factories.customer(tx)
        await desks.bind(tx, chat_id=-5, title="Desk", agent_id=owner.id, now=NOW)
        await desks.add_topic(tx, anna.id, -5, 3, NOW)
        await desks.move(tx, -5, -100)
        moved = await desks.current(tx)
        assert moved is not None
        assert moved.chat_id == -100
        assert await desks.customer_of(tx, -5, 3) is None


async def test_a_deleted_topic_is_forgotten_and_made_anew(database: Database) -> None:
    async with database.begin() as tx:
        anna = await factories.customer(tx)
        await desks.add_topic(tx, anna.id, -100, 3, NOW)
        await desks.remove_topic(tx, -100, 3)
        assert await desks.topic_of(tx, anna.id, -100) is None
        await desks.add_topic(tx, anna.id, -100, 4, NOW)
        await desks.add_topic(tx, anna.id, -100, 5, NOW)
        assert await desks.topic_of(tx, anna.id, -100) == 5
        assert await desks.customer_of(tx, -100, 4) is None


async def test_an_unbound_group_is_no_desk(database: Database) -> None:
    async with database.begin() as tx:
        owner = await factories.agent(tx)
        await desks.bind(tx, chat_id=-100, title="Desk", agent_id=owner.id, now=NOW)
        assert not await desks.unbind(tx, -200)
        assert await desks.unbind(tx, -100)
        assert await desks.current(tx) is None

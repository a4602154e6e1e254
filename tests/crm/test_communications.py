"""Communications: recorded once, found again by place, and never without the words they had before."""

from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from bot.crm import communications, timelines
from bot.crm.communications import Communication, Decision, Direction, Kind
from bot.database import Database
from tests import factories
from tests.factories import NOW, after


async def test_a_communication_comes_back_as_it_was_recorded(database: Database) -> None:
    async with database.begin() as tx:
        anna = await factories.customer(tx, telegram_id=5)
        number = await communications.record(
            tx,
            customer_id=anna.id,
            direction=Direction.IN,
            kind=Kind.PHOTO,
            text="订单 👩‍👩‍👧 <b>שלום</b>",
            created_at=NOW,
            chat_id=5,
            message_id=7,
            decision=Decision.SUGGEST,
            score=0.25,
            entry="where-is-my-order",
            file_id="AgAC",
            album="12",
        )
        found = await communications.by_id(tx, number)
        wanted = Communication(
            id=number,
            customer_id=anna.id,
            direction=Direction.IN,
            channel="telegram",
            kind=Kind.PHOTO,
            text="订单 👩‍👩‍👧 <b>שלום</b>",
            chat_id=5,
            message_id=7,
            reply_to_id=None,
            ticket_id=None,
            agent_id=None,
            decision=Decision.SUGGEST,
            score=0.25,
            entry="where-is-my-order",
            outcome=None,
            file_id="AgAC",
            album="12",
            created_at=NOW,
            edited_at=None,
            deleted_at=None,
        )
        assert found == wanted
        assert await communications.by_message(tx, 5, 7) == wanted
        assert await communications.by_message(tx, 5, 8) is None


async def test_one_place_of_a_chat_holds_one_communication(database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with database.begin() as tx:
            anna = await factories.customer(tx)
            await factories.communication(tx, anna, message_id=7)
            await factories.communication(tx, anna, message_id=7)


async def test_what_is_not_sent_yet_has_no_place_and_any_number_may_wait(database: Database) -> None:
    async with database.begin() as tx:
        anna = await factories.customer(tx, telegram_id=5)
        first = await factories.communication(tx, anna, direction=Direction.OUT, message_id=None)
        second = await factories.communication(tx, anna, direction=Direction.OUT, message_id=None)
        await communications.set_message_ids(tx, [(5, 8, first.id), (5, 9, second.id)])
        assert await communications.by_message(tx, 5, 9) == replace(second, message_id=9)
        assert await communications.place_in(tx, first.id, 5) == 8


async def test_an_edit_keeps_every_earlier_text_with_its_time(database: Database) -> None:
    async with database.begin() as tx:
        said = await factories.communication(tx, text="Where is it")
        await communications.edit(tx, said, "Where is it?", after(minutes=1))
        edited = await communications.by_id(tx, said.id)
        assert edited == replace(said, text="Where is it?", edited_at=after(minutes=1))
        await communications.edit(tx, edited, "Never mind", after(minutes=2))
        assert await communications.versions_of(tx, said.id) == [
            (NOW, "Where is it"),
            (after(minutes=1), "Where is it?"),
        ]


async def test_a_copy_at_the_desk_leads_back_to_the_communication(database: Database) -> None:
    async with database.begin() as tx:
        said = await factories.communication(tx)
        await communications.add_copies(tx, -100, [(41, said.id), (42, said.id)])
        await communications.add_copies(tx, 9, [(41, said.id)])
        assert await communications.by_copy(tx, -100, 42) == said
        assert await communications.by_copy(tx, -100, 43) is None
        assert await communications.place_in(tx, said.id, -100) == 42
        assert await communications.place_in(tx, said.id, 10) is None
        assert sorted(await timelines.chats_showing(tx, said.id)) == [-100, 9]


async def test_the_recent_ones_come_oldest_first_and_without_cards(database: Database) -> None:
    async with database.begin() as tx:
        anna = await factories.customer(tx)
        ticket = await factories.ticket(tx, anna)
        made = [await factories.communication(tx, anna, now=after(minutes=minute)) for minute in (0, 1, 2)]
        card = await factories.communication(tx, anna, channel=communications.CARD, ticket_id=ticket.id)
        await factories.communication(tx)
        assert await timelines.recent(tx, anna.id, 2) == made[1:]
        assert await timelines.recent(tx, anna.id, 2, offset=2) == made[:1]
        assert await timelines.count_of(tx, anna.id) == 3
        assert await timelines.card_of(tx, ticket.id) == card.id

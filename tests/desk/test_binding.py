"""The desk group: bound with its waiting tickets, broken, mended, let go; and a customer who insists."""

import pytest
import pytest_asyncio

from bot.crm import desks
from bot.crm.tickets import TicketState
from bot.database import Database
from bot.desk import binding, insisting, relaying, ticketing
from bot.desk.binding import DeskUnbound
from bot.desk.incoming import Person
from tests import factories
from tests.desk.desktop import ANNA, GROUP, MEI, OLGA, Desktop, open_desk
from tests.factories import NOW, after

PERSON = Person(ANNA, "Anna", "Berg", "anna", "en")


@pytest_asyncio.fixture
async def desk(database: Database) -> Desktop:
    return await open_desk(database)


async def test_binding_puts_up_the_cards_of_those_who_wait(desk: Desktop) -> None:
    async with desk.database.begin() as tx:
        await ticketing.open_ticket(tx, desk.anna, "Lamp", now=NOW)
        solved = await factories.ticket(tx, state=TicketState.SOLVED)
        assert solved.state is TicketState.SOLVED
        await binding.bind(tx, GROUP, "Desk", desk.olga, now=NOW)

    posts = await desk.queued(GROUP)
    assert [payload["text"].splitlines()[0] for _, payload in posts] == ["🆕 #1 · Anna Berg"]


async def test_a_broken_desk_is_mended_once_and_the_owner_told(desk: Desktop) -> None:
    await desk.bind()
    async with desk.database.begin() as tx:
        await desks.mark_broken(tx, GROUP, "kicked", NOW)
        assert await relaying.working_desk(tx) is None
        await binding.mend(tx, GROUP, now=NOW)
        await binding.mend(tx, GROUP, now=NOW)
        assert await relaying.working_desk(tx) is not None

    assert await desk.texts(OLGA) == ["✅ The desk group works again: customers' messages go to their topics."]


async def test_only_the_desk_can_be_unbound(desk: Desktop) -> None:
    await desk.bind()
    async with desk.database.begin() as tx:
        await binding.unbind(tx, GROUP, desk.olga, now=NOW)
        assert await desks.current(tx) is None
        with pytest.raises(DeskUnbound):
            await binding.unbind(tx, GROUP, desk.olga, now=NOW)


async def _insist(desk: Desktop, days: int = 1, person: Person = PERSON) -> str:
    async with desk.database.begin() as tx:
        return await insisting.not_solved(tx, person, 1, "en", 7, now=after(days=days))


async def _solved(desk: Desktop) -> None:
    async with desk.database.begin() as tx:
        ticket = await ticketing.open_ticket(tx, desk.anna, "Lamp", now=NOW)
        await ticketing.solve(tx, ticket.id, desk.mei, now=NOW)
    await desk.queued(MEI)


async def test_a_customer_who_says_not_solved_opens_their_ticket_and_the_desk_hears(desk: Desktop) -> None:
    await _solved(desk)

    assert await _insist(desk) == "Your ticket #1 is open again."
    assert (await desk.ticket(1)).state is TicketState.OPEN
    assert "↩️ Anna Berg says that #1 is not solved." in await desk.texts(MEI)


async def test_saying_so_twice_changes_nothing_more(desk: Desktop) -> None:
    await _solved(desk)
    await _insist(desk)
    story = await desk.story(1)

    assert await _insist(desk) == "Your ticket #1 is open already."
    assert await desk.story(1) == story


async def test_saying_so_weeks_later_asks_them_to_write(desk: Desktop) -> None:
    await _solved(desk)

    assert await _insist(desk, days=30) == "Ticket #1 is closed. Just write to us, and we look at it anew."
    assert (await desk.ticket(1)).state is TicketState.SOLVED


async def test_nobody_else_can_say_so(desk: Desktop) -> None:
    await _solved(desk)

    assert await _insist(desk, person=Person(999, "Eve", None, None, "en")) == "This button is out of date."
    assert (await desk.ticket(1)).state is TicketState.SOLVED

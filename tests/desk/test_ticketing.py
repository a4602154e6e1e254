"""What happens to tickets, and who hears of it."""

import asyncio

import pytest
import pytest_asyncio

from bot.crm import customers
from bot.crm.agents import Agent
from bot.crm.tickets import Ticket, TicketAlreadyTaken, TicketState, TicketUnknown, TransitionRefused
from bot.database import Database
from bot.desk import ticketing
from bot.desk.ticketing import TicketNotTaken, TicketSolvedBefore
from tests.desk.desktop import ANNA, BOB, GROUP, MEI, OLGA, Desktop, open_desk
from tests.factories import NOW, after


@pytest_asyncio.fixture
async def desk(database: Database) -> Desktop:
    return await open_desk(database)


async def _opened(desk: Desktop) -> Ticket:
    async with desk.database.begin() as tx:
        return await ticketing.open_ticket(tx, desk.anna, "My  lamp\nhums", now=NOW)


async def _forget(desk: Desktop) -> None:
    for chat in (ANNA, BOB, MEI, OLGA, GROUP):
        await desk.queued(chat)


async def _active(desk: Desktop) -> int | None:
    async with desk.database.read() as tx:
        anna = await customers.by_id(tx, desk.anna.id)
    assert anna is not None
    return anna.active_ticket_id


async def test_an_opened_ticket_is_the_customers_active_one_and_waits_for_us(desk: Desktop) -> None:
    ticket = await _opened(desk)

    assert (ticket.subject, ticket.state, ticket.waiting_since) == ("My lamp hums", TicketState.NEW, NOW)
    assert await _active(desk) == ticket.id
    assert await desk.story(ticket.id) == [("opened", None, "new")]


async def test_without_a_group_the_card_goes_to_everyone_on_duty(desk: Desktop) -> None:
    await _opened(desk)

    for chat in (MEI, BOB, OLGA):
        ((method, payload),) = await desk.queued(chat)
        assert (method, payload["text"].splitlines()[:2]) == ("sendMessage", ["🆕 #1 · Anna Berg", "My lamp hums"])


async def test_in_a_group_there_is_one_card_in_the_customers_topic(desk: Desktop) -> None:
    await desk.bind()
    await _opened(desk)

    assert await desk.methods(GROUP) == ["sendMessage"]
    assert await desk.methods(MEI) == []


async def test_take_gives_a_new_ticket_to_the_agent(desk: Desktop) -> None:
    ticket = await _opened(desk)
    async with desk.database.begin() as tx:
        taken = await ticketing.take(tx, ticket.id, desk.mei, now=after(minutes=1))

    assert (taken.assignee_id, taken.state) == (desk.mei.id, TicketState.OPEN)
    assert await desk.ticket(ticket.id) == taken
    assert (await desk.story(ticket.id))[-1] == ("taken", desk.mei.id, "open")
    assert (await desk.audited())[-1] == ("ticket_taken", desk.mei.id, "ticket 1")


async def test_of_two_who_take_at_once_one_has_it_and_the_other_is_told_who(desk: Desktop) -> None:
    ticket = await _opened(desk)

    async def take(agent: Agent) -> str:
        try:
            async with desk.database.begin() as tx:
                await ticketing.take(tx, ticket.id, agent, now=NOW)
        except TicketAlreadyTaken as refusal:
            return f"{refusal.assignee_name} has it"
        return f"{agent.name} took it"

    said = await asyncio.gather(take(desk.mei), take(desk.bob))

    assert sorted(said) in (["Mei has it", "Mei took it"], ["Bob has it", "Bob took it"])
    assert [kind for kind, _, _ in await desk.story(ticket.id)] == ["opened", "taken"]


async def test_the_others_cards_show_who_took_it(desk: Desktop) -> None:
    ticket = await _opened(desk)
    async with desk.database.begin() as tx:
        await ticketing.take(tx, ticket.id, desk.mei, now=NOW)

    posts = await desk.queued(BOB)

    assert [method for method, _ in posts] == ["sendMessage", "editMessageText"]
    assert "Mei" in posts[-1][1]["text"]
    labels = [button["text"] for row in posts[-1][1]["reply_markup"]["inline_keyboard"] for button in row]
    assert labels == ["✅ Solve", "⏳ Pending", "⏸ Hold", "📜 History"]


async def test_taking_what_is_solved_tells_who_solved_it(desk: Desktop) -> None:
    ticket = await _opened(desk)
    async with desk.database.begin() as tx:
        await ticketing.solve(tx, ticket.id, desk.bob, now=after(minutes=5))

    with pytest.raises(TicketSolvedBefore) as caught:
        async with desk.database.begin() as tx:
            await ticketing.take(tx, ticket.id, desk.mei, now=after(minutes=6))

    assert (caught.value.name, caught.value.at) == ("Bob", after(minutes=5))


async def test_solve_tells_the_customer_once_with_a_way_back(desk: Desktop) -> None:
    ticket = await _opened(desk)
    await _forget(desk)
    async with desk.database.begin() as tx:
        await ticketing.solve(tx, ticket.id, desk.mei, now=after(minutes=5))
    with pytest.raises(TicketSolvedBefore):
        async with desk.database.begin() as tx:
            await ticketing.solve(tx, ticket.id, desk.bob, now=after(minutes=6))

    ((_, payload),) = await desk.queued(ANNA)

    assert payload == {
        "text": "✅ We have marked your ticket #1 as solved. If something is missing, tell us.",
        "reply_markup": {"inline_keyboard": [[{"text": "Not solved: reopen", "callback_data": "notsolved:1"}]]},
    }
    assert await _active(desk) is None
    solved = await desk.ticket(ticket.id)
    assert (solved.state, solved.solved_at, solved.waiting_since, solved.assignee_id) == (
        TicketState.SOLVED,
        after(minutes=5),
        None,
        desk.mei.id,
    )


async def test_a_customer_who_closes_their_own_ticket_is_not_told_so_by_the_desk(desk: Desktop) -> None:
    ticket = await _opened(desk)
    async with desk.database.begin() as tx:
        await ticketing.solve(tx, ticket.id, None, now=NOW)

    assert await desk.methods(ANNA) == []


async def test_reopen_by_an_agent_tells_the_customer(desk: Desktop) -> None:
    ticket = await _opened(desk)
    async with desk.database.begin() as tx:
        await ticketing.solve(tx, ticket.id, desk.mei, now=NOW)
    await _forget(desk)
    async with desk.database.begin() as tx:
        await ticketing.reopen_again(tx, ticket.id, desk.mei, now=after(minutes=1))

    assert await desk.texts(ANNA) == ["We have opened your ticket #1 again."]
    assert await _active(desk) == ticket.id


async def test_a_customers_word_opens_a_pending_ticket_and_starts_the_wait(desk: Desktop) -> None:
    ticket = await _opened(desk)
    async with desk.database.begin() as tx:
        ticket = await ticketing.agent_replied(tx, ticket, desk.mei, now=after(minutes=1))
        ticket = await ticketing.pending(tx, ticket.id, desk.mei, now=after(minutes=2))
        assert ticket.waiting_since is None
        ticket = await ticketing.customer_wrote(tx, ticket, now=after(minutes=9))

    assert await desk.ticket(ticket.id) == ticket
    assert (ticket.state, ticket.waiting_since) == (TicketState.OPEN, after(minutes=9))


async def test_the_wait_counts_from_the_oldest_unanswered_word(desk: Desktop) -> None:
    ticket = await _opened(desk)
    async with desk.database.begin() as tx:
        ticket = await ticketing.customer_wrote(tx, ticket, now=after(minutes=9))

    assert ticket.waiting_since == NOW


async def test_the_first_reply_takes_the_ticket_and_ends_the_wait(desk: Desktop) -> None:
    ticket = await _opened(desk)
    async with desk.database.begin() as tx:
        ticket = await ticketing.agent_replied(tx, ticket, desk.mei, now=after(minutes=3))
        ticket = await ticketing.agent_replied(tx, ticket, desk.bob, now=after(minutes=4))

    assert await desk.ticket(ticket.id) == ticket
    assert (ticket.state, ticket.assignee_id, ticket.first_replied_at, ticket.waiting_since) == (
        TicketState.OPEN,
        desk.mei.id,
        after(minutes=3),
        None,
    )
    assert [kind for kind, _, _ in await desk.story(ticket.id)] == ["opened", "taken", "replied", "replied"]


async def test_assign_tells_the_colleague(desk: Desktop) -> None:
    ticket = await _opened(desk)
    await _forget(desk)
    async with desk.database.begin() as tx:
        await ticketing.assign(tx, ticket.id, desk.bob, desk.mei, now=NOW)

    assert "📥 Mei gave you ticket #1: My lamp hums" in await desk.texts(BOB)
    assert (await desk.ticket(ticket.id)).assignee_id == desk.bob.id


async def test_release_is_for_ones_own_tickets_only(desk: Desktop) -> None:
    ticket = await _opened(desk)
    async with desk.database.begin() as tx:
        await ticketing.take(tx, ticket.id, desk.mei, now=NOW)
    with pytest.raises(TicketNotTaken):
        async with desk.database.begin() as tx:
            await ticketing.release(tx, ticket.id, desk.bob, now=NOW)
    async with desk.database.begin() as tx:
        await ticketing.release(tx, ticket.id, desk.mei, now=NOW)

    assert (await desk.ticket(ticket.id)).assignee_id is None


async def test_the_same_state_twice_is_refused_by_name(desk: Desktop) -> None:
    ticket = await _opened(desk)
    async with desk.database.begin() as tx:
        await ticketing.hold(tx, ticket.id, desk.mei, now=NOW)

    with pytest.raises(TransitionRefused) as caught:
        async with desk.database.begin() as tx:
            await ticketing.hold(tx, ticket.id, desk.mei, now=NOW)

    assert (caught.value.state, caught.value.wanted) == (TicketState.ON_HOLD, TicketState.ON_HOLD)


@pytest.mark.parametrize("number", [0, -4, 999, 2**63, 10**29])
async def test_a_number_that_no_ticket_has_is_unknown(desk: Desktop, number: int) -> None:
    with pytest.raises(TicketUnknown):
        async with desk.database.begin() as tx:
            await ticketing.take(tx, number, desk.mei, now=NOW)


async def test_a_note_is_on_the_record_and_nobody_is_told(desk: Desktop) -> None:
    ticket = await _opened(desk)
    await _forget(desk)
    async with desk.database.begin() as tx:
        await ticketing.note(tx, ticket.id, desk.mei, "called, no answer", now=NOW)

    (noted,) = await desk.timeline()
    assert (noted.direction, noted.text, noted.agent_id, noted.ticket_id) == (
        "internal",
        "called, no answer",
        desk.mei.id,
        ticket.id,
    )
    assert await desk.methods(ANNA) == []

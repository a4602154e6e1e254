"""Who works at the desk: owners, invitations, removals, colleagues by name."""

from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import select

from bot.crm import agents
from bot.crm.agents import Agent, InvitationInvalid, Role, RoleTooLow
from bot.database import Database
from bot.desk import staffing, ticketing
from bot.desk.incoming import Person
from bot.desk.staffing import AgentAmbiguous, AgentUnknown, LastOwner, RoleHeldAlready
from tests import factories
from tests.desk.desktop import Desktop, open_desk
from tests.factories import NOW, after

LI = Person(701, "李", "雷", "lilei", "zh-hans")


@pytest_asyncio.fixture
async def desk(database: Database) -> Desktop:
    return await open_desk(database)


async def _accept(desk: Desktop, token: str, person: Person = LI, hours: float = 1) -> Agent:
    async with desk.database.begin() as tx:
        return await staffing.accept(tx, token, person, "en", now=after(hours=hours))


async def _invite(desk: Desktop, role: Role = Role.AGENT) -> str:
    async with desk.database.begin() as tx:
        return await staffing.invite(tx, desk.olga, role, now=NOW)


async def test_owners_of_the_settings_are_enlisted_once(database: Database) -> None:
    for _ in range(2):
        async with database.begin() as tx:
            await staffing.enlist_owners(tx, (9, 8), "zh", NOW)

    async with database.read() as tx:
        staff = await agents.active(tx)
    assert [(agent.telegram_id, agent.role, agent.language) for agent in staff] == [
        (9, Role.OWNER, "zh"),
        (8, Role.OWNER, "zh"),
    ]


async def test_an_owner_is_met_by_name_and_language(database: Database) -> None:
    async with database.begin() as tx:
        await staffing.enlist_owners(tx, (LI.telegram_id,), "en", NOW)
        (owner,) = await agents.active(tx)
        assert not staffing.is_met(owner, LI)
        owner = await staffing.meet(tx, owner, LI)
        assert await agents.active(tx) == [owner]

    assert (owner.name, owner.username, owner.language) == ("李 雷", "lilei", "zh")


async def test_an_invitation_makes_an_agent_who_speaks_their_language(desk: Desktop) -> None:
    agent = await _accept(desk, await _invite(desk, Role.SUPERVISOR))

    assert (agent.telegram_id, agent.name, agent.role, agent.language) == (701, "李 雷", Role.SUPERVISOR, "zh")
    assert [row[0] for row in await desk.audited()] == ["invited", "invitation_used"]


async def test_the_token_is_kept_as_a_hash_only(desk: Desktop) -> None:
    token = await _invite(desk)

    async with desk.database.read() as tx:
        rows = await tx.all(select(agents.invitations))
    assert token not in str(rows)
    assert len(f"inv_{token}") <= 64


@pytest.mark.parametrize("hours", [1, 49])
async def test_an_invitation_works_once_and_for_48_hours(desk: Desktop, hours: float) -> None:
    token = await _invite(desk)
    if hours == 1:
        await _accept(desk, token)

    with pytest.raises(InvitationInvalid):
        await _accept(desk, token, Person(702, "Second", None, None, None), hours)


async def test_a_token_that_nobody_made_is_invalid(desk: Desktop) -> None:
    with pytest.raises(InvitationInvalid):
        await _accept(desk, "../../etc/passwd")


async def test_an_agent_keeps_the_higher_role_and_the_link_stays_good(desk: Desktop) -> None:
    token = await _invite(desk)
    olga = Person(desk.olga.telegram_id, "Olga", None, None, None)

    with pytest.raises(RoleHeldAlready) as caught:
        await _accept(desk, token, olga)

    assert caught.value.role is Role.OWNER
    assert (await _accept(desk, token)).role is Role.AGENT


async def test_an_invitation_promotes(desk: Desktop) -> None:
    mei = Person(desk.mei.telegram_id, "Mei", None, "mei", None)

    assert (await _accept(desk, await _invite(desk, Role.SUPERVISOR), mei)).role is Role.SUPERVISOR


async def test_supervisors_invite_agents_only(desk: Desktop) -> None:
    async with desk.database.begin() as tx:
        chief = await factories.agent(tx, role=Role.SUPERVISOR)
        await staffing.invite(tx, chief, Role.AGENT, now=NOW)
    with pytest.raises(RoleTooLow):
        async with desk.database.begin() as tx:
            await staffing.invite(tx, chief, Role.SUPERVISOR, now=NOW)


async def test_the_tickets_of_who_is_removed_go_back_to_the_queue(desk: Desktop) -> None:
    async with desk.database.begin() as tx:
        ticket = await ticketing.open_ticket(tx, desk.anna, "Lamp", now=NOW)
        await ticketing.take(tx, ticket.id, desk.mei, now=NOW)
        await staffing.remove(tx, desk.mei.id, desk.olga, now=NOW + timedelta(hours=1))

    assert (await desk.ticket(ticket.id)).assignee_id is None
    async with desk.database.read() as tx:
        assert [agent.name for agent in await agents.active(tx)] == ["Bob", "Olga"]


async def test_the_last_owner_stays(desk: Desktop) -> None:
    with pytest.raises(LastOwner):
        async with desk.database.begin() as tx:
            await staffing.remove(tx, desk.olga.id, desk.olga, now=NOW)


async def test_only_owners_remove(desk: Desktop) -> None:
    with pytest.raises(RoleTooLow):
        async with desk.database.begin() as tx:
            await staffing.remove(tx, desk.bob.id, desk.mei, now=NOW)


@pytest.mark.parametrize(("words", "name"), [("me", "Mei"), ("@BOB", "Bob"), ("olga", "Olga"), ("bo", "Bob")])
async def test_a_colleague_is_found_by_handle_or_name(desk: Desktop, words: str, name: str) -> None:
    async with desk.database.read() as tx:
        assert (await staffing.find_colleague(tx, words, desk.mei)).name == name


async def test_a_name_of_nobody_or_of_several_is_refused(desk: Desktop) -> None:
    async with desk.database.begin() as tx:
        await factories.agent(tx, name="Bobby")
    async with desk.database.read() as tx:
        with pytest.raises(AgentUnknown):
            await staffing.find_colleague(tx, "Zoe", desk.mei)
        with pytest.raises(AgentAmbiguous) as caught:
            await staffing.find_colleague(tx, "b", desk.mei)
    assert caught.value.names == ["Bob", "Bobby"]

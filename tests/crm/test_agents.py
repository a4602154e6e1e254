"""Agents, their roles, and invitations that work once."""

import asyncio
from datetime import timedelta

import pytest

from bot.crm import agents
from bot.crm.agents import Agent, InvitationInvalid, Role
from bot.database import Database
from tests import factories
from tests.factories import NOW, after


@pytest.mark.parametrize(
    ("role", "covered"),
    [
        (Role.AGENT, [Role.AGENT]),
        (Role.SUPERVISOR, [Role.AGENT, Role.SUPERVISOR]),
        (Role.OWNER, [Role.AGENT, Role.SUPERVISOR, Role.OWNER]),
    ],
)
def test_a_role_covers_those_below_it(role: Role, covered: list[Role]) -> None:
    assert [other for other in Role if role.covers(other)] == covered


async def test_someone_enlisted_works_at_the_desk(database: Database) -> None:
    async with database.begin() as tx:
        mei = await factories.agent(tx, telegram_id=9, username="mei", role=Role.SUPERVISOR, language="zh")
        assert mei == Agent(mei.id, 9, "Mei", "mei", Role.SUPERVISOR, "zh", None, True, True, None, NOW)
        assert await agents.by_id(tx, mei.id) == mei
        assert await agents.by_telegram_id(tx, 9) == mei
        assert await agents.active(tx) == [mei]


async def test_enlisting_again_never_lowers_a_role_but_a_return_takes_the_new_one(database: Database) -> None:
    async def enlist(role: Role) -> Role:
        async with database.begin() as tx:
            return (await factories.agent(tx, telegram_id=9, role=role)).role

    assert [await enlist(role) for role in (Role.AGENT, Role.OWNER, Role.AGENT)] == [Role.AGENT, Role.OWNER, Role.OWNER]
    async with database.begin() as tx:
        mei = await agents.by_telegram_id(tx, 9)
        assert mei is not None
        await agents.change(tx, mei.id, is_active=False)
        assert await agents.active(tx) == []
    assert await enlist(Role.AGENT) is Role.AGENT


async def invite(database: Database) -> None:
    async with database.begin() as tx:
        owner = await factories.agent(tx, role=Role.OWNER)
        await agents.add_invitation(
            tx,
            token_hash="ab" * 32,
            role=Role.SUPERVISOR,
            created_by=owner.id,
            now=NOW,
            expires_at=NOW + timedelta(days=1),
        )


async def use(database: Database, minutes: float = 1) -> Role:
    async with database.begin() as tx:
        return await agents.use_invitation(tx, "ab" * 32, after(minutes=minutes))


async def test_an_invitation_works_once_even_for_two_at_the_same_instant(database: Database) -> None:
    await invite(database)
    results = await asyncio.gather(use(database), use(database), return_exceptions=True)
    assert sorted(map(repr, results)) == sorted(map(repr, [Role.SUPERVISOR, InvitationInvalid()]))


async def test_an_invitation_out_of_date_or_unknown_is_refused(database: Database) -> None:
    with pytest.raises(InvitationInvalid):
        await use(database)
    await invite(database)
    with pytest.raises(InvitationInvalid):
        await use(database, minutes=24 * 60)

"""Customers and what they are known by."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from bot.crm import communications, customers, desks
from bot.crm.customers import Customer, IdentityKind
from bot.database import Database
from tests import factories
from tests.factories import NOW


async def test_a_customer_is_found_by_telegram_account_and_by_number(database: Database) -> None:
    async with database.begin() as tx:
        anna = await factories.customer(tx, telegram_id=2**40, first_name="Anna", last_name="王", username="anna")
        assert anna == Customer(anna.id, "Anna", "王", "anna", "en", None, None, None, NOW, 2**40)
        assert await customers.by_telegram_id(tx, 2**40, lock=True) == anna
        assert await customers.by_id(tx, anna.id, lock=True) == anna
        assert await customers.by_telegram_id(tx, 1) is None
        assert await customers.by_id(tx, anna.id + 1) is None
    assert anna.name == "Anna 王"


async def test_an_identity_belongs_to_one_customer_only(database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with database.begin() as tx:
            anna, wang = await factories.customer(tx), await factories.customer(tx, first_name="Wang")
            await customers.add_identity(tx, anna.id, IdentityKind.PHONE, "+8613800138000", NOW)
            await customers.add_identity(tx, wang.id, IdentityKind.PHONE, "+8613800138000", NOW)


async def test_a_customer_is_found_by_the_end_of_a_phone_number_but_not_by_wildcards(database: Database) -> None:
    async with database.begin() as tx:
        anna = await factories.customer(tx)
        await customers.add_identity(tx, anna.id, IdentityKind.PHONE, "+8613800138000", NOW)
        assert await customers.by_identity(tx, IdentityKind.PHONE, "13800138000") == [anna]
        assert await customers.by_identity(tx, IdentityKind.PHONE, "1380%") == []
        assert await customers.by_identity(tx, IdentityKind.PHONE, "_000") == []
        assert await customers.owner_of(tx, IdentityKind.PHONE, "+8613800138000") == anna
        assert await customers.owner_of(tx, IdentityKind.PHONE, "13800138000") is None


async def test_a_username_is_found_in_whatever_case(database: Database) -> None:
    async with database.begin() as tx:
        anna = await factories.customer(tx, username="AnnaLee")
        assert await customers.by_username(tx, "annalee") == anna
        assert await customers.by_username(tx, "anna") is None


async def test_change_sets_columns_of_one_customer(database: Database) -> None:
    async with database.begin() as tx:
        anna, wang = await factories.customer(tx), await factories.customer(tx, first_name="Wang")
        await customers.change(tx, anna.id, language="zh", blocked_at=NOW)
        changed = await customers.by_id(tx, anna.id)
        assert changed is not None
        assert (changed.language, changed.blocked_at) == ("zh", NOW)
        assert await customers.by_id(tx, wang.id) == wang


async def test_absorb_hands_over_everything_that_refers_to_the_one_who_goes(database: Database) -> None:
    async with database.begin() as tx:
        known, visitor = await factories.customer(tx), await factories.customer(tx, telegram_id=77)
        ticket = await factories.ticket(tx, visitor)
        said = await factories.communication(tx, visitor, ticket_id=ticket.id)
        await desks.add_topic(tx, known.id, -100, 1, NOW)
        await desks.add_topic(tx, visitor.id, -100, 2, NOW)
        await customers.absorb(tx, kept=known.id, gone=visitor.id)
        assert await customers.by_id(tx, visitor.id) is None
        found = await customers.by_telegram_id(tx, 77)
        moved = await communications.by_id(tx, said.id)
        assert found is not None
        assert moved is not None
        assert (found.id, moved.customer_id) == (known.id, known.id)
        assert await desks.topic_of(tx, known.id, -100) == 2
        assert (await tx.all(select(customers.identities.c.customer_id))) == [(known.id,), (known.id,)]

"""Customers are found by number, handle, phone and email, and by names that are nearly right."""

import pytest
import pytest_asyncio

from bot.crm import customers
from bot.crm.customers import IdentityKind
from bot.database import Database
from bot.desk import finding
from tests import factories
from tests.factories import NOW

NAMES = [
    (1, "Anna Berg"),
    (2, "王芳"),
    (3, "王小芳"),
    (4, "Hannah Bergström"),
    (5, "李雷"),
    (6, "😀 <b>Bob</b>"),
    (7, "伟 张"),
]


@pytest_asyncio.fixture
async def people(database: Database) -> Database:
    async with database.begin() as tx:
        anna = await factories.customer(tx, telegram_id=777_000, username="Anna_B")
        await customers.add_identity(tx, anna.id, IdentityKind.PHONE, "+8613800138000", NOW)
        await customers.add_identity(tx, anna.id, IdentityKind.EMAIL, "anna@example.com", NOW)
        wang = await factories.customer(tx, first_name="王芳", telegram_id=777_001)
        await factories.ticket(tx, wang)
    return database


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("1", "Anna"),
        ("777000", "Anna"),
        ("@anna_b", "Anna"),
        ("ANNA@example.com", "Anna"),
        ("+86 138 0013 8000", "Anna"),
        ("0086-138-0013-8000", "Anna"),
        ("138 0013 8000", "Anna"),
        ("#1", "王芳"),
    ],
)
async def test_an_exact_word_finds_its_customer(people: Database, text: str, name: str) -> None:
    async with people.read() as tx:
        assert [customer.first_name for customer in await finding.exact(tx, text)] == [name]


@pytest.mark.parametrize("text", ["#99", "0", "99999999999999999999", "@nobody", "nobody@x", "%", "_", "-1", "12345"])
async def test_what_nobody_is_known_by_finds_nobody(people: Database, text: str) -> None:
    async with people.read() as tx:
        assert await finding.exact(tx, text) == []


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("anna berg", [1]),
        ("ana berg", [1]),
        ("王芳", [2, 3]),
        ("小芳", [3]),
        ("张伟", [7]),
        ("伟张", [7]),
        ("aña berg", [1]),
        ("bob", [6]),
        ("zzzz", []),
        ("   ", []),
    ],
)
def test_names_are_found_though_not_quite_right(text: str, ids: list[int]) -> None:
    assert finding.rank(NAMES, text)[: len(ids) or None] == ids

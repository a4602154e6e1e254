"""A shared phone number links the chat to who is known by it; a number of another chat changes nothing."""

import pytest
from sqlalchemy import insert, select

from bot.crm import customers, desks, tickets
from bot.crm.audit import audit_events
from bot.crm.communications import Direction, Kind
from bot.crm.customers import Customer, IdentityKind
from bot.database import Database
from bot.desk import contacts
from bot.desk.contacts import is_own_contact, normalise_phone
from bot.transactions import Transaction
from tests import factories
from tests.desk.talking import SETTINGS, SURE, WANG, Chat, Said


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("6591234567", "+6591234567"),
        ("+65 9123 4567", "+6591234567"),
        ("+86 138 0013 8000", "+8613800138000"),
        ("12", None),
        ("", None),
        ("not a number", None),
    ],
)
def test_numbers_are_written_one_way(written: str, normal: str | None) -> None:
    assert normalise_phone(written) == normal


async def test_only_the_senders_own_contact_counts(database: Database) -> None:
    chat = await Chat.open(database)
    whose = [
        is_own_contact(chat.heard(kind=Kind.CONTACT, contact_phone="6591234567", contact_user_id=user))
        for user in (501, 999, None)
    ]
    assert whose == [True, False, False]


async def test_a_new_number_is_noted_once(database: Database) -> None:
    chat = await Chat.open(database)
    assert await share(chat) == [("Thank you! I've noted your number +6591234567.", [])]
    assert await share(chat) == [("I have your number already: +6591234567.", [])]
    assert await share(chat, "12") == [("I couldn't read this number. Please write it to us in words.", [])]
    async with database.read() as tx:
        assert list(await customers.identities_of(tx, (await chat.customer()).id)) == [
            (IdentityKind.TELEGRAM, "501"),
            (IdentityKind.PHONE, "+6591234567"),
        ]


async def test_a_chat_becomes_one_with_the_customer_known_by_the_number(database: Database) -> None:
    chat = await Chat.open(database)
    async with database.begin() as tx:
        known = await by_phone_only(tx, "Anna Berg-Lind", "+6591234567")
        old = await factories.ticket(tx, known, subject="A lamp of last year")
    await chat.writes("My sofa squeaks")
    before = await chat.customer()
    async with database.begin() as tx:
        await desks.add_topic(tx, before.id, -100, 7, chat.now)
    said: list[Said] = [("Thank you! I've found your account with us and linked this chat to it.", [])]
    assert await share(chat) == said
    after = await chat.customer()
    assert (after.id, after.active_ticket_id, after.telegram_id) == (known.id, 2, 501)
    async with database.read() as tx:
        assert [each.id for each in await tickets.of_customer(tx, known.id, 9)] == [2, old.id]
        assert await customers.by_id(tx, before.id) is None
        assert await desks.customer_of(tx, -100, 7) == known.id
        assert await audited(tx) == [("customers_linked", f"customer {known.id}")]
    assert {each.customer_id for each in await chat.timeline()} == {known.id}
    notes = [each.text for each in await chat.timeline() if each.direction is Direction.INTERNAL]
    assert notes == ["Linked by phone +6591234567: Anna Berg and Anna Berg-Lind are one."]
    assert await chat.writes("It still squeaks") == []


async def test_a_number_of_another_chat_changes_nothing_and_staff_is_told(database: Database) -> None:
    wang = await Chat.open(database, WANG)
    await share(wang)
    anna = Chat(database, wang.knowledge)
    await anna.writes("Where is my order?", SURE)
    assert await share(anna) == [
        ("This number belongs to another Telegram account here, so I left everything as it is.", []),
        ("If both are yours, our team can sort it out.", [["Talk to a person 🙋"]]),
    ]
    async with database.read() as tx:
        owner = await customers.owner_of(tx, IdentityKind.PHONE, "+6591234567")
        assert owner == await wang.customer()
        assert await audited(tx) == [("phone_conflict", f"customer {owner.id}")]
    notes = [each.text for each in await anna.timeline() if each.direction is Direction.INTERNAL]
    assert notes == [f"Shared the phone +6591234567, which customer {owner.id} has already."]


async def share(chat: Chat, phone: str = "6591234567") -> list[Said]:
    heard = chat.heard(kind=Kind.CONTACT, contact_phone=phone, contact_user_id=chat.person.telegram_id)
    async with chat.database.begin() as tx:
        await contacts.link(tx, heard, SETTINGS, chat.now)
    return await chat.reads()


async def by_phone_only(tx: Transaction, name: str, phone: str) -> Customer:
    """A customer who was entered by hand and has never written."""
    values = {"first_name": name, "language": "en", "created_at": factories.NOW}
    number = (await tx.execute(insert(customers.customers).returning(customers.customers.c.id), values)).scalar_one()
    await customers.add_identity(tx, number, IdentityKind.PHONE, phone, factories.NOW)
    known = await customers.by_id(tx, number)
    assert known is not None
    return known


async def audited(tx: Transaction) -> list[tuple[str, str | None]]:
    rows = await tx.all(select(audit_events.c.action, audit_events.c.subject).order_by(audit_events.c.id))
    return [(row.action, row.subject) for row in rows]

"""Finding customers: by ticket, id, username, phone or email exactly, else by a name that is nearly right.

Called by the handler of ``/find``: :func:`exact` asks the record, :func:`rank` only thinks.
"""

import re
from collections.abc import Sequence

from rapidfuzz import fuzz, process, utils

from bot.crm import customers, tickets
from bot.crm.customers import Customer, IdentityKind
from bot.crm.tickets import TicketUnknown
from bot.transactions import Transaction

MOST = 8
"""How many are offered."""

NAMES_AT_MOST = 50_000
"""Among so many customers, the newest, names are compared."""

LEAST_SCORE = 72
"""Below that, names only have letters in common."""

FEWEST_DIGITS = 5
"""A shorter number is an id, not a part of a phone number."""

_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


async def exact(tx: Transaction, text: str) -> list[Customer]:
    """Return who is meant by ``#ticket``, an id, ``@username``, an email address or a phone number."""
    found: dict[int, Customer] = {}
    for customer in [*await _by_number(tx, text), *await _by_handle(tx, text), *await _by_phone(tx, text)]:
        found.setdefault(customer.id, customer)
    return list(found.values())[:MOST]


def rank(names: Sequence[tuple[int, str]], text: str) -> list[int]:
    """Return the ids whose names are most like ``text``, best first; those that contain it come before all others.

    Chinese names are compared by the plain ratio (the weighted one ranks them wrongly), without spaces and in either
    order: Telegram's first name is as often the family name as not.
    """
    is_chinese = _CJK.search(text) is not None
    wanted = _plain(text, is_chinese)
    if not wanted:
        return []
    spellings = [(number, _plain(spelling, is_chinese)) for number, name in names for spelling in _orders(name)]
    scorer = fuzz.ratio if is_chinese else fuzz.WRatio
    spelled = [spelling for _, spelling in spellings]
    matches = process.extract(wanted, spelled, scorer=scorer, score_cutoff=LEAST_SCORE, limit=2 * MOST)
    inside = [number for number, spelling in spellings if wanted in spelling]
    alike = [spellings[index][0] for _, _, index in matches]
    return list(dict.fromkeys([*inside, *alike]))[:MOST]


async def one(tx: Transaction, text: str) -> Customer | None:
    """Return the customer numbered so, or with this ``@username``."""
    if text.startswith("@"):
        return await customers.by_username(tx, text[1:])
    number = _number(text)
    return None if number is None else await customers.by_id(tx, number)


async def _by_number(tx: Transaction, text: str) -> list[Customer]:
    number = _number(text)
    if number is None:
        return []
    if text.startswith("#"):
        try:
            ticket = await tickets.by_id(tx, number)
        except TicketUnknown:
            return []
        found = [await customers.by_id(tx, ticket.customer_id)]
    else:
        found = [await customers.by_id(tx, number), await customers.by_telegram_id(tx, number)]
    return [customer for customer in found if customer is not None]


async def _by_handle(tx: Transaction, text: str) -> list[Customer]:
    if text.startswith("@"):
        customer = await customers.by_username(tx, text[1:])
        return [] if customer is None else [customer]
    if "@" in text:
        return await customers.by_identity(tx, IdentityKind.EMAIL, text.strip())
    return []


async def _by_phone(tx: Transaction, text: str) -> list[Customer]:
    digits = re.sub(r"\D", "", text)
    if len(digits) < FEWEST_DIGITS or re.search(r"[^\d\s()+./-]", text):
        return []
    national = digits.removeprefix("00").lstrip("0")
    return await customers.by_identity(tx, IdentityKind.PHONE, national)


def _orders(name: str) -> list[str]:
    """Return a name as it is written, and a Chinese one with its parts the other way round too."""
    parts = name.split()
    return [name, " ".join(reversed(parts))] if len(parts) > 1 and _CJK.search(name) else [name]


def _plain(name: str, is_chinese: bool) -> str:
    plain: str = utils.default_process(name)
    return "".join(plain.split()) if is_chinese else plain


def _number(text: str) -> int | None:
    """Return the number that ``text`` is, if it is one that the database can hold."""
    digits = text.removeprefix("#")
    if not re.fullmatch(r"\d{1,18}", digits):
        return None
    return int(digits)

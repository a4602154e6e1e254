"""What else the demo's customers asked the bot, and were answered: drawn by lot from the FAQ. Called by ``demo``."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from bot.crm import communications, customers, tickets
from bot.crm.communications import Decision, Direction, Kind, Outcome
from bot.crm.customers import Customer
from bot.crm.faq import FaqEntry
from bot.desk.demo_people import DemoPerson
from bot.desk.demo_telling import READS_FOR, Cast, asked, customer_of, since
from bot.desk.timeline import say
from bot.texts import translator
from bot.transactions import Transaction

DAYS = 14

ASKED_OFTEN = {
    "where-is-my-order": 9,
    "delivery-time": 7,
    "return-policy": 5,
    "refund-time": 4,
    "delivery-cost": 4,
    "payment-methods": 3,
    "tracking-number": 3,
    "promo-code-not-working": 3,
    "cancel-order": 2,
    "change-delivery-address": 2,
    "warranty-length": 2,
    "support-hours": 2,
    "store-pickup": 2,
    "bulb-type": 2,
    "showroom-location": 1,
    "gift-card": 1,
}
"""What else is asked of the bot, and how often: entries of the demo FAQ."""

APART = timedelta(hours=1)
"""So far from a ticket of theirs customers ask something else."""

Span = tuple[datetime, datetime]


async def ask_the_bot(tx: Transaction, cast: Cast, now: datetime) -> None:
    """Let customers ask what the FAQ answers, some each day, while they have no ticket that it would go to."""
    chance = cast.chance
    entries = [cast.faq[key] for key, often in ASKED_OFTEN.items() if key in cast.faq for _ in range(often)]
    tied = await _tied_to_tickets(tx, now)
    for day in range(DAYS if entries else 0):
        for _ in range(chance.randint(5, 10)):
            at = now - timedelta(days=day, hours=chance.uniform(0.3, 8))
            free = [
                person
                for person, number in cast.customers.items()
                if at > since(person, now)
                and not any(start - APART <= at <= end + APART for start, end in tied[number])
            ]
            await _chat(tx, chance.choice(free), chance.choice(entries), cast, at)


async def _tied_to_tickets(tx: Transaction, now: datetime) -> Mapping[int, Sequence[Span]]:
    """Return the times in which each customer had an unsolved ticket."""
    spans: dict[int, list[Span]] = {}
    for (number,) in await tx.all(select(customers.customers.c.id)):
        theirs = await tickets.of_customer(tx, number, most=10)
        spans[number] = [
            (each.created_at, now if each.is_unsolved or each.solved_at is None else each.solved_at) for each in theirs
        ]
    return spans


async def _chat(tx: Transaction, person: DemoPerson, entry: FaqEntry, cast: Cast, at: datetime) -> None:
    """One question, understood at once or after a choice of three, and sometimes a word of thanks."""
    customer, chance = await customer_of(tx, person, cast), cast.chance
    phrasings = entry.questions.get(customer.language)
    if not phrasings:
        return
    outcome = Outcome.CONFIRMED if chance.random() < 0.55 else None
    if chance.random() < 0.15:
        await _choose(tx, customer, chance.choice(phrasings), entry, cast, at)
        at += timedelta(seconds=chance.randrange(5, 30))
        await asked(tx, customer, phrasings[0], entry, 1.0, now=at, outcome=outcome)
    else:
        await asked(tx, customer, chance.choice(phrasings), entry, cast.sureness(), now=at, outcome=outcome)
    thanks = cast.faq.get("thanks")
    words = thanks.questions.get(customer.language) if thanks else None
    if thanks and words and outcome and chance.random() < 0.4:
        later = at + timedelta(minutes=chance.uniform(1, 4))
        await asked(tx, customer, chance.choice(words), thanks, 1.0, now=later, decision=Decision.SMALL_TALK)


async def _choose(
    tx: Transaction, customer: Customer, question: str, entry: FaqEntry, cast: Cast, at: datetime
) -> None:
    """The bot is nearly sure and offers a choice, of which the customer presses one."""
    score = round(cast.chance.uniform(0.5, 0.8), 3)
    meant: dict[str, Any] = {"decision": Decision.SUGGEST, "score": score, "entry": entry.key}
    number = await communications.record(
        tx,
        customer_id=customer.id,
        direction=Direction.IN,
        kind=Kind.TEXT,
        text=question,
        created_at=at,
        outcome=Outcome.CHOSEN,
        **meant,
    )
    words = translator(customer.language)("Did you mean one of these?")
    await say(tx, customer, words, now=at + READS_FOR, reply_to_id=number, **meant)

"""Tells the demo's stories: puts them on record as if they had happened, by the desk's own verbs. Called by ``demo``.

Customers must have no Telegram identity and agents no group yet, so that nothing of it is queued to be sent.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from bot.crm import communications, customers, tickets, timelines
from bot.crm.agents import Agent
from bot.crm.communications import Communication, Decision, Direction, Kind, Outcome
from bot.crm.customers import Customer
from bot.crm.faq import FaqEntry
from bot.crm.tickets import Ticket
from bot.desk import ticketing
from bot.desk.demo_people import DemoPerson
from bot.desk.demo_script import Act, Step, Story
from bot.desk.demo_stories import STORIES
from bot.desk.handover import QUIET_FOR
from bot.desk.timeline import say
from bot.texts import translator
from bot.transactions import Transaction

READS_FOR = timedelta(seconds=1)
"""So much later than the question the bot's words stand on the timeline."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Whom and what the stories are about, as they stand in the record."""

    customers: Mapping[DemoPerson, int]
    staff: Mapping[DemoPerson, Agent]
    faq: Mapping[str, FaqEntry]
    chance: Random

    def sureness(self) -> float:
        """Return a believable confidence for an answer."""
        return round(self.chance.uniform(0.86, 0.99), 3)


async def tell(tx: Transaction, story: Story, cast: Cast, now: datetime) -> None:
    """Let a story happen, so long before ``now`` as it says."""
    teller = _Teller(tx, story, cast)
    at = now - story.began
    for step in story.steps:
        at += timedelta(minutes=step.minutes, seconds=cast.chance.randrange(1, 30))
        await teller.step(step, at)


class _Teller:
    """One story while it is told."""

    def __init__(self, tx: Transaction, story: Story, cast: Cast) -> None:
        self._tx, self._story, self._cast = tx, story, cast
        self._ticket_id: int | None = None
        self._heard_id = 0  # what the customer wrote last
        self._acts: Mapping[Act, Callable[[Step, datetime], Awaitable[object]]] = {
            Act.ASKS: self._asks,
            Act.WANTS_PERSON: self._wants_person,
            Act.WRITES: self._writes,
            Act.EDITS: self._edits,
            Act.CANCELS: lambda _, at: ticketing.solve(tx, self._number, None, now=at),
            Act.TAKES: lambda step, at: ticketing.take(tx, self._number, self._agent(step), now=at),
            Act.REPLIES: self._replies,
            Act.NOTES: lambda step, at: ticketing.note(tx, self._number, self._agent(step), step.text, now=at),
            Act.WAITS: lambda step, at: ticketing.pending(tx, self._number, self._agent(step), now=at),
            Act.HOLDS: lambda step, at: ticketing.hold(tx, self._number, self._agent(step), now=at),
            Act.SOLVES: lambda step, at: ticketing.solve(tx, self._number, self._agent(step), now=at),
            Act.CLOSES: self._closes,
        }

    async def step(self, step: Step, at: datetime) -> None:
        await self._acts[step.act](step, at)

    @property
    def _number(self) -> int:
        if self._ticket_id is None:
            raise ValueError(f"{self._story.of.name} has no ticket at this point of the story")
        return self._ticket_id

    def _agent(self, step: Step) -> Agent:
        if step.by is None:
            raise ValueError(f"nobody {step.act}")
        return self._cast.staff[step.by]

    async def _customer(self) -> Customer:
        return await customer_of(self._tx, self._story.of, self._cast)

    async def _hear(self, step: Step, at: datetime, **more: object) -> None:
        self._heard_id = await communications.record(
            self._tx,
            customer_id=self._cast.customers[self._story.of],
            direction=Direction.IN,
            kind=step.kind,
            text=step.text,
            created_at=at,
            **more,
        )

    async def _asks(self, step: Step, at: datetime) -> None:
        """The bot answers a question that the FAQ holds; of any other it opens a ticket."""
        entry = self._cast.faq.get(step.entry or "")
        if entry is None:
            score = round(self._cast.chance.uniform(0.1, 0.4), 3)
            await self._hear(step, at, decision=Decision.UNSURE, score=score)
            await self._opens(step.text, at)
            return
        self._heard_id = await asked(self._tx, await self._customer(), step.text, entry, self._cast.sureness(), now=at)

    async def _wants_person(self, _: Step, at: datetime) -> None:
        question = await self._last_heard()
        if question.ticket_id is not None:
            return  # the shop's FAQ does not hold the answer, so the question is with a person already
        await communications.change(self._tx, question.id, {"outcome": Outcome.HANDED_OVER})
        await self._opens(question.text, at)

    async def _opens(self, subject: str, at: datetime) -> None:
        customer = await self._customer()
        last = await tickets.last_of(self._tx, customer.id)
        ticket = await tickets.create(
            self._tx, customer_id=customer.id, subject=subject, previous_ticket_id=last.id if last else None, now=at
        )
        await tickets.change(self._tx, ticket.id, priority=self._story.priority)
        await customers.change(self._tx, customer.id, active_ticket_id=ticket.id)
        await communications.change(self._tx, self._heard_id, {"ticket_id": ticket.id})
        self._ticket_id = ticket.id
        t = translator(customer.language)
        words = t("I've passed this on to our team: ticket #{number}.", number=ticket.id)
        await self._bot_says(f"{words}\n{t('Anything you add here goes straight to it.')}", at)

    async def _writes(self, step: Step, at: datetime) -> None:
        ticket = await tickets.by_id(self._tx, self._number)
        said_at = await timelines.last_said_at(self._tx, ticket.id)
        await self._hear(step, at, ticket_id=ticket.id, decision=Decision.TICKET)
        await ticketing.customer_wrote(self._tx, ticket, now=at)
        t = translator((await self._customer()).language)
        if not ticket.is_unsolved:
            await self._bot_says(t("I've reopened your ticket #{number} and told our team.", number=ticket.id), at)
        elif said_at is None or at - said_at >= QUIET_FOR:
            words = t("Got it, I've added this to your ticket #{number}. A person will answer here.", number=ticket.id)
            await self._bot_says(words, at)

    async def _edits(self, step: Step, at: datetime) -> None:
        await communications.edit(self._tx, await self._last_heard(), step.text, at)

    async def _replies(self, step: Step, at: datetime) -> None:
        agent, ticket = self._agent(step), await self._ticket()
        await say(self._tx, await self._customer(), step.text, now=at, ticket_id=ticket.id, agent_id=agent.id)
        await ticketing.agent_replied(self._tx, ticket, agent, now=at)

    async def _closes(self, _: Step, at: datetime) -> None:
        await ticketing.close(self._tx, await self._ticket(), now=at)

    async def _bot_says(self, text: str, at: datetime) -> None:
        customer = await self._customer()
        at += READS_FOR
        await say(self._tx, customer, text, now=at, reply_to_id=self._heard_id, ticket_id=self._ticket_id)

    async def _last_heard(self) -> Communication:
        heard = await communications.by_id(self._tx, self._heard_id)
        if heard is None:
            raise ValueError(f"{self._story.of.name} has written nothing yet")
        return heard

    async def _ticket(self) -> Ticket:
        return await tickets.by_id(self._tx, self._number)


async def customer_of(tx: Transaction, person: DemoPerson, cast: Cast) -> Customer:
    customer = await customers.by_id(tx, cast.customers[person])
    if customer is None:
        raise ValueError(f"{person.name} is not in the record")
    return customer


async def asked(
    tx: Transaction,
    customer: Customer,
    question: str,
    entry: FaqEntry,
    score: float,
    *,
    now: datetime,
    decision: Decision = Decision.ANSWER,
    outcome: Outcome | None = None,
) -> int:
    """Let the bot answer a question from the FAQ; returns the question's communication."""
    meant: dict[str, Any] = {"decision": decision, "score": score, "entry": entry.key}
    number = await communications.record(
        tx,
        customer_id=customer.id,
        direction=Direction.IN,
        kind=Kind.TEXT,
        text=question,
        created_at=now,
        outcome=outcome,
        **meant,
    )
    answer = first_in(customer.language, entry.answers) or ""
    await say(tx, customer, answer, now=now + READS_FOR, reply_to_id=number, **meant)
    return number


def first_in(language: str, texts: Mapping[str, str]) -> str | None:
    """Return the text in this language, else in the first there is."""
    return texts.get(language) or next(iter(texts.values()), None)


def since(person: DemoPerson, now: datetime) -> datetime:
    """Return when somebody became a customer: at the latest when their first story began."""
    first = max((story.began for story in STORIES if story.of == person), default=timedelta())
    return now - max(first, timedelta(days=person.since_days))

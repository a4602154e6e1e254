"""A customer's question and what the bot makes of it: answer, offer choices, a friendly word, or a person.

Called by :mod:`bot.desk.conversation` with a verdict that was reached outside the transaction. What is pressed under
an answer is in :mod:`bot.desk.choosing`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import ClassVar

from bot.crm.communications import Decision
from bot.crm.customers import Customer
from bot.desk.handover import hand_over
from bot.desk.incoming import Incoming
from bot.desk.knowledge import Knowledge
from bot.desk.presses import Button, Press, Rows
from bot.desk.speech import shorten
from bot.desk.timeline import hear, say
from bot.nlp.policy import Verdict, VerdictKind
from bot.settings import Settings
from bot.texts import LANGUAGES, Translator, translator
from bot.transactions import Transaction

LONGEST_MARK = 32
LONGEST_LABEL = 60


@dataclass(frozen=True, slots=True)
class SolvedPress(Press):
    """The bot's answer helped."""

    prefix: ClassVar[str] = "solved"
    question_id: int


@dataclass(frozen=True, slots=True)
class TalkPress(Press):
    """A person is wanted for this question; also [None of these]."""

    prefix: ClassVar[str] = "talk"
    question_id: int


@dataclass(frozen=True, slots=True)
class PickPress(Press):
    """One of the suggestions is what was meant."""

    prefix: ClassVar[str] = "pick"
    question_id: int
    mark: str


@dataclass(frozen=True, slots=True)
class TopicPress(Press):
    """One of the most asked questions."""

    prefix: ClassVar[str] = "topic"
    mark: str


@dataclass(frozen=True, slots=True)
class Understood:
    """A verdict in the words of the record."""

    decision: Decision
    score: float | None = None
    entry: str | None = None
    offers: tuple[str, ...] = ()


def mark_of(entry: str) -> str:
    """Return a short name for an entry that fits on a button (64 bytes); a long one is told by its hash."""
    return entry if len(entry) <= LONGEST_MARK else blake2b(entry.encode(), digest_size=8).hexdigest()


def entry_of(mark: str, knowledge: Knowledge) -> str | None:
    """Return the entry that a button names, None where the FAQ has it no more."""
    return next((entry for entry in knowledge.entries if mark_of(entry) == mark), None)


def understood(verdict: Verdict, knowledge: Knowledge) -> Understood:
    """Say what is to be done, by what the FAQ holds at this moment."""
    known = [each.entry for each in verdict.candidates if each.entry in knowledge.entries]
    first = known[0] if known else None
    if verdict.kind is VerdictKind.ANSWER and first is not None:
        decision = Decision.SMALL_TALK if verdict.is_small_talk else Decision.ANSWER
        return Understood(decision, verdict.confidence, first)
    offers = tuple(entry for entry in known if not knowledge.entries[entry].is_small_talk)
    if verdict.kind is VerdictKind.SUGGEST and offers:
        return Understood(Decision.SUGGEST, verdict.confidence, offers[0], offers)
    return Understood(Decision.UNSURE, verdict.confidence, first)


async def ask(
    tx: Transaction,
    customer: Customer,
    heard: Incoming,
    verdict: Verdict,
    knowledge: Knowledge,
    settings: Settings,
    *,
    now: datetime,
    reply_to_id: int | None = None,
) -> None:
    """Record a question and do what its verdict says."""
    this = understood(verdict, knowledge)
    question = await hear(
        tx,
        customer,
        heard,
        now=now,
        decision=this.decision,
        score=this.score,
        entry=this.entry,
        reply_to_id=reply_to_id,
    )
    if this.decision is Decision.UNSURE or this.entry is None:
        await hand_over(tx, customer, question, heard, reopen_days=settings.reopen_days, now=now)
    elif this.decision is Decision.SUGGEST:
        await suggest(tx, customer, question, this, knowledge, now=now)
    else:
        await answer(tx, customer, question, this, knowledge, now=now)


async def answer(
    tx: Transaction, customer: Customer, question_id: int, this: Understood, knowledge: Knowledge, *, now: datetime
) -> None:
    """Give the FAQ's answer, with a way on to a person (small talk needs none)."""
    t = translator(customer.language)
    await say(
        tx,
        customer,
        answer_text(this.entry or "", customer.language, knowledge, t),
        now=now,
        buttons=None if this.decision is Decision.SMALL_TALK else answer_buttons(question_id, t),
        reply_to_id=question_id,
        decision=this.decision,
        score=this.score,
        entry=this.entry,
    )


async def suggest(
    tx: Transaction, customer: Customer, question_id: int, this: Understood, knowledge: Knowledge, *, now: datetime
) -> None:
    """Offer the questions that may be meant."""
    t = translator(customer.language)
    rows = [
        [Button(_label(entry, customer.language, knowledge), PickPress(question_id, mark_of(entry)))]
        for entry in this.offers
    ]
    await say(
        tx,
        customer,
        t("Did you mean one of these?"),
        now=now,
        buttons=[*rows, [Button(t("None of these"), TalkPress(question_id))]],
        reply_to_id=question_id,
        decision=this.decision,
        score=this.score,
        entry=this.entry,
    )


def answer_text(entry: str, language: str, knowledge: Knowledge, t: Translator) -> str:
    """Return an entry's answer; in another language where it has none in the customer's, saying so."""
    text, spoken = knowledge.answer(entry, language) or ("", language)
    if spoken == language:
        return text
    return t("(I have this answer in {language} only.)", language=LANGUAGES.get(spoken, spoken)) + "\n\n" + text


def answer_buttons(question_id: int, t: Translator) -> Rows:
    return [
        [Button(t("Solved ✅"), SolvedPress(question_id)), Button(t("Talk to a person 🙋"), TalkPress(question_id))]
    ]


def topic_buttons(entries: Sequence[str], language: str, knowledge: Knowledge) -> Rows:
    """Return a button for each of the most asked questions."""
    return [[Button(_label(entry, language, knowledge), TopicPress(mark_of(entry)))] for entry in entries]


def _label(entry: str, language: str, knowledge: Knowledge) -> str:
    return shorten(knowledge.label(entry, language), LONGEST_LABEL)

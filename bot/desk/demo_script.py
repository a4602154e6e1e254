"""How a story of the demo is written down: who did what, how many minutes after the step before.

Used by :mod:`bot.desk.demo_stories`, which holds the stories, and :mod:`bot.desk.demo_telling`, which makes them
happen.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bot.crm.communications import Kind
from bot.crm.tickets import Priority
from bot.desk.demo_people import DemoPerson

WEEK = 7 * 24 * 60
"""In minutes: so long after it was solved a ticket is closed."""


class Act(StrEnum):
    """What somebody does in a story."""

    ASKS = "asks"  # the customer, of the bot; without an entry the bot is unsure and a ticket is opened
    WANTS_PERSON = "wants a person"  # the customer, after the bot's answer
    WRITES = "writes"  # the customer, on the ticket
    EDITS = "edits"  # the customer, what they wrote last
    CANCELS = "cancels"  # the customer: it is solved
    TAKES = "takes"
    REPLIES = "replies"
    NOTES = "notes"
    WAITS = "waits for the customer"
    HOLDS = "puts on hold"
    SOLVES = "solves"
    CLOSES = "closes"  # the bot


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened, so many minutes after the one before."""

    act: Act
    minutes: float
    text: str = ""
    by: DemoPerson | None = None
    entry: str | None = None
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True)
class Story:
    """A conversation that led to a ticket; it began so long before now."""

    of: DemoPerson
    began: timedelta
    steps: tuple[Step, ...]
    priority: Priority = Priority.NORMAL


@dataclass(frozen=True, slots=True)
class Errand:
    """A reminder about a customer's unsolved ticket."""

    agent: DemoPerson
    about: DemoPerson
    text: str
    due: timedelta  # from now


def asks(text: str, entry: str | None = None) -> Step:
    return Step(Act.ASKS, 0, text, entry=entry)


def wants_person() -> Step:
    return Step(Act.WANTS_PERSON, 1)


def writes(minutes: float, text: str, kind: Kind = Kind.TEXT) -> Step:
    return Step(Act.WRITES, minutes, text, kind=kind)


def edits(minutes: float, text: str) -> Step:
    return Step(Act.EDITS, minutes, text)


def cancels(minutes: float) -> Step:
    return Step(Act.CANCELS, minutes)


def takes(minutes: float, by: DemoPerson) -> Step:
    return Step(Act.TAKES, minutes, by=by)


def replies(minutes: float, by: DemoPerson, text: str) -> Step:
    return Step(Act.REPLIES, minutes, text, by)


def notes(minutes: float, by: DemoPerson, text: str) -> Step:
    return Step(Act.NOTES, minutes, text, by)


def waits(by: DemoPerson) -> Step:
    return Step(Act.WAITS, 0.2, by=by)


def holds(by: DemoPerson) -> Step:
    return Step(Act.HOLDS, 0.3, by=by)


def solves(minutes: float, by: DemoPerson) -> Step:
    return Step(Act.SOLVES, minutes, by=by)


def closes() -> Step:
    return Step(Act.CLOSES, WEEK)


def ago(days: int = 0, hours: int = 0, minutes: int = 0) -> timedelta:
    return timedelta(days=days, hours=hours, minutes=minutes)


def story(of: DemoPerson, began: timedelta, *steps: Step, priority: Priority = Priority.NORMAL) -> Story:
    return Story(of, began, steps, priority)

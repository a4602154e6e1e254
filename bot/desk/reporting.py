"""What happened in a period, put together for the reader of ``/report``; drawn by ``charts``, worded by
``report_texts``.

Called by the handler of ``/report`` with a connection that only reads.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from math import ceil
from zoneinfo import ZoneInfo

from bot.crm import reports
from bot.crm.communications import Direction
from bot.crm.reports import Bounds, Conversations
from bot.transactions import Transaction

AGES = (timedelta(days=1), timedelta(days=3), timedelta(days=7))
"""The backlog is counted up to these ages, and beyond the last."""


class PeriodKind(StrEnum):
    TODAY = "today"
    YESTERDAY = "yesterday"
    WEEK = "week"  # today and the six days before


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days in the reader's zone, cut into slots: the hours of a day, or the days of a week."""

    kind: PeriodKind
    zone: ZoneInfo
    slots: tuple[Bounds, ...]

    @property
    def bounds(self) -> Bounds:
        return Bounds(self.slots[0].start, self.slots[-1].end)


@dataclass(frozen=True, slots=True)
class Spread:
    """How long something took: the middle of ``n`` waits, and what nine in ten were not over; None of none."""

    n: int
    median: timedelta | None
    p90: timedelta | None


@dataclass(frozen=True, slots=True)
class Report:
    """The numbers of a period; those by slot follow ``period.slots``. Definitions stand in :mod:`bot.crm.reports`."""

    period: Period
    made_at: datetime
    new_customers: int
    heard: tuple[int, ...]  # messages from customers, by slot
    said: tuple[int, ...]  # messages to customers, by slot
    opened: tuple[int, ...]  # tickets, by slot
    solved: tuple[int, ...]  # tickets, by slot
    unique_solved: int  # one that was solved on two days is in two slots, and here once
    reopened: int
    backlog: tuple[int, ...]  # unsolved when the report was made, by age
    conversations: Conversations
    first_response: Spread
    next_response: Spread
    resolution: Spread

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all happened."""
        happened = (self.new_customers, self.unique_solved, self.reopened, *self.heard, *self.said, *self.opened)
        return not any(happened)


def period_of(kind: PeriodKind, now: datetime, zone: ZoneInfo) -> Period:
    """Return the days that ``kind`` means at ``now``, to someone who lives in ``zone``."""
    today = now.astimezone(zone).date()
    days = {PeriodKind.TODAY: (0, 1), PeriodKind.YESTERDAY: (-1, 0), PeriodKind.WEEK: (-6, 1)}[kind]
    midnights = [
        datetime.combine(today + timedelta(days=day), time(), zone).astimezone(UTC)
        for day in range(days[0], days[1] + 1)
    ]
    if kind is PeriodKind.WEEK:
        return Period(kind, zone, _slots(midnights))
    start, end = midnights
    hours = ceil((end - start) / timedelta(hours=1))  # 23 or 25 where the clocks change
    return Period(kind, zone, _slots([*(start + timedelta(hours=hour) for hour in range(hours)), end]))


def _slots(borders: Sequence[datetime]) -> tuple[Bounds, ...]:
    return tuple(Bounds(start, end) for start, end in pairwise(borders))


async def make(tx: Transaction, period: Period, now: datetime) -> Report:
    """Compute the report of a period from the record."""
    resolutions = await reports.resolutions(tx, period.bounds)
    return Report(
        period=period,
        made_at=now,
        new_customers=await reports.new_customers(tx, period.bounds),
        heard=tuple(await reports.messages(tx, period.slots, Direction.IN)),
        said=tuple(await reports.messages(tx, period.slots, Direction.OUT)),
        opened=tuple(await reports.opened(tx, period.slots)),
        solved=tuple(await reports.solved(tx, period.slots)),
        unique_solved=len(resolutions),
        reopened=await reports.reopened(tx, period.bounds),
        backlog=tuple(await reports.backlog(tx, now, AGES)),
        conversations=await reports.conversations(tx, period.bounds),
        first_response=spread_of(await reports.first_responses(tx, period.bounds)),
        next_response=spread_of(await reports.next_responses(tx, period.bounds)),
        resolution=spread_of(resolutions),
    )


def spread_of(waits: Sequence[timedelta]) -> Spread:
    """Return the spread of waits that are sorted, shortest first; the 90th percentile is that of the nearest rank."""
    if not waits:
        return Spread(0, None, None)
    n = len(waits)
    return Spread(n, (waits[(n - 1) // 2] + waits[n // 2]) / 2, waits[ceil(0.9 * n) - 1])

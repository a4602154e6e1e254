"""How long people wait for a person, measured. Asked when a ticket is opened."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from statistics import median

from bot.crm import tickets
from bot.transactions import Transaction

MEASURED_OVER = timedelta(days=7)
FEWEST_SAMPLES = 5
"""Under so many first replies nothing is promised."""


@dataclass(frozen=True, slots=True)
class Wait:
    """The wait for a first human reply: the usual one, and what nine in ten were under; over ``n`` tickets."""

    median: timedelta
    p90: timedelta
    n: int


async def usual_wait(tx: Transaction, now: datetime) -> Wait | None:
    """Return the wait of the last seven days (creation → first human reply), None where too few were measured."""
    seconds = sorted(wait.total_seconds() for wait in await tickets.first_waits(tx, now - MEASURED_OVER))
    if len(seconds) < FEWEST_SAMPLES:
        return None
    p90 = seconds[ceil(0.9 * len(seconds)) - 1]  # by nearest rank
    return Wait(timedelta(seconds=median(seconds)), timedelta(seconds=p90), len(seconds))

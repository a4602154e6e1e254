"""The nouns: one record a file, its rules and its queries. Importing the package registers every table."""

from bot.crm import (
    agents,
    audit,
    communications,
    customers,
    desks,
    faq,
    outbox,
    reminders,
    tickets,
    updates,
    workers,
)

__all__ = [
    "agents",
    "audit",
    "communications",
    "customers",
    "desks",
    "faq",
    "outbox",
    "reminders",
    "tickets",
    "updates",
    "workers",
]

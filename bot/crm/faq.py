"""FAQ entries, their phrasings and answers, and the revisions that brought them about."""

from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from bot.database import BigId, UtcDateTime, metadata

faq_entries = Table(
    "faq_entries",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("key", String(80), nullable=False, unique=True),  # kebab-case, as in the files
    Column("topic", String(80), nullable=False),
    Column("position", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("removed_at", UtcDateTime),
)

faq_phrasings = Table(
    "faq_phrasings",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("entry_id", BigId, ForeignKey("faq_entries.id"), nullable=False, index=True),
    Column("language", String(8), nullable=False),
    Column("text", Text, nullable=False),
    Column("position", Integer, nullable=False),
)

faq_answers = Table(
    "faq_answers",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("entry_id", BigId, ForeignKey("faq_entries.id"), nullable=False),
    Column("language", String(8), nullable=False),
    Column("text", Text, nullable=False),
    UniqueConstraint("entry_id", "language"),
)

faq_revisions = Table(
    "faq_revisions",
    metadata,
    Column("id", BigId, primary_key=True),  # the highest one is the version of the whole FAQ
    Column("entry_id", BigId, ForeignKey("faq_entries.id"), index=True),
    Column("agent_id", BigId, ForeignKey("agents.id")),  # None: the files
    Column("before", Text),  # JSON of the entry before the change, None for a new one
    Column("created_at", UtcDateTime, nullable=False),
)

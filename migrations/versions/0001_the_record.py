"""The record: customers, what was said, tickets, the desk, the FAQ, and the post in and out."""

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
CHOICE = sa.String(32)


def upgrade() -> None:
    op.create_table(
        "agents",
        sa.Column("id", KEY),
        sa.Column("telegram_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("username", sa.Text()),
        sa.Column("role", CHOICE, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("timezone", sa.Text()),
        sa.Column("is_on_duty", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("dialog", sa.Text()),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_agents"),
        sa.UniqueConstraint("telegram_id", name="uq_agents_telegram_id"),
    )
    op.create_table(
        "customers",
        sa.Column("id", KEY),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text()),
        sa.Column("username", sa.Text()),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("active_ticket_id", KEY),
        sa.Column("dialog", sa.Text()),
        sa.Column("blocked_at", MOMENT),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_customers"),
    )
    op.create_index("ix_customers_username", "customers", ["username"])
    op.create_table(
        "faq_entries",
        sa.Column("id", KEY),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("topic", sa.String(80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("removed_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_faq_entries"),
        sa.UniqueConstraint("key", name="uq_faq_entries_key"),
    )
    op.create_table(
        "updates",
        sa.Column("update_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("lane", sa.BigInteger(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("worker", sa.String(80)),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("done_at", MOMENT),
        sa.Column("failed_at", MOMENT),
        sa.PrimaryKeyConstraint("update_id", name="pk_updates"),
    )
    op.create_index(
        "ix_updates_done_at",
        "updates",
        ["done_at"],
        sqlite_where=sa.text("done_at IS NOT NULL"),
        postgresql_where=sa.text("done_at IS NOT NULL"),
    )
    op.create_index(
        "ix_updates_free",
        "updates",
        ["update_id"],
        sqlite_where=sa.text("done_at IS NULL AND failed_at IS NULL AND worker IS NULL"),
        postgresql_where=sa.text("done_at IS NULL AND failed_at IS NULL AND worker IS NULL"),
    )
    op.create_index(
        "ix_updates_held",
        "updates",
        ["lane", "worker"],
        sqlite_where=sa.text("done_at IS NULL AND failed_at IS NULL AND worker IS NOT NULL"),
        postgresql_where=sa.text("done_at IS NULL AND failed_at IS NULL AND worker IS NOT NULL"),
    )
    op.create_table(
        "workers",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_workers"),
    )
    op.create_table(
        "audit_events",
        sa.Column("id", KEY),
        sa.Column("agent_id", KEY),
        sa.Column("telegram_id", sa.BigInteger()),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("subject", sa.Text()),
        sa.Column("detail", sa.Text()),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_audit_events_agent_id_agents"),
        sa.PrimaryKeyConstraint("id", name="pk_audit_events"),
    )
    op.create_index("ix_audit_events_agent_id", "audit_events", ["agent_id"])
    op.create_index("ix_audit_events_created_at", "audit_events", ["created_at"])
    op.create_table(
        "desks",
        sa.Column("id", KEY),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("bound_by", KEY, nullable=False),
        sa.Column("bound_at", MOMENT, nullable=False),
        sa.Column("broken_at", MOMENT),
        sa.Column("broken_why", sa.Text()),
        sa.ForeignKeyConstraint(["bound_by"], ["agents.id"], name="fk_desks_bound_by_agents"),
        sa.PrimaryKeyConstraint("id", name="pk_desks"),
        sa.UniqueConstraint("chat_id", name="uq_desks_chat_id"),
    )
    op.create_table(
        "faq_answers",
        sa.Column("id", KEY),
        sa.Column("entry_id", KEY, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["faq_entries.id"], name="fk_faq_answers_entry_id_faq_entries"),
        sa.PrimaryKeyConstraint("id", name="pk_faq_answers"),
        sa.UniqueConstraint("entry_id", "language", name="uq_faq_answers_entry_id_language"),
    )
    op.create_table(
        "faq_phrasings",
        sa.Column("id", KEY),
        sa.Column("entry_id", KEY, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["faq_entries.id"], name="fk_faq_phrasings_entry_id_faq_entries"),
        sa.PrimaryKeyConstraint("id", name="pk_faq_phrasings"),
    )
    op.create_index("ix_faq_phrasings_entry_id", "faq_phrasings", ["entry_id"])
    op.create_table(
        "faq_revisions",
        sa.Column("id", KEY),
        sa.Column("entry_id", KEY),
        sa.Column("agent_id", KEY),
        sa.Column("before", sa.Text()),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_faq_revisions_agent_id_agents"),
        sa.ForeignKeyConstraint(["entry_id"], ["faq_entries.id"], name="fk_faq_revisions_entry_id_faq_entries"),
        sa.PrimaryKeyConstraint("id", name="pk_faq_revisions"),
    )
    op.create_index("ix_faq_revisions_entry_id", "faq_revisions", ["entry_id"])
    op.create_table(
        "identities",
        sa.Column("id", KEY),
        sa.Column("customer_id", KEY, nullable=False),
        sa.Column("kind", CHOICE, nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_identities_customer_id_customers"),
        sa.PrimaryKeyConstraint("id", name="pk_identities"),
        sa.UniqueConstraint("kind", "value", name="uq_identities_kind_value"),
    )
    op.create_index("ix_identities_customer_id", "identities", ["customer_id"])
    op.create_table(
        "invitations",
        sa.Column("id", KEY),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("role", CHOICE, nullable=False),
        sa.Column("created_by", KEY, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT),
        sa.Column("used_by", KEY),
        sa.ForeignKeyConstraint(["created_by"], ["agents.id"], name="fk_invitations_created_by_agents"),
        sa.ForeignKeyConstraint(["used_by"], ["agents.id"], name="fk_invitations_used_by_agents"),
        sa.PrimaryKeyConstraint("id", name="pk_invitations"),
        sa.UniqueConstraint("token_hash", name="uq_invitations_token_hash"),
    )
    op.create_table(
        "tickets",
        sa.Column("id", KEY),
        sa.Column("customer_id", KEY, nullable=False),
        sa.Column("state", CHOICE, nullable=False),
        sa.Column("priority", CHOICE, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("assignee_id", KEY),
        sa.Column("previous_ticket_id", KEY),
        sa.Column("wake_at", MOMENT),
        sa.Column("waiting_since", MOMENT),
        sa.Column("first_replied_at", MOMENT),
        sa.Column("first_solved_at", MOMENT),
        sa.Column("solved_at", MOMENT),
        sa.Column("closed_at", MOMENT),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["assignee_id"], ["agents.id"], name="fk_tickets_assignee_id_agents"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_tickets_customer_id_customers"),
        sa.ForeignKeyConstraint(["previous_ticket_id"], ["tickets.id"], name="fk_tickets_previous_ticket_id_tickets"),
        sa.PrimaryKeyConstraint("id", name="pk_tickets"),
    )
    op.create_index("ix_tickets_assignee_id_state", "tickets", ["assignee_id", "state"])
    op.create_index("ix_tickets_customer_id_created_at", "tickets", ["customer_id", "created_at"])
    op.create_index("ix_tickets_first_replied_at", "tickets", ["first_replied_at"])
    op.create_index("ix_tickets_state_created_at", "tickets", ["state", "created_at"])
    op.create_table(
        "topics",
        sa.Column("customer_id", KEY, autoincrement=False, nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_topics_customer_id_customers"),
        sa.PrimaryKeyConstraint("customer_id", name="pk_topics"),
        sa.UniqueConstraint("chat_id", "thread_id", name="uq_topics_chat_id_thread_id"),
    )
    op.create_table(
        "communications",
        sa.Column("id", KEY),
        sa.Column("customer_id", KEY, nullable=False),
        sa.Column("direction", CHOICE, nullable=False),
        sa.Column("channel", sa.String(16), server_default="telegram", nullable=False),
        sa.Column("kind", CHOICE, nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("chat_id", sa.BigInteger()),
        sa.Column("message_id", sa.BigInteger()),
        sa.Column("reply_to_id", KEY),
        sa.Column("ticket_id", KEY),
        sa.Column("agent_id", KEY),
        sa.Column("decision", CHOICE),
        sa.Column("score", sa.Float()),
        sa.Column("entry", sa.Text()),
        sa.Column("outcome", CHOICE),
        sa.Column("file_id", sa.Text()),
        sa.Column("album", sa.Text()),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("edited_at", MOMENT),
        sa.Column("deleted_at", MOMENT),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_communications_agent_id_agents"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_communications_customer_id_customers"),
        sa.ForeignKeyConstraint(
            ["reply_to_id"], ["communications.id"], name="fk_communications_reply_to_id_communications"
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_communications_ticket_id_tickets"),
        sa.PrimaryKeyConstraint("id", name="pk_communications"),
        sa.UniqueConstraint("chat_id", "message_id", name="uq_communications_chat_id_message_id"),
    )
    op.create_index("ix_communications_created_at", "communications", ["created_at"])
    op.create_index("ix_communications_customer_id_created_at", "communications", ["customer_id", "created_at"])
    op.create_index("ix_communications_ticket_id", "communications", ["ticket_id"])
    op.create_table(
        "reminders",
        sa.Column("id", KEY),
        sa.Column("agent_id", KEY, nullable=False),
        sa.Column("ticket_id", KEY),
        sa.Column("customer_id", KEY),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", CHOICE, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("fired_at", MOMENT),
        sa.Column("done_at", MOMENT),
        sa.Column("snoozes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_reminders_agent_id_agents"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_reminders_customer_id_customers"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_reminders_ticket_id_tickets"),
        sa.PrimaryKeyConstraint("id", name="pk_reminders"),
    )
    op.create_index("ix_reminders_agent_id", "reminders", ["agent_id"])
    op.create_index("ix_reminders_pending_due_at", "reminders", ["state", "due_at"])
    op.create_index("ix_reminders_ticket_id", "reminders", ["ticket_id"])
    op.create_table(
        "ticket_events",
        sa.Column("id", KEY),
        sa.Column("ticket_id", KEY, nullable=False),
        sa.Column("kind", CHOICE, nullable=False),
        sa.Column("agent_id", KEY),
        sa.Column("from_state", sa.String(16)),
        sa.Column("to_state", sa.String(16)),
        sa.Column("detail", sa.Text()),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_ticket_events_agent_id_agents"),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name="fk_ticket_events_ticket_id_tickets"),
        sa.PrimaryKeyConstraint("id", name="pk_ticket_events"),
    )
    op.create_index("ix_ticket_events_ticket_id", "ticket_events", ["ticket_id"])
    op.create_table(
        "communication_versions",
        sa.Column("id", KEY),
        sa.Column("communication_id", KEY, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["communication_id"],
            ["communications.id"],
            name="fk_communication_versions_communication_id_communications",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_communication_versions"),
    )
    op.create_index("ix_communication_versions_communication_id", "communication_versions", ["communication_id"])
    op.create_table(
        "copies",
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("communication_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["communication_id"], ["communications.id"], name="fk_copies_communication_id_communications"
        ),
        sa.PrimaryKeyConstraint("chat_id", "message_id", name="pk_copies"),
    )
    op.create_index("ix_copies_communication_id", "copies", ["communication_id"])
    op.create_table(
        "outbox",
        sa.Column("id", KEY),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.String(40), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("state", CHOICE, nullable=False),
        sa.Column("worker", sa.String(80)),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("possibly_repeated", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("due_at", MOMENT),
        sa.Column("shows", sa.Text()),
        sa.Column("is_copy", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("topic_of", KEY),
        sa.Column("reply_to_id", KEY),
        sa.Column("edit_of_id", KEY),
        sa.Column("album", sa.Text()),
        sa.Column("message_id", sa.BigInteger()),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("settled_at", MOMENT),
        sa.ForeignKeyConstraint(["edit_of_id"], ["communications.id"], name="fk_outbox_edit_of_id_communications"),
        sa.ForeignKeyConstraint(["reply_to_id"], ["communications.id"], name="fk_outbox_reply_to_id_communications"),
        sa.ForeignKeyConstraint(["topic_of"], ["customers.id"], name="fk_outbox_topic_of_customers"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
    )
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["chat_id", "id", "due_at"],
        sqlite_where=sa.text("settled_at IS NULL AND due_at IS NOT NULL"),
        postgresql_where=sa.text("settled_at IS NULL AND due_at IS NOT NULL"),
    )
    op.create_index(
        "ix_outbox_free",
        "outbox",
        ["priority", "id"],
        sqlite_where=sa.text("settled_at IS NULL AND worker IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL AND worker IS NULL"),
    )
    op.create_index(
        "ix_outbox_held",
        "outbox",
        ["chat_id", "worker"],
        sqlite_where=sa.text("settled_at IS NULL AND worker IS NOT NULL"),
        postgresql_where=sa.text("settled_at IS NULL AND worker IS NOT NULL"),
    )
    op.create_index(
        "ix_outbox_settled_at",
        "outbox",
        ["settled_at"],
        sqlite_where=sa.text("settled_at IS NOT NULL"),
        postgresql_where=sa.text("settled_at IS NOT NULL"),
    )
    with op.batch_alter_table("customers") as batch:  # the two tables point at each other
        batch.create_foreign_key("fk_customers_active_ticket_id_tickets", "tickets", ["active_ticket_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("customers") as batch:
        batch.drop_constraint("fk_customers_active_ticket_id_tickets", type_="foreignkey")
    op.drop_table("outbox")
    op.drop_table("copies")
    op.drop_table("communication_versions")
    op.drop_table("ticket_events")
    op.drop_table("reminders")
    op.drop_table("communications")
    op.drop_table("topics")
    op.drop_table("tickets")
    op.drop_table("invitations")
    op.drop_table("identities")
    op.drop_table("faq_revisions")
    op.drop_table("faq_phrasings")
    op.drop_table("faq_answers")
    op.drop_table("desks")
    op.drop_table("audit_events")
    op.drop_table("workers")
    op.drop_table("updates")
    op.drop_table("faq_entries")
    op.drop_table("customers")
    op.drop_table("agents")

"""Who works at the desk: owners by the settings, the others by a one-use invitation; promoted, met, removed.

Called by the start of the bot and by the staff handlers.
"""

import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from bot.crm import agents, audit, tickets
from bot.crm.agents import Agent, Role, RoleTooLow
from bot.crm.queues import QueueView
from bot.crm.queues import page as queue_page
from bot.crm.tickets import EventKind
from bot.desk import relaying
from bot.desk.incoming import Person
from bot.errors import KefuError
from bot.texts import language_of
from bot.transactions import Transaction

INVITATION_LASTS = timedelta(hours=48)

UNMET = "Owner"
"""What an owner is called until they write for the first time."""


class AgentUnknown(KefuError):
    """Nobody at the desk is called this."""

    def __init__(self, wanted: str) -> None:
        super().__init__(f"nobody at the desk is {wanted!r}")
        self.wanted = wanted


class AgentAmbiguous(KefuError):
    """Several people at the desk may be meant."""

    def __init__(self, wanted: str, names: list[str]) -> None:
        super().__init__(f"{wanted!r} may be {names}")
        self.wanted, self.names = wanted, names


class LastOwner(KefuError):
    """The desk cannot be without an owner."""


class RoleHeldAlready(KefuError):
    """The invitation gives no more than its reader has; it stays good for somebody else."""

    def __init__(self, role: Role) -> None:
        super().__init__(f"already {role}")
        self.role = role


async def enlist_owners(tx: Transaction, ids: Iterable[int], language: str, now: datetime) -> None:
    """Make sure that these Telegram accounts own the desk."""
    for telegram_id in ids:
        known = await agents.by_telegram_id(tx, telegram_id)
        if known is not None and known.is_active and known.role is Role.OWNER:
            continue
        owner = await agents.enlist(
            tx,
            telegram_id=telegram_id,
            name=known.name if known else UNMET,
            username=known.username if known else None,
            role=Role.OWNER,
            language=known.language if known else language,
            now=now,
        )
        await audit.record(tx, "owner_enlisted", now=now, agent_id=owner.id, subject=f"agent {owner.id}")


async def invite(tx: Transaction, by: Agent, role: Role, *, now: datetime) -> str:
    """Make a one-use invitation and return its token, which is kept only as a hash.

    Raises:
        RoleTooLow: supervisors invite agents; only owners invite supervisors.
    """
    if role is not Role.AGENT and by.role is not Role.OWNER:
        raise RoleTooLow(Role.OWNER, "invite")
    token = secrets.token_urlsafe(24)
    await agents.add_invitation(
        tx, token_hash=_hash(token), role=role, created_by=by.id, now=now, expires_at=now + INVITATION_LASTS
    )
    await audit.record(tx, "invited", now=now, agent_id=by.id, detail=role)
    return token


async def accept(tx: Transaction, token: str, person: Person, default_language: str, *, now: datetime) -> Agent:
    """Use an invitation up and return the agent it made.

    Raises:
        InvitationInvalid: unknown, used or out of date.
        RoleHeldAlready: whoever opened it has this role or a higher one.
    """
    role = await agents.use_invitation(tx, _hash(token), now)
    known = await agents.by_telegram_id(tx, person.telegram_id)
    if known is not None and known.is_active and known.role.covers(role):
        raise RoleHeldAlready(known.role)  # rolls the use back
    agent = await agents.enlist(
        tx,
        telegram_id=person.telegram_id,
        name=person.name,
        username=person.username,
        role=role,
        language=known.language if known else language_of(person.language_code, default_language),
        now=now,
    )
    agent = await meet(tx, agent, person)
    await agents.note_invited(tx, _hash(token), agent.id)
    await audit.record(tx, "invitation_used", now=now, agent_id=agent.id, subject=f"agent {agent.id}", detail=role)
    return agent


async def meet(tx: Transaction, agent: Agent, person: Person) -> Agent:
    """Take over an agent's name as Telegram has it now; an owner met for the first time also gives their language."""
    language = language_of(person.language_code, agent.language) if agent.name == UNMET else agent.language
    await agents.change(tx, agent.id, name=person.name, username=person.username, language=language)
    return replace(agent, name=person.name, username=person.username, language=language)


def is_met(agent: Agent, person: Person) -> bool:
    """Whether we know the agent by the name they have at Telegram."""
    return (agent.name, agent.username) == (person.name, person.username)


async def remove(tx: Transaction, agent_id: int, by: Agent, *, now: datetime) -> Agent:
    """Let a person go: their tickets go back to the queue.

    Raises:
        RoleTooLow, AgentUnknown, LastOwner.
    """
    if by.role is not Role.OWNER:
        raise RoleTooLow(Role.OWNER, "remove")
    staff = await agents.active(tx)
    leaver = next((agent for agent in staff if agent.id == agent_id), None)
    if leaver is None:
        raise AgentUnknown(f"#{agent_id}")
    if leaver.role is Role.OWNER and sum(agent.role is Role.OWNER for agent in staff) == 1:
        raise LastOwner
    await agents.change(tx, agent_id, is_active=False)
    await audit.record(tx, "agent_removed", now=now, agent_id=by.id, subject=f"agent {agent_id}")
    await _requeue(tx, leaver, by, now)
    return leaver


async def find_colleague(tx: Transaction, words: str, agent: Agent) -> Agent:
    """Return who is meant by ``me``, ``@username`` or (the beginning of) a name.

    Raises:
        AgentUnknown, AgentAmbiguous.
    """
    wanted = words.strip().casefold()
    if wanted in ("me", "我"):
        return agent
    staff = await agents.active(tx)
    if wanted.startswith("@"):
        named = [each for each in staff if (each.username or "").casefold() == wanted[1:]]
    else:
        named = [each for each in staff if each.name.casefold() == wanted]
        named = named or [each for each in staff if each.name.casefold().startswith(wanted)]
    if not named:
        raise AgentUnknown(words)
    if len(named) > 1:
        raise AgentAmbiguous(words, [each.name for each in named])
    return named[0]


async def _requeue(tx: Transaction, leaver: Agent, by: Agent, now: datetime) -> None:
    for ticket in await queue_page(tx, QueueView.MINE, leaver.id, now, limit=1000):
        await tickets.change(tx, ticket.id, assignee_id=None)
        await tickets.add_event(
            tx, ticket.id, EventKind.ASSIGNED, now=now, agent_id=by.id, detail=f"left by agent {leaver.id}"
        )
        await relaying.refresh(tx, replace(ticket, assignee_id=None), now=now)


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()

"""Who is staff, remembered for a moment so that not every message asks the database. Asked by the middleware."""

import time

from bot.crm import agents
from bot.crm.agents import Agent
from bot.database import Database

FRESH_FOR_S = 3.0
"""How long another process's change of a role may go unnoticed."""


class Roster:
    """The desk's people by their Telegram id."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._agents: dict[int, Agent] = {}
        self._read_at = float("-inf")

    async def agent(self, telegram_id: int) -> Agent | None:
        """Return the active agent with this Telegram id."""
        if time.monotonic() - self._read_at > FRESH_FOR_S:
            async with self._database.read() as tx:
                self._agents = {agent.telegram_id: agent for agent in await agents.active(tx)}
            self._read_at = time.monotonic()
        return self._agents.get(telegram_id)

    def forget(self) -> None:
        """Ask anew at the next look: an agent changed."""
        self._read_at = float("-inf")

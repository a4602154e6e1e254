"""In whose zone a time is shown or meant: the agent's own, else the desk's. Asked by reminders and reports."""

from zoneinfo import ZoneInfo

from bot.crm.agents import Agent


def zone_of(agent: Agent, desk_zone: ZoneInfo) -> ZoneInfo:
    """Return the zone that this agent lives in."""
    return ZoneInfo(agent.timezone) if agent.timezone else desk_zone

"""The playground in one object: a Telegram of its own on loopback. Tests, the demo and `playground` start it.

play = Playground(token="100000001:KefuPlayground")
await play.start()
anna = play.person("Anna")
"""

# ruff: noqa: ASYNC109 - a timeout here is what is asked for: a test's own patience

import ipaddress
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.playground import groups
from bot.playground.bot_api import BotApi
from bot.playground.control import Control, refuse_strangers
from bot.playground.faults import Faults
from bot.playground.ledger import Entry
from bot.playground.limits import Limits
from bot.playground.people import Group, Person
from bot.playground.store import Store
from bot.playground.world import Account, Json, World


class Playground:
    def __init__(
        self,
        token: str = "100000001:KefuPlayground",  # noqa: S107 - a token of a Telegram that does not exist
        state: Path | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = Store(state)
        self.world = World(token, self._store, clock)
        self.faults = Faults()
        self.ledger: list[Entry] = []
        self.url = ""
        self._people = {key: Person(self.world, account) for key, account in self.world.accounts.items()}
        self._groups = {key: Group(self.world, chat) for key, chat in self.world.chats.items() if not chat.is_private}
        self._runner: web.AppRunner | None = None

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Serve on loopback; `port` 0 takes a free one. The address is then in `url`."""
        if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
            raise ValueError(f"the playground serves this machine only, not {host}")
        app = web.Application(middlewares=[refuse_strangers], client_max_size=64 << 20)
        BotApi(self.world, self.faults, self.ledger).mount(app)
        Control(self).mount(app)
        self._runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.05)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        self.url = f"http://{host}:{self._runner.addresses[0][1]}"
        self.world.webhook.resume()

    async def stop(self) -> None:
        await self.world.webhook.pause()
        self.world.hub.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        self._store.close()

    @property
    def token(self) -> str:
        return self.world.token

    @property
    def bot(self) -> Json:
        return self.world.bot.user

    @property
    def limits(self) -> Limits:
        return self.world.limits

    @limits.setter
    def limits(self, limits: Limits) -> None:
        self.world.limits = limits

    @property
    def pending_updates(self) -> list[Json]:
        """What the bot has not confirmed yet, oldest first."""
        return self.world.updates.all()

    @property
    def is_polled(self) -> bool:
        """Whether a getUpdates call waits right now: a bot is there, and has taken all there was."""
        return self.world.updates.is_polled

    def calls(self, method: str) -> list[Entry]:
        return [entry for entry in self.ledger if entry.method == method]

    def person(
        self,
        first_name: str,
        last_name: str | None = None,
        username: str | None = None,
        language_code: str | None = "en",
        id: int | None = None,  # noqa: A002 - the Bot API's own word
        phone: str = "",
    ) -> Person:
        """Somebody with a Telegram account; the same id gives the same person."""
        if id is not None and id in self._people:
            return self._people[id]
        user: Json = {"id": id or self.world.new_user_id(), "is_bot": False, "first_name": first_name}
        given = {"last_name": last_name, "username": username, "language_code": language_code}
        user |= {key: value for key, value in given.items() if value}
        account = Account(user, phone or f"+4915550{user['id'] % 1_000_000:06d}")
        self.world.accounts[account.id] = account
        self.world.save_account(account)
        self.world.private_chat(account)
        person = self._people[account.id] = Person(self.world, account)
        return person

    def people(self) -> list[Person]:
        return list(self._people.values())

    def group(self, title: str, forum: bool = False, supergroup: bool = False, id: int | None = None) -> Group:  # noqa: A002 - as above
        """A basic group, a supergroup, or with `forum` one with topics; the same id gives the same group."""
        if id is not None and id in self._groups:
            return self._groups[id]
        chat = groups.create(self.world, title, forum=forum, supergroup=supergroup, id=id)
        group = self._groups[chat.id] = Group(self.world, chat)
        return group

    def groups(self) -> list[Group]:
        return list(self._groups.values())

    def add_bot(self, group: Group, admin: bool = True, by: Person | None = None, **rights: bool) -> None:
        """Bring the bot in, or change its rights; `by` somebody, else by the owner."""
        account = by.account if by else None
        groups.join(self.world, group.chat, self.world.bot, admin=admin, rights=rights, by=account)

    def demote_bot(self, group: Group) -> None:
        groups.set_member(self.world, group.chat, self.world.bot, {"status": "member"})

    def remove_bot(self, group: Group) -> None:
        groups.leave(self.world, group.chat, self.world.bot, kicked=True)

    def migrate(self, group: Group, forum: bool = False) -> Group:
        """The basic group becomes a supergroup; the handle follows it. Returns the same handle."""
        self._groups.pop(group.id, None)
        group.chat = groups.migrate(self.world, group.chat, forum=forum)
        self._groups[group.id] = group
        return group

    def make_forum(self, group: Group, forum: bool = True) -> None:
        groups.make_forum(self.world, group.chat, forum=forum)

    def deactivate(self, person: Person) -> None:
        """The account is deleted: messages to it are refused from now on."""
        person.account.deactivated = True
        self.world.save_account(person.account)

    async def until(self, is_true: Callable[[], Any], timeout: float = 10.0) -> None:
        """Wait, on events, until the predicate holds; an AssertionError when it does not in time."""
        if not await self.world.hub.until(is_true, timeout):
            raise AssertionError(
                f"not within {timeout} s; the last calls: {[entry.method for entry in self.ledger[-8:]]}"
            )

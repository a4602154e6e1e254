"""The only wiring: settings → database → knowledge → dispatcher → intake, courier, jobs. Called by the command line."""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import structlog
from aiogram import Bot, Dispatcher, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from bot import migrating, process
from bot.clock import utc_now
from bot.courier.courier import LAST_MAIL_S, Courier
from bot.courier.pace import Limits, Pace, Total
from bot.courier.patience import Patience
from bot.courier.sender import Sender
from bot.crm import outbox, updates, workers
from bot.database import Database
from bot.desk import staffing
from bot.desk.faq_files import FaqWatcher, load_at_start
from bot.desk.knowledge import Knowledge
from bot.errors import DatabaseUnavailable, KefuError
from bot.handlers import customer, menus, staff
from bot.handlers.middleware import Introduce
from bot.handlers.roster import Roster
from bot.intake.delay import Delay
from bot.intake.given_up import GiveUp
from bot.intake.lanes import Lanes
from bot.intake.polling import Polling, TokenRefused
from bot.intake.webhook import Webhook, secret_for
from bot.jobs import Jobs
from bot.nlp.sentence import open_encoder
from bot.settings import Settings
from bot.transactions import Transaction

log = structlog.get_logger()

LAST_UPDATES_S = 10.0
"""How long running updates may take to finish while the bot stops."""
DIRECT_CALL_S = 20.0
"""How long a handler's own call may go unanswered."""
WAIT_FOR_TELEGRAM_S = (1.0, 30.0)
"""First and longest pause while Telegram cannot be reached at start."""

ALLOWED_UPDATES = (
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
)


class App:
    """One running bot: built from settings, started, and stopped in order."""

    def __init__(self, settings: Settings) -> None:
        if settings.bot_token is None:
            raise ValueError("a bot needs a token")
        self.settings = settings
        self._token = settings.bot_token.get_secret_value()
        self.worker = process.worker_name()
        self.database = Database(settings.database_url)
        self.sender = Sender(self._token, settings.api_root)
        self._pace = Pace(
            Limits(settings.sends_per_second, settings.sends_per_second_chat, settings.sends_per_minute_group),
            self._shared_total(),
        )
        self._delay = Delay(self.sender, settings.language)
        self._tasks: list[asyncio.Task[None]] = []
        self._routers: Sequence[Router] = ()
        self._polling: Polling | None = None
        self._webhook: Webhook | None = None

    async def start(self) -> None:
        """Bring everything up; undone updates and unsent posts of before come first.

        Raises:
            TokenRefused: Telegram does not know the token.
            FaqFileError: the FAQ's files have problems, each with file and line.
            DatabaseUnavailable: the database cannot be reached.
        """
        settings = self.settings
        await migrating.upgrade(self.database)
        await self._introduce_worker()
        await load_at_start(self.database, settings.faq_dir, utc_now())
        encoder = await asyncio.to_thread(open_encoder, settings.encoder, settings.model)
        self.knowledge = await Knowledge.load(self.database, settings.promise, encoder)
        self.watcher = FaqWatcher(self.database, self.knowledge, settings.faq_dir)
        await self._enlist_owners()
        self.me = await self._meet_telegram()
        self.bot = self._direct_bot()
        self.roster = Roster(self.database)
        self.courier = Courier(self.database, self.sender, self._pace, self.worker)
        give_up = GiveUp(settings.language)
        self.lanes = Lanes(self.database, self._dispatcher(), self.bot, self.worker, give_up)
        self.jobs = Jobs(self.database, self.knowledge, self.watcher, settings, self.worker)
        self._run(self.lanes.run(), "lanes")
        self._run(self.courier.run(), "courier")
        self._run(menus.publish(self.bot, self.database, settings), "menus")
        self.jobs.start()
        await self._open_intake()
        log.info("ready", bot=self.me["username"], worker=self.worker)

    async def stop(self) -> None:
        """No new updates; running ones finish, queued messages go out within a bounded time, everything is closed."""
        log.info("stopping")
        if self._polling is not None:
            self._polling.stop()
        if self._webhook is not None:
            await self._webhook.stop()
        self.jobs.stop()
        self.lanes.stop()
        await self._finish("polling", "lanes", within=LAST_UPDATES_S)
        self.courier.stop()
        await self._finish("courier", within=LAST_MAIL_S * 2)
        if self._polling is not None:
            await self._polling.confirm()
        with suppress(DatabaseUnavailable):
            async with self.database.begin() as tx:
                await workers.forget(tx, self.worker)
                await _free_the_dead(tx)
        await self.close()

    async def close(self) -> None:
        """Let go of every connection; enough where :meth:`start` failed half-way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for router in self._routers:
            router._parent_router = None  # aiogram attaches a router for ever; another App may follow in this process
        await self._pace.close()
        await self.sender.close()
        if hasattr(self, "bot"):
            await self.bot.session.close()
        if self._redis is not None:
            await self._redis.aclose()
        await self.database.dispose()

    async def crashed(self) -> None:
        """Wait until a part that should run for ever has ended, and raise what ended it."""
        for_ever = [task for task in self._tasks if task.get_name() != "menus"]
        done, _ = await asyncio.wait(for_ever, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()

    @property
    def is_idle(self) -> bool:
        """Whether everything stored is worked off and everything queued is sent."""
        return self.lanes.is_idle and self.courier.is_idle

    def _run(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self._tasks.append(asyncio.create_task(work, name=name))

    async def _finish(self, *names: str, within: float) -> None:
        tasks = [task for task in self._tasks if task.get_name() in names]
        if tasks:
            await asyncio.wait(tasks, timeout=within)

    def _shared_total(self) -> Total | None:
        """The limit that the machines of one bot share, where there is a Redis for it."""
        self._redis = None
        if self.settings.redis_url is None:
            return None
        from redis.asyncio import Redis  # noqa: PLC0415 - an optional package

        from bot.courier.shared_pace import SharedTotal  # noqa: PLC0415 - needs it too

        self._redis = Redis.from_url(self.settings.redis_url)
        return SharedTotal(self._redis, int(self._token.split(":")[0]), self.settings.sends_per_second)

    async def _introduce_worker(self) -> None:
        now = utc_now()
        async with self.database.begin() as tx:
            if self.database.is_sqlite:  # one process owns the file: whatever else is named there is gone
                await workers.forget(tx, *await workers.names(tx))
            else:
                await workers.forget(tx, *[name for name in await workers.names(tx) if process.is_dead_here(name)])
                await workers.forget_unseen(tx, now)
            await workers.register(tx, self.worker, now)
            await _free_the_dead(tx)

    async def _enlist_owners(self) -> None:
        async with self.database.begin() as tx:
            await staffing.enlist_owners(tx, self.settings.owner_ids, self.settings.language, utc_now())

    async def _meet_telegram(self) -> dict[str, Any]:
        pause, longest = WAIT_FOR_TELEGRAM_S
        while True:
            answer = await self.sender.call("getMe", {}, timeout_s=15)
            if answer.is_ok:
                me: dict[str, Any] = answer.result
                return me
            if answer.error_code in (401, 404):
                raise TokenRefused(answer.description)
            log.warning("Telegram cannot be reached", why=answer.description, next_try_s=pause)
            await asyncio.sleep(answer.retry_after or pause)
            pause = min(pause * 2, longest)

    def _direct_bot(self) -> Bot:
        """The handlers' own line to Telegram, for what is no post."""
        api = TelegramAPIServer.from_base(self.settings.api_root)
        session = AiohttpSession(api=api, timeout=DIRECT_CALL_S)
        session.middleware(Patience())
        return Bot(self._token, session=session)

    def _dispatcher(self) -> Dispatcher:
        dispatcher = Dispatcher(disable_fsm=True)
        dispatcher.update.outer_middleware(Introduce(self.roster))
        self._routers = (customer.front_door, staff.router, customer.router)
        dispatcher.include_routers(*self._routers)
        dispatcher["db"] = self.database
        dispatcher["knowledge"] = self.knowledge
        dispatcher["watcher"] = self.watcher
        dispatcher["settings"] = self.settings
        dispatcher["roster"] = self.roster
        dispatcher["me"] = self.me
        return dispatcher

    async def _store(self, raws: Sequence[Mapping[str, Any]]) -> None:
        await self.lanes.store(raws)
        self._delay.is_over()

    async def _open_intake(self) -> None:
        if self.settings.webhook_url is None:
            await self._telegram("deleteWebhook", {"drop_pending_updates": False})
            self._polling = Polling(self.sender, ALLOWED_UPDATES, self._store, self._delay.tell)
            self._run(self._polling.run(), "polling")
            return
        given = self.settings.webhook_secret
        secret = given.get_secret_value() if given else secret_for(self._token)
        path = urlsplit(self.settings.webhook_url).path or "/"
        self._webhook = Webhook(path, secret, self._store, self._delay.tell)
        await self._webhook.start(self.settings.webhook_host, self.settings.webhook_port)
        await self._telegram(
            "setWebhook",
            {"url": self.settings.webhook_url, "secret_token": secret, "allowed_updates": list(ALLOWED_UPDATES)},
        )

    async def _telegram(self, method: str, parameters: Mapping[str, Any]) -> None:
        """Call a method that start-up rests on, until it succeeds or is refused."""
        while True:
            answer = await self.sender.call(method, parameters)
            if answer.is_ok:
                return
            if 400 <= answer.error_code < 500 and answer.error_code != 429:
                raise StartRefused(method, answer.description)
            await asyncio.sleep(answer.retry_after or 1.0)


class StartRefused(KefuError):
    """Telegram refused something that start-up rests on."""

    def __init__(self, method: str, why: str) -> None:
        super().__init__(f"Telegram refused {method}: {why}")


async def _free_the_dead(tx: Transaction) -> None:
    await updates.inbox.release_dead(tx)
    await outbox.posts.release_dead(tx)


async def run(settings: Settings, ready: Callable[[], None] = lambda: None) -> None:
    """Run the bot until SIGTERM or SIGINT; ``ready`` is called once it takes messages."""
    app = App(settings)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):  # Windows has no signal handlers in the loop; Ctrl-C still raises there
            loop.add_signal_handler(number, stop.set)
    stopped = asyncio.create_task(stop.wait(), name="wait for the signal")
    try:
        is_ready = await _until(stopped, app.start())
    except BaseException:
        await app.close()
        raise
    if not is_ready:
        return await app.close()
    process.settle_memory()
    ready()
    try:
        await _until(stopped, app.crashed())
    finally:
        await app.stop()


async def _until(stopped: asyncio.Task[Any], work: Coroutine[Any, Any, None]) -> bool:
    """Do ``work`` unless it is stopped before its end; returns whether it came to its end."""
    doing = asyncio.create_task(work)
    await asyncio.wait({doing, stopped}, return_when=asyncio.FIRST_COMPLETED)
    if doing.done():
        doing.result()
        return True
    doing.cancel()
    await asyncio.gather(doing, return_exceptions=True)
    return False

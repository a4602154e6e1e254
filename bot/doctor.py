"""``doctor``: looks at everything Kefu needs and says in words what is wrong and what to do. Called by the cli.

Each check looks at one thing. None of them changes anything, and none shows a secret.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from alembic.script import ScriptDirectory
from babel.dates import format_datetime
from sqlalchemy import text

from bot import migrating
from bot.clock import utc_now
from bot.courier.sender import Sender
from bot.crm import agents
from bot.crm.agents import Role
from bot.database import Database
from bot.desk.charts import font_path
from bot.errors import DatabaseUnavailable
from bot.nlp.faq import FaqFileError
from bot.nlp.files import load_faq
from bot.nlp.sentence import ModelUnusable, open_encoder
from bot.settings import Settings, SettingsInvalid, load_settings, unknown_variables

PATIENCE_S = 10.0
LEAST_FREE_MB = 500
MANY_PENDING = 100


class Health(Enum):
    WELL = "✔"
    ILL = "✖"
    ASIDE = "–"  # not used here, or worth knowing only


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check saw; ``about`` names what was looked at."""

    health: Health
    about: str
    words: str

    def __str__(self) -> str:
        return f"{self.health.value} {self.about}: {self.words}"


def well(about: str, words: str) -> Finding:
    return Finding(Health.WELL, about, words)


def ill(about: str, words: str) -> Finding:
    return Finding(Health.ILL, about, words)


def aside(about: str, words: str) -> Finding:
    return Finding(Health.ASIDE, about, words)


async def examine(say: Callable[[str], None]) -> bool:
    """Say every finding as a line; returns whether nothing is ill."""
    is_well = True
    async for finding in findings():
        say(str(finding))
        is_well = is_well and finding.health is not Health.ILL
    say("All is well." if is_well else "The lines with ✖ need you.")
    return is_well


async def findings() -> AsyncIterator[Finding]:
    """Look at one thing after another; where the settings are wrong the rest cannot be looked at."""
    try:
        settings = load_settings()
    except SettingsInvalid as error:
        for problem in error.problems:
            yield ill("settings", problem)
        return
    yield well("settings", "each of them can be used")
    for line in unknown_variables():
        yield aside("settings", line)
    yield time_zone(settings)
    async for finding in database(settings):
        yield finding
    yield disk(settings)
    yield await asyncio.to_thread(faq, settings)
    async for finding in telegram(settings):
        yield finding
    yield await redis(settings)
    yield await asyncio.to_thread(model, settings)
    yield font()


def time_zone(settings: Settings) -> Finding:
    now = format_datetime(utc_now().astimezone(settings.zone), "EEEE HH:mm", locale="en")
    return well("time zone", f"{settings.timezone}, where it is {now}")


async def database(settings: Settings) -> AsyncIterator[Finding]:
    """Whether the database can be reached, written and understood, and who owns the desk by its record."""
    path = sqlite_file(settings)
    if path is not None and not path.exists():
        if os.access(path.parent, os.W_OK):
            yield aside("database", f"{path} is not there yet; it is made at the first start")
        else:
            yield ill("database", f"the folder {path.parent.resolve()} cannot be written; choose another, or allow it")
        yield owners(settings, recorded=None)
        return
    opened = Database(settings.database_url)
    try:
        yield await written(opened)
        yield await migrated(opened)
        yield owners(settings, recorded=await recorded_owners(opened))
    except DatabaseUnavailable as error:
        yield ill("database", f"it cannot be reached: {error}; see KEFU_DATABASE_URL")
    except Exception as error:  # a driver says no in many ways: wrong password, no such database, not SQLite's file
        yield ill("database", f"it refuses: {first_line(error)}; see KEFU_DATABASE_URL")
    finally:
        await opened.dispose()


async def written(opened: Database) -> Finding:
    """A transaction that writes takes SQLite's lock, and fails where the file may not be written."""
    async with opened.begin() as tx:
        if tx.is_postgres and await tx.scalar(text("SHOW transaction_read_only")) == "on":
            return ill("database", "it can be read but not written; is it a standby server?")
    return well("database", "it can be reached and written")


async def migrated(opened: Database) -> Finding:
    revision = await migrating.revision_of(opened)
    if revision == migrating.head():
        return well("migrations", f"the database is at revision {revision}, as this version needs")
    if revision is None:
        return aside("migrations", "the database is empty; it is filled at the first start")
    if revision in {known.revision for known in ScriptDirectory(str(migrating.FOLDER)).walk_revisions()}:
        return aside("migrations", f"the database is at revision {revision}; it is brought up at the next start")
    return ill("migrations", f"the database is at revision {revision} of a newer Kefu; update this one")


async def recorded_owners(opened: Database) -> int | None:
    if await migrating.revision_of(opened) != migrating.head():
        return None
    async with opened.read() as tx:
        return sum(agent.role is Role.OWNER for agent in await agents.active(tx))


def owners(settings: Settings, *, recorded: int | None) -> Finding:
    if settings.owner_ids:
        return well("owners", f"{len(settings.owner_ids)} by KEFU_OWNER_IDS")
    if recorded:
        return well("owners", f"{recorded} in the record")
    if settings.bot_token is None:
        return aside("owners", "the playground brings its own")
    return ill("owners", "nobody owns the desk; put your Telegram id into KEFU_OWNER_IDS (@userinfobot tells it)")


def disk(settings: Settings) -> Finding:
    path = sqlite_file(settings)
    free_mb = shutil.disk_usage(path.parent if path else Path.cwd()).free // 1_000_000
    if free_mb < LEAST_FREE_MB:
        return ill("disk", f"only {free_mb} MB are free; make room, or nothing more can be kept")
    return well("disk", f"{free_mb / 1000:.1f} GB are free")


def faq(settings: Settings) -> Finding:
    try:
        read = load_faq(settings.faq_dir)
    except FaqFileError as error:
        more = f" (and {len(error.problems) - 1} more; see `python main.py faq check`)" if error.problems[1:] else ""
        return ill("FAQ", f"{error.problems[0]}{more}")
    except OSError as error:
        return ill("FAQ", f"{settings.faq_dir} cannot be read: {error.strerror}")
    return well("FAQ", f"{len(read.entries)} entries in {settings.faq_dir}")


async def telegram(settings: Settings) -> AsyncIterator[Finding]:
    """Whether the Bot API answers, knows the token, and delivers as the settings say."""
    if settings.bot_token is None:
        yield aside("Telegram", "KEFU_BOT_TOKEN is not set, so Kefu runs as a playground; @BotFather gives a token")
        return
    sender = Sender(settings.bot_token.get_secret_value(), settings.api_root)
    try:
        me = await sender.call("getMe", {}, timeout_s=PATIENCE_S)
        if me.is_ok:
            yield well("Telegram", f"the bot is @{me.result.get('username')}")
            info = await sender.call("getWebhookInfo", {}, timeout_s=PATIENCE_S)
            yield delivery(settings, info.result if info.is_ok else {})
        elif me.error_code in (401, 404):
            yield ill("Telegram", "it does not know this token; take it from @BotFather and set KEFU_BOT_TOKEN")
        elif me.error_code == 0:
            yield ill("Telegram", f"{settings.api_root} cannot be reached; see the network, or KEFU_API_ROOT")
        else:
            yield ill("Telegram", f"{settings.api_root} answers with error {me.error_code}: {me.description}")
    finally:
        await sender.close()


def delivery(settings: Settings, info: dict[str, Any]) -> Finding:
    """What Telegram says of the webhook, beside what the settings say."""
    set_url, pending = info.get("url") or "", info.get("pending_update_count", 0)
    waiting = f"; {pending} updates wait to be delivered" if pending else ""
    if settings.webhook_url is None:
        if set_url:
            return aside("delivery", f"a webhook is set; it is taken away at the next start, for polling{waiting}")
        return well("delivery", f"by long polling{waiting}")
    if set_url != settings.webhook_url:
        return aside("delivery", f"the webhook is not set yet; the next start does that{waiting}")
    if pending >= MANY_PENDING and info.get("last_error_message"):
        return ill("delivery", f"Telegram cannot deliver: {info['last_error_message']}{waiting}; see KEFU_WEBHOOK_URL")
    if info.get("last_error_message"):
        return aside("delivery", f"by webhook; the last failure was: {info['last_error_message']}{waiting}")
    return well("delivery", f"by webhook{waiting}")


async def redis(settings: Settings) -> Finding:
    if settings.redis_url is None:
        return aside("Redis", "not used; it is for several machines")
    from redis.asyncio import Redis  # noqa: PLC0415 - comes with an extra
    from redis.exceptions import RedisError  # noqa: PLC0415 - as above

    client = Redis.from_url(settings.redis_url, socket_connect_timeout=PATIENCE_S, socket_timeout=PATIENCE_S)
    try:
        await client.ping()
    except (RedisError, OSError) as error:
        return ill("Redis", f"it does not answer: {first_line(error)}; see KEFU_REDIS_URL")
    finally:
        await client.aclose()
    return well("Redis", "it answers")


def model(settings: Settings) -> Finding:
    if settings.encoder == "lexical":
        return aside("model", "none; questions are matched by their words (KEFU_ENCODER=lexical)")
    try:
        encoder = open_encoder(settings.encoder, settings.model)
        encoder.encode(["hello"])
    except ModelUnusable as error:
        return ill("model", f"{error}; see KEFU_MODEL")
    return well("model", f"{settings.model} can be loaded")


def font() -> Finding:
    try:
        path = font_path()
    except (OSError, ImportError) as error:
        return ill("font", f"pictures have no Chinese letters: {first_line(error)}; install zhplot")
    if not path.is_file():
        return ill("font", "pictures have no Chinese letters: zhplot's font file is gone; install zhplot anew")
    return well("font", "pictures have Latin and Chinese letters")


def sqlite_file(settings: Settings) -> Path | None:
    """The file of an SQLite database, None for a server."""
    if not settings.database_url.startswith("sqlite"):
        return None
    return Path(settings.database_url.partition(":///")[2].partition("?")[0])


def first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]

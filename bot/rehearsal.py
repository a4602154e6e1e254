"""The playground's run: a local Telegram with demo people, and the unmodified bot against it. Called by the cli.

What it keeps lies in two files of its own, so that a real shop's record is never touched; both survive a kill.
"""

from collections.abc import Callable
from pathlib import Path

from pydantic import SecretStr

from bot import app, migrating
from bot.clock import utc_now
from bot.database import Database
from bot.desk import demo
from bot.desk.demo import DEMO_GROUP, DEMO_PEOPLE
from bot.desk.faq_files import load_at_start
from bot.playground.server import Playground
from bot.settings import Settings

RECORD = Path("kefu-playground.db")
CHATS = Path("kefu-playground-chats.db")
"""The local Telegram's own memory: its chats, and what the bot has not fetched yet."""


async def run(settings: Settings, say: Callable[[str], None]) -> None:
    """Run both until SIGTERM or SIGINT; ``say`` is told the address once the bot is ready."""
    play = Playground(state=CHATS)
    is_new = not play.people()
    if is_new:
        set_the_stage(play)
    await play.start(settings.playground_host, settings.playground_port)
    try:
        rehearsing = settings_for(settings, play)
        await prepare(rehearsing, is_new=is_new)
        await app.run(rehearsing, lambda: say(f"Kefu's playground is open: {play.url}/  (Ctrl-C ends it)"))
    finally:
        await play.stop()


def set_the_stage(play: Playground) -> None:
    """Bring in the demo's people and their group, as if they had used Telegram for a while."""
    group = play.group(DEMO_GROUP.title, forum=True, id=DEMO_GROUP.chat_id)
    for someone in DEMO_PEOPLE:
        person = play.person(
            someone.first_name,
            last_name=someone.last_name,
            username=someone.username,
            language_code=someone.language_code,
            id=someone.telegram_id,
        )
        if someone.role is not None:
            group.add(person, admin=True)
        person.account.started = True
        play.world.save_account(person.account)
    play.add_bot(group, admin=True)
    play.world.updates.drop_all()


def settings_for(settings: Settings, play: Playground) -> Settings:
    """Return the settings of a bot that lives in the playground; what was set by hand stays."""
    owners = tuple(each.telegram_id for each in DEMO_PEOPLE if each.role is demo.Role.OWNER)
    changes: dict[str, object] = {"bot_token": SecretStr(play.token), "api_root": play.url, "webhook_url": None}
    if "database_url" not in settings.model_fields_set:
        changes["database_url"] = f"sqlite+aiosqlite:///{RECORD}"
    return settings.model_copy(update=changes | {"owner_ids": settings.owner_ids or owners})


async def prepare(settings: Settings, *, is_new: bool) -> None:
    """Migrate the record and put the demo into an empty one."""
    database = Database(settings.database_url)
    try:
        await migrating.upgrade(database)
        await load_at_start(database, settings.faq_dir, utc_now())  # the demo's bot answers from it
        async with database.begin() as tx:
            is_seeded = await demo.seed(tx, utc_now())
        if is_seeded and is_new:
            async with database.begin() as tx:
                await demo.announce_open(tx, utc_now())
    finally:
        await database.dispose()

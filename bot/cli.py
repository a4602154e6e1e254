"""The command line: ``python main.py`` and what it can be told. Called by ``main.py`` and as ``kefu``.

Heavy parts are imported inside the commands that need them, so that help and refusals come at once.
"""

# ruff: noqa: PLC0415 - the reason is the line above

import asyncio
from collections.abc import Callable, Coroutine
from importlib.util import find_spec
from typing import Any

import typer

from bot import faq_cli, logs
from bot.lean_aiogram import import_aiogram
from bot.plainly import FOUND, MISUSED, give_up, plainly
from bot.settings import Settings, load_settings, unknown_variables

app = typer.Typer(
    name="kefu",
    help="Kefu: a customer-service desk that lives in Telegram. Without a command it runs: on Telegram when "
    "KEFU_BOT_TOKEN is set, else as a playground on this machine.",
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(faq_cli.app, name="faq")


def main() -> None:
    """Run the command that was typed."""
    app(prog_name="kefu")


@app.callback(invoke_without_command=True)
def without_command(context: typer.Context) -> None:
    if context.invoked_subcommand is not None:
        return
    with plainly():
        settings = _settings()
        if settings.bot_token is None:
            _run(_playground(settings), is_quiet=True)
        else:
            _run(_bot(settings))


@app.command()
def run() -> None:
    """Run the bot on Telegram until it is stopped."""
    with plainly():
        settings = _settings()
        if settings.bot_token is None:
            raise give_up(
                MISUSED,
                "KEFU_BOT_TOKEN: there is no bot token; @BotFather in Telegram gives one.",
                "To try Kefu without one: python main.py playground",
            )
        _run(_bot(settings))


@app.command()
def playground() -> None:
    """Try everything in the browser, without Telegram: customers on one side, the desk on the other."""
    with plainly():
        settings = _settings()
        if settings.bot_token is not None:
            raise give_up(
                MISUSED,
                "KEFU_BOT_TOKEN is set, so this is a real shop, and the playground would put demo customers into it.",
                "Start the playground in a folder of its own, without the token.",
            )
        _run(_playground(settings), is_quiet=True)


@app.command()
def migrate() -> None:
    """Bring the database to the shape that this version needs; safe to repeat."""
    with plainly():
        asyncio.run(_migrate(_settings()))


@app.command()
def seed() -> None:
    """Fill an empty database with a demo: customers, agents and tickets in every state."""
    with plainly():
        asyncio.run(_seed(_settings()))


@app.command()
def doctor() -> None:
    """Look at everything Kefu needs and say in words what is wrong; exit code 1 when something is."""
    from bot.doctor import examine

    with plainly():
        is_well = asyncio.run(examine(typer.echo))
    raise typer.Exit(0 if is_well else FOUND)


def _settings() -> Settings:
    settings = load_settings()
    for line in unknown_variables():
        typer.echo(f"Note: {line}", err=True)
    return settings


def _run(work: Coroutine[Any, Any, None], *, is_quiet: bool = False) -> None:
    """Run for long: with a log (the playground's says what goes wrong only), and on uvloop where it is installed."""
    logs.configure(is_quiet=is_quiet)
    new_loop: Callable[[], asyncio.AbstractEventLoop] | None = None
    if find_spec("uvloop") is not None:
        import uvloop

        new_loop = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(work)


async def _bot(settings: Settings) -> None:
    import_aiogram()
    from bot.app import run as run_bot

    await run_bot(settings)


async def _playground(settings: Settings) -> None:
    import_aiogram()
    from bot import rehearsal

    await rehearsal.run(settings, typer.echo)


async def _migrate(settings: Settings) -> None:
    from bot import migrating
    from bot.database import Database

    database = Database(settings.database_url)
    try:
        before = await migrating.revision_of(database)
        await migrating.upgrade(database)
    finally:
        await database.dispose()
    is_new = before != migrating.head()
    typer.echo(f"The database is at revision {migrating.head()}{'' if is_new else ', as it was'}.")


async def _seed(settings: Settings) -> None:
    from bot import migrating
    from bot.clock import utc_now
    from bot.database import Database
    from bot.desk import demo
    from bot.desk.faq_files import load_at_start

    database = Database(settings.database_url)
    try:
        await migrating.upgrade(database)
        await load_at_start(database, settings.faq_dir, utc_now())
        async with database.begin() as tx:
            is_seeded = await demo.seed(tx, utc_now())
    finally:
        await database.dispose()
    typer.echo("The demo is in the database." if is_seeded else "There are customers already, so nothing was added.")

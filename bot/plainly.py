"""Expected problems of a command in plain words and an exit code instead of a traceback. Used by the command line.

0: fine. 1: it could not be done, or something was found. 2: wrong usage or settings.
"""

import errno
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import typer

from bot.errors import KefuError
from bot.nlp.faq import FaqFileError
from bot.settings import SettingsInvalid

FOUND = 1
MISUSED = 2


def give_up(code: int, *lines: str) -> typer.Exit:
    """Print the lines for whoever typed the command; raise what this returns."""
    for line in lines:
        typer.echo(line, err=True)
    return typer.Exit(code)


@contextmanager
def plainly() -> Iterator[None]:
    """Word the problems that a command may expect, and end it with their exit code."""
    try:
        yield
    except SettingsInvalid as error:
        raise give_up(MISUSED, "Kefu cannot start with these settings:", *_listed(error.problems)) from None
    except KefuError as error:
        raise give_up(FOUND, _worded(error)) from None
    except BrokenPipeError:
        raise  # whoever read the output has enough: click ends quietly
    except OSError as error:
        raise give_up(FOUND, _system(error)) from None
    except FaqFileError as error:
        raise give_up(FOUND, "These files have problems:", *_listed(error.problems)) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    except Exception as error:
        if not _is_refusal(error):
            raise
        raise give_up(FOUND, f"The database refuses: {_first_line(error)}. See KEFU_DATABASE_URL.") from None


def _is_refusal(error: Exception) -> bool:
    """Whether a driver will not have us: a wrong password, no such database, a file that is none. By names, for asyncpg
    is an extra and SQLAlchemy is heavy; what is wrong with our statements are other errors."""
    module, name = type(error).__module__, type(error).__name__
    return module.startswith("asyncpg") or (module, name) == ("sqlalchemy.exc", "DatabaseError")


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _listed(problems: Iterable[object]) -> list[str]:
    return [f"  {problem}" for problem in problems]


def _worded(error: KefuError) -> str:
    name, said = type(error).__name__, str(error).strip()
    return _WORDS[name].format(said=said) if name in _WORDS else f"{said or name}."


_WORDS = {
    "DatabaseNewerThanCode": "This database was made by a newer Kefu ({said}). Update Kefu, or name another "
    "database in KEFU_DATABASE_URL. Nothing was changed.",
    "DatabaseUnavailable": "The database cannot be reached: {said}. See KEFU_DATABASE_URL; `python main.py doctor` "
    "looks closer.",
    "TokenRefused": "Telegram does not know this bot token ({said}). Take the token from @BotFather and put it into "
    "KEFU_BOT_TOKEN.",
}
"""By the names of the errors: their modules are heavy and are loaded by the commands that need them."""


def _system(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"The port is taken: {error.strerror}. Another Kefu may be running; stop it, or choose another with "
            "KEFU_PLAYGROUND_PORT (playground) or KEFU_WEBHOOK_PORT (webhook)."
        )
    where = f" {error.filename}" if error.filename else ""
    return f"The system refused{where}: {error.strerror or error}."

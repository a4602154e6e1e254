"""Settings from ``KEFU_*`` environment variables or ``.env``, each checked at start in words a shopkeeper understands.

:func:`load_settings` is what the command line calls; everything else is handed the :class:`Settings` it returns.
"""

import os
import re
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.addresses import TELEGRAM, TELEGRAM_PORTS, database_url, is_loopback, web_parts
from bot.errors import KefuError

ENV_FILE = Path(".env")
_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]{10,}")
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_CITIES = {
    "beijing": "Asia/Shanghai",
    "shenzhen": "Asia/Shanghai",
    "guangzhou": "Asia/Shanghai",
    "北京": "Asia/Shanghai",
}


class SettingsInvalid(KefuError):
    """Some settings cannot be used; ``problems`` has a line for each, naming the variable and what to write."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def _bundled_faq() -> Path:
    """``faq`` here, or the one beside the code when Kefu is started from elsewhere."""
    beside = Path(__file__).resolve().parent.parent / "faq"
    return Path("faq") if Path("faq").is_dir() or not beside.is_dir() else beside


class Settings(BaseSettings):
    """Everything a shopkeeper can set; see ``.env.example`` for each in words."""

    model_config = SettingsConfigDict(
        env_prefix="KEFU_", env_file=ENV_FILE, env_ignore_empty=True, extra="ignore", hide_input_in_errors=True
    )

    bot_token: SecretStr | None = None
    api_root: str = TELEGRAM
    database_url: str = Field(default="sqlite+aiosqlite:///kefu.db", repr=False)  # may hold a password
    owner_ids: Annotated[tuple[int, ...], NoDecode] = ()
    faq_dir: Path = Field(default_factory=_bundled_faq)
    timezone: str = "UTC"
    language: Literal["en", "zh"] = "en"
    webhook_url: str | None = None
    webhook_secret: SecretStr | None = None
    webhook_host: str = "127.0.0.1"
    webhook_port: int = Field(default=8080, ge=0, le=65535)
    redis_url: str | None = Field(default=None, repr=False)
    encoder: Literal["lexical", "sentence"] = "lexical"
    model: str | None = None
    promise: float = Field(default=0.95, gt=0.5, lt=1)
    reopen_days: int = Field(default=7, ge=0)
    sends_per_second: float = Field(default=30, gt=0)
    sends_per_second_chat: float = Field(default=1, gt=0)
    sends_per_minute_group: float = Field(default=20, gt=0)
    playground_host: str = "127.0.0.1"
    playground_port: int = Field(default=8765, ge=0, le=65535)  # 0: any free one

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @field_validator("bot_token")
    @classmethod
    def _token(cls, token: SecretStr | None) -> SecretStr | None:
        if token is None or _TOKEN.fullmatch(token.get_secret_value()):
            return token
        raise ValueError("this is not a bot token; @BotFather gives one like 123456789:AAE… (digits, a colon, letters)")

    @field_validator("api_root")
    @classmethod
    def _api_root(cls, address: str) -> str:
        parts = web_parts(address)
        if parts is None or parts.scheme not in ("http", "https"):
            raise ValueError(f"write the address of a Bot API server, like {TELEGRAM} or http://127.0.0.1:8081")
        return address.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _database(cls, url: str) -> str:
        return database_url(url)

    @field_validator("owner_ids", mode="before")
    @classmethod
    def _owners(cls, given: Any) -> Any:
        if not isinstance(given, str):
            return given
        words = [word for word in re.split(r"[\s,;，；]+", given) if word]
        for word in words:
            if not word.isascii() or not word.isdigit() or int(word) == 0:
                raise ValueError(
                    f"“{word}” is not a person's Telegram id; ids are numbers, like 123456789,987654321 "
                    "(write to @userinfobot in Telegram to see your own)"
                )
        return tuple(dict.fromkeys(map(int, words)))

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if name in available_timezones():
            return name
        near = _near_zone(name)
        hint = f"did you mean {near}?" if near else "write one like Asia/Singapore, Europe/Berlin or UTC"
        raise ValueError(f"there is no time zone “{name}”; {hint}")

    @field_validator("language", mode="before")
    @classmethod
    def _plain_language(cls, code: Any) -> Any:
        return re.split("[-_]", code.strip().lower())[0] if isinstance(code, str) else code

    @field_validator("webhook_url")
    @classmethod
    def _webhook(cls, url: str | None, info: ValidationInfo) -> str | None:
        if url is None:
            return None
        parts = web_parts(url)
        if parts is None or parts.scheme not in ("http", "https"):
            raise ValueError("write the public address of this bot, like https://bot.example.com/telegram")
        if is_loopback(parts.hostname or ""):
            return url
        if parts.scheme != "https":
            raise ValueError("Telegram delivers over https only: write https://… (http is for this machine alone)")
        if info.data.get("api_root") == TELEGRAM and (parts.port or 443) not in TELEGRAM_PORTS:
            raise ValueError("Telegram delivers to the ports 443, 80, 88 and 8443 only")
        return url

    @field_validator("webhook_secret")
    @classmethod
    def _secret(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is None or _WEBHOOK_SECRET.fullmatch(secret.get_secret_value()):
            return secret
        raise ValueError("write 1 to 256 letters, digits, _ or - (Telegram allows no others)")

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, url: str | None) -> str | None:
        if url is None or url.partition("://")[0] in ("redis", "rediss", "unix"):
            return url
        raise ValueError("write redis://host:6379/0 (rediss:// for an encrypted connection)")

    @field_validator("promise", mode="before")
    @classmethod
    def _percent(cls, given: Any) -> Any:
        if isinstance(given, str) and given.strip().endswith("%"):
            return f"{float(given.strip()[:-1]) / 100}" if given.strip()[:-1].strip().isdigit() else given
        return given

    @field_validator("playground_host")
    @classmethod
    def _own_machine(cls, host: str) -> str:
        if is_loopback(host):
            return host
        raise ValueError("the playground serves this machine only: write 127.0.0.1 or localhost")

    @model_validator(mode="after")
    def _encoder_has_its_model(self) -> "Settings":
        if self.encoder == "sentence" and not self.model:
            raise ValueError(
                "KEFU_MODEL: KEFU_ENCODER=sentence needs a model: a folder, or a sentence-transformers name"
            )
        if self.encoder == "lexical" and self.model:
            raise ValueError("KEFU_ENCODER: KEFU_MODEL is set but not used; write KEFU_ENCODER=sentence, or remove it")
        return self


def load_settings() -> Settings:
    """Read and check the settings; raises :class:`SettingsInvalid` with a line for every problem."""
    try:
        settings = Settings()
    except ValidationError as error:
        raise SettingsInvalid([_worded(problem) for problem in error.errors(include_input=False)]) from None
    except UnicodeDecodeError:
        raise SettingsInvalid([f"{ENV_FILE}: this is not UTF-8 text; save the file as UTF-8"]) from None
    except OSError as error:
        raise SettingsInvalid([f"{ENV_FILE}: the file cannot be read: {error.strerror}"]) from None
    missing = _missing(settings)
    if missing:
        raise SettingsInvalid(missing)
    return settings


def unknown_variables() -> list[str]:
    """Return a line for every ``KEFU_…`` variable that means nothing to us, for it may be mistyped."""
    known = [f"KEFU_{name.upper()}" for name in Settings.model_fields]
    given = {name for name in (*os.environ, *dotenv_values(ENV_FILE)) if name.upper().startswith("KEFU_")}
    lines = []
    for name in sorted(given):
        if name.upper() not in known:
            near = get_close_matches(name.upper(), known, n=1, cutoff=0.75)
            lines.append(f"{name}: there is no such setting" + (f"; did you mean {near[0]}?" if near else ""))
    return lines


def _missing(settings: Settings) -> list[str]:
    """What the settings name and the machine does not have."""
    problems = []
    if not settings.faq_dir.is_dir():
        problems.append(f"KEFU_FAQ_DIR: there is no folder {settings.faq_dir}; write where the FAQ's .yaml files are")
    if settings.database_url.startswith("sqlite"):
        folder = Path(settings.database_url.partition(":///")[2].partition("?")[0]).parent
        if not folder.is_dir():
            problems.append(f"KEFU_DATABASE_URL: there is no folder {folder} to keep the file in; make it first")
    elif find_spec("asyncpg") is None:
        problems.append(_install("KEFU_DATABASE_URL: PostgreSQL needs asyncpg", "postgres"))
    if settings.redis_url and find_spec("redis") is None:
        problems.append(_install("KEFU_REDIS_URL: Redis needs its client", "redis"))
    if settings.encoder == "sentence" and find_spec("sentence_transformers") is None:
        problems.append(_install("KEFU_ENCODER: sentence needs sentence-transformers", "semantic"))
    if settings.model and settings.model.startswith((".", "/", "~")) and not Path(settings.model).expanduser().is_dir():
        problems.append(f"KEFU_MODEL: there is no folder {settings.model}")
    return problems


def _install(need: str, extra: str) -> str:
    return f"{need}; install it with: pip install -c constraints.txt -e '.[{extra}]'"


_REASONS = {
    "int_parsing": "write a whole number",
    "float_parsing": "write a number",
    "greater_than": "write a number over {gt:g}",
    "greater_than_equal": "write {ge:g} or more",
    "less_than": "write a number under {lt:g}",
    "less_than_equal": "write {le:g} or less",
    "literal_error": "write {expected}",
}
"""Pydantic's kinds of error in plain words."""


def _worded(problem: Any) -> str:
    """One line for a problem that pydantic found; the value itself is not repeated, it may be a secret."""
    context = problem.get("ctx", {})
    if problem["type"] == "value_error":
        reason = str(context["error"])
    else:
        reason = _REASONS[problem["type"]].format(**context) if problem["type"] in _REASONS else problem["msg"]
    return f"KEFU_{str(problem['loc'][0]).upper()}: {reason}" if problem["loc"] else reason


def _near_zone(name: str) -> str | None:
    wanted = name.strip().lower().replace(" ", "_")
    if wanted in _CITIES:
        return _CITIES[wanted]
    zones = {zone.lower(): zone for zone in sorted(available_timezones())}
    cities = {zone.rpartition("/")[2]: full for zone, full in zones.items()}
    near = zones.get(wanted) or cities.get(wanted)
    if near:
        return near
    close = get_close_matches(wanted, [*zones, *cities], n=1, cutoff=0.8)
    return (zones.get(close[0]) or cities[close[0]]) if close else None

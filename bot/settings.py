"""Settings from ``KEFU_*`` environment variables or ``.env``, each checked at start."""

from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class Settings(BaseSettings):
    """Everything a shopkeeper can set; see ``.env.example`` for each in words."""

    model_config = SettingsConfigDict(env_prefix="KEFU_", env_file=".env", extra="ignore", hide_input_in_errors=True)

    bot_token: SecretStr | None = None
    api_root: str = "https://api.telegram.org"
    database_url: str = "sqlite+aiosqlite:///kefu.db"
    owner_ids: Annotated[tuple[int, ...], NoDecode] = ()
    faq_dir: Path = Path("faq")
    timezone: str = "UTC"
    language: Literal["en", "zh"] = "en"
    webhook_url: str | None = None
    webhook_secret: SecretStr | None = None
    webhook_host: str = "127.0.0.1"
    webhook_port: int = 8080
    redis_url: str | None = None
    encoder: Literal["lexical", "sentence"] = "lexical"
    model: str | None = None
    promise: float = Field(default=0.95, gt=0.5, lt=1)
    reopen_days: int = Field(default=7, ge=0)
    sends_per_second: float = Field(default=30, gt=0)
    sends_per_second_chat: float = Field(default=1, gt=0)
    sends_per_minute_group: float = Field(default=20, gt=0)
    playground_host: str = "127.0.0.1"
    playground_port: int = 8765

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

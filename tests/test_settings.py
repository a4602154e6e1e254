import re
from pathlib import Path

import pytest

from bot.settings import Settings, SettingsInvalid, load_settings, unknown_variables

TOKEN = "123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc"


@pytest.fixture(autouse=True)
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty shop: a folder with an FAQ folder and nothing set."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"KEFU_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "faq").mkdir()
    return tmp_path


def problems() -> list[str]:
    with pytest.raises(SettingsInvalid) as caught:
        load_settings()
    return caught.value.problems


def test_nothing_has_to_be_set() -> None:
    settings = load_settings()
    assert settings.bot_token is None
    assert settings.database_url == "sqlite+aiosqlite:///kefu.db"
    assert settings.owner_ids == ()
    assert settings.faq_dir == Path("faq")


def test_what_is_set_to_nothing_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEFU_BOT_TOKEN", "")
    monkeypatch.setenv("KEFU_WEBHOOK_URL", "")
    settings = load_settings()
    assert (settings.bot_token, settings.webhook_url) == (None, None)


def test_a_file_named_env_is_read_and_the_environment_goes_before_it(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shop / ".env").write_text(f"KEFU_BOT_TOKEN={TOKEN}\nKEFU_TIMEZONE=Asia/Singapore\n")
    monkeypatch.setenv("KEFU_TIMEZONE", "Europe/Berlin")
    settings = load_settings()
    assert settings.bot_token is not None
    assert settings.bot_token.get_secret_value() == TOKEN
    assert settings.zone.key == "Europe/Berlin"


def test_an_env_file_that_is_not_text_is_refused_by_name(shop: Path) -> None:
    (shop / ".env").write_bytes(b"KEFU_LANGUAGE=\xff\xfe")
    assert problems() == [".env: this is not UTF-8 text; save the file as UTF-8"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("sqlite:///shop.db", "sqlite+aiosqlite:///shop.db"),
        ("sqlite+aiosqlite:///shop.db", "sqlite+aiosqlite:///shop.db"),
        ("postgres://kefu:s%40p@db/shop", "postgresql+asyncpg://kefu:s%40p@db/shop"),
        (
            "postgresql://db:5433/shop?sslmode=require&channel_binding=require",
            "postgresql+asyncpg://db:5433/shop?ssl=require",
        ),
        ("postgresql://kefu@/shop?host=/run/pg", "postgresql+asyncpg://kefu@/shop?host=%2Frun%2Fpg"),
    ],
)
def test_a_database_is_named_in_the_usual_ways(given: str, kept: str) -> None:
    assert Settings(database_url=given).database_url == kept


@pytest.mark.parametrize(
    ("given", "ids"), [("123,456", (123, 456)), (" 123 ; 456 123", (123, 456)), ("7", (7,)), ("1，2", (1, 2))]
)
def test_owners_are_listed_in_any_common_way(monkeypatch: pytest.MonkeyPatch, given: str, ids: tuple[int, ...]) -> None:
    monkeypatch.setenv("KEFU_OWNER_IDS", given)
    assert load_settings().owner_ids == ids


@pytest.mark.parametrize(
    ("given", "language"), [("en", "en"), ("zh", "zh"), ("zh-CN", "zh"), ("zh_Hans", "zh"), ("EN", "en")]
)
def test_a_language_may_carry_its_country(given: str, language: str) -> None:
    assert Settings.model_validate({"language": given}).language == language


def test_a_promise_may_be_written_in_percent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEFU_PROMISE", "90 %")
    assert load_settings().promise == 0.9


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("BOT_TOKEN", "mytoken", "this is not a bot token; @BotFather gives one like 123456789:AAE…"),
        ("API_ROOT", "telegram", "write the address of a Bot API server, like https://api.telegram.org"),
        ("DATABASE_URL", "mysql://shop", "write sqlite:///kefu.db for a file, or postgresql://user:password@host/name"),
        ("DATABASE_URL", "sqlite://", "name a file, with three slashes: sqlite:///kefu.db"),
        ("DATABASE_URL", "sqlite:///:memory:", "name a file, with three slashes: sqlite:///kefu.db"),
        ("DATABASE_URL", "postgresql://db", "write postgresql://user:password@host/name"),
        ("DATABASE_URL", "postgresql://db:port/shop", "write postgresql://user:password@host/name"),
        ("DATABASE_URL", "sqlite:///nowhere/kefu.db", "there is no folder nowhere to keep the file in"),
        ("OWNER_IDS", "123, @olivia", "“@olivia” is not a person's Telegram id; ids are numbers"),
        ("OWNER_IDS", "-100123", "“-100123” is not a person's Telegram id"),
        ("FAQ_DIR", "questions", "there is no folder questions; write where the FAQ's .yaml files are"),
        ("TIMEZONE", "Shanghai", "there is no time zone “Shanghai”; did you mean Asia/Shanghai?"),
        ("TIMEZONE", "Beijing", "there is no time zone “Beijing”; did you mean Asia/Shanghai?"),
        ("TIMEZONE", "asia/singapoor", "there is no time zone “asia/singapoor”; did you mean Asia/Singapore?"),
        ("TIMEZONE", "at home", "there is no time zone “at home”; write one like Asia/Singapore"),
        ("LANGUAGE", "fr", "write 'en' or 'zh'"),
        ("WEBHOOK_URL", "bot.example.com", "write the public address of this bot, like https://"),
        ("WEBHOOK_URL", "http://bot.example.com/in", "Telegram delivers over https only"),
        ("WEBHOOK_URL", "https://bot.example.com:8080/in", "Telegram delivers to the ports 443, 80, 88 and 8443 only"),
        ("WEBHOOK_SECRET", "with blanks", "write 1 to 256 letters, digits, _ or -"),
        ("WEBHOOK_PORT", "http", "write a whole number"),
        ("WEBHOOK_PORT", "99999", "write 65535 or less"),
        ("REDIS_URL", "localhost:6379", "write redis://host:6379/0"),
        ("ENCODER", "magic", "write 'lexical' or 'sentence'"),
        ("PROMISE", "2", "write a number under 1"),
        ("PROMISE", "sure", "write a number"),
        ("REOPEN_DAYS", "-1", "write 0 or more"),
        ("SENDS_PER_SECOND", "0", "write a number over 0"),
        ("PLAYGROUND_HOST", "192.168.1.5", "the playground serves this machine only"),
    ],
)
def test_a_bad_setting_is_named_with_what_to_write(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(f"KEFU_{name}", value)
    (line,) = problems()
    assert line.startswith(f"KEFU_{name}: {words}")


def test_every_problem_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEFU_LANGUAGE", "fr")
    monkeypatch.setenv("KEFU_WEBHOOK_PORT", "x")
    assert [line.partition(":")[0] for line in problems()] == ["KEFU_LANGUAGE", "KEFU_WEBHOOK_PORT"]


def test_an_encoder_and_its_model_go_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEFU_ENCODER", "sentence")
    assert problems() == ["KEFU_MODEL: KEFU_ENCODER=sentence needs a model: a folder, or a sentence-transformers name"]
    monkeypatch.setenv("KEFU_ENCODER", "lexical")
    monkeypatch.setenv("KEFU_MODEL", "./model")
    assert problems() == ["KEFU_ENCODER: KEFU_MODEL is set but not used; write KEFU_ENCODER=sentence, or remove it"]


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/in", "http://localhost/in", "https://bot.example.com/in"])
def test_a_webhook_is_https_or_on_this_machine(url: str) -> None:
    assert Settings(webhook_url=url).webhook_url == url


def test_secrets_are_not_shown_in_the_settings_or_in_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings.model_validate(
        {"bot_token": TOKEN, "database_url": "postgres://u:hush@db/shop", "redis_url": "redis://:hush@host"}
    )
    assert TOKEN not in repr(settings)
    assert "hush" not in repr(settings)
    monkeypatch.setenv("KEFU_BOT_TOKEN", f"x{TOKEN}")
    monkeypatch.setenv("KEFU_DATABASE_URL", "mysql://u:hush@db/shop")
    assert not [line for line in problems() if TOKEN in line or "hush" in line]


def test_the_example_names_every_setting_and_can_be_used_as_it_is(shop: Path) -> None:
    example = (Path(__file__).parents[1] / ".env.example").read_text()
    named = set(re.findall(r"^#(KEFU_\w+)=", example, re.MULTILINE))
    assert named == {f"KEFU_{name.upper()}" for name in Settings.model_fields}
    (shop / ".env").write_text(example)
    assert load_settings() == Settings(_env_file=None)


def test_a_mistyped_name_is_noticed(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (shop / ".env").write_text("KEFU_TIMEZON=UTC\n")
    monkeypatch.setenv("KEFU_COLOUR", "blue")
    assert unknown_variables() == [
        "KEFU_COLOUR: there is no such setting",
        "KEFU_TIMEZON: there is no such setting; did you mean KEFU_TIMEZONE?",
    ]

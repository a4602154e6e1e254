"""Time words of reminders, in both languages, against moments worked out by hand."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.duewords import (
    DueTimePast,
    DueTimeRefused,
    DueTimeTooFar,
    DueTimeUnreadable,
    read_due,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)  # a Monday, 17:30 in Shanghai


@pytest.mark.parametrize(
    ("words", "length"),
    [
        ("10m", {"minutes": 10}),
        ("90 minutes", {"minutes": 90}),
        ("2h", {"hours": 2}),
        ("2 h", {"hours": 2}),
        ("2 Hours", {"hours": 2}),
        ("1.5h", {"minutes": 90}),
        ("1h30m", {"minutes": 90}),
        ("1h 30m", {"minutes": 90}),
        ("in 1 hour 30 minutes", {"minutes": 90}),
        ("an hour", {"hours": 1}),
        ("in half an hour", {"minutes": 30}),
        ("1d", {"days": 1}),
        ("3 days", {"days": 3}),
        ("2w", {"weeks": 2}),
        ("1d12h", {"hours": 36}),
        ("2小时", {"hours": 2}),
        ("2小时后", {"hours": 2}),
        ("2 个小时 之后", {"hours": 2}),
        ("两个半小时", {"minutes": 150}),
        ("半小时", {"minutes": 30}),
        ("半个小时", {"minutes": 30}),
        ("30分钟", {"minutes": 30}),
        ("1小时30分", {"minutes": 90}),
        ("１天", {"days": 1}),
        ("三天后", {"days": 3}),
        ("一周", {"weeks": 1}),
        ("2个星期", {"weeks": 2}),
    ],
)
def test_lengths_count_from_now(words: str, length: dict[str, float]) -> None:
    assert read_due(words, NOW, SHANGHAI) == (NOW + timedelta(**length), "")


@pytest.mark.parametrize(
    ("words", "local"),
    [
        ("10:00", "2026-03-03 10:00"),  # past today
        ("17:30", "2026-03-03 17:30"),  # this very minute
        ("17:31", "2026-03-02 17:31"),
        ("at 6:05pm", "2026-03-02 18:05"),
        ("5pm", "2026-03-03 17:00"),
        ("12am", "2026-03-03 00:00"),
        ("12 pm", "2026-03-03 12:00"),
        ("today 18:00", "2026-03-02 18:00"),
        ("tomorrow 10:00", "2026-03-03 10:00"),
        ("Tomorrow, at 10:00", "2026-03-03 10:00"),
        ("tomorrow", "2026-03-03 09:00"),
        ("tomorrow afternoon", "2026-03-03 14:00"),
        ("tomorrow afternoon 3:15", "2026-03-03 15:15"),
        ("day after tomorrow 8:00", "2026-03-04 08:00"),
        ("friday 10:00", "2026-03-06 10:00"),
        ("on Sun 10am", "2026-03-08 10:00"),
        ("monday", "2026-03-09 09:00"),
        ("2026-04-01 08:15", "2026-04-01 08:15"),
        ("2026/4/1", "2026-04-01 09:00"),
        ("明天10:00", "2026-03-03 10:00"),
        ("明天 10：00", "2026-03-03 10:00"),
        ("明天上午10点", "2026-03-03 10:00"),
        ("明天下午3点半", "2026-03-03 15:30"),
        ("明天下午", "2026-03-03 14:00"),
        ("后天", "2026-03-04 09:00"),
        ("今天晚上8点15分", "2026-03-02 20:15"),
        ("今晚8点", "2026-03-02 20:00"),
        ("明早9点", "2026-03-03 09:00"),
        ("中午12点", "2026-03-03 12:00"),
        ("下午十二点", "2026-03-03 12:00"),
        ("晚上十一点", "2026-03-02 23:00"),
        ("10点钟", "2026-03-03 10:00"),
        ("周五", "2026-03-06 09:00"),
        ("星期天20:00", "2026-03-08 20:00"),
    ],
)
def test_days_and_clocks_are_those_of_the_readers_zone(words: str, local: str) -> None:
    due_at = datetime.fromisoformat(local).replace(tzinfo=SHANGHAI)
    assert read_due(words, NOW, SHANGHAI) == (due_at, "")


@pytest.mark.parametrize(
    ("words", "rest"),
    [
        ("2h call back", "call back"),
        ("2小时回电话", "回电话"),
        ("2h回电话", "回电话"),
        ("10m、mail her", "、mail her"),
        ("tomorrow 10:00: send the parcel", "send the parcel"),
        ("明天10:00，寄包裹", "寄包裹"),
        ("10:00 2 parcels are due", "2 parcels are due"),
        ("2h\n  two\nlines ", "two\nlines"),
        ("tomorrow <b>5 & 6</b> 😀", "<b>5 & 6</b> 😀"),
        ("3 days day after that", "day after that"),
        ("5pm pm", "pm"),
    ],
)
def test_what_stands_behind_the_time_stays_as_written(words: str, rest: str) -> None:
    assert read_due(words, NOW, SHANGHAI)[1] == rest


@pytest.mark.parametrize(
    "words",
    [
        "",
        "call back",
        "42 2h call back",  # a ticket's number is not ours to read
        "42 半小时",
        "42 周五10:00",
        "42 day after tomorrow",
        "today",
        "2",
        "2x",
        "2hx",
        "h",
        "25:00",
        "10:60",
        "10:005",
        "17pm",
        "0am",
        "13点60分",
        "晚上12点",
        "2026-02-30",
        "2026-13-01",
        "sunglasses",
        "mayday",
        "-2h",
        "afternoon",
    ],
)
def test_what_cannot_be_read_is_refused(words: str) -> None:
    with pytest.raises(DueTimeUnreadable):
        read_due(words, NOW, SHANGHAI)


@pytest.mark.parametrize(
    "words", ["0m", "0小时", "today 17:30", "today 9:00", "今天上午9点", "2026-03-01", "2025-12-31 10:00"]
)
def test_what_has_passed_is_refused(words: str) -> None:
    with pytest.raises(DueTimePast):
        read_due(words, NOW, SHANGHAI)


@pytest.mark.parametrize("words", ["1831d", "300 weeks", "9" * 4000 + "h", "2032-01-01", "2999-12-31 23:59"])
def test_more_than_five_years_is_refused(words: str) -> None:
    with pytest.raises(DueTimeTooFar):
        read_due(words, NOW, SHANGHAI)


def test_a_clock_that_a_change_to_summer_time_skips_is_moved() -> None:
    zone = ZoneInfo("Europe/Berlin")
    saturday = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)
    assert read_due("tomorrow 2:30", saturday, zone) == (datetime(2026, 3, 29, 1, 30, tzinfo=UTC), "")


@given(st.text(st.sampled_from("0129点半上下午明后天周日五个小时分mhdw:：- apt"), max_size=20))
def test_any_words_give_a_coming_moment_or_a_refusal(words: str) -> None:
    try:
        due_at, rest = read_due(words, NOW, SHANGHAI)
    except DueTimeRefused:
        return
    assert due_at > NOW
    assert words.endswith(rest) or words.strip(" ,:：").endswith(rest)

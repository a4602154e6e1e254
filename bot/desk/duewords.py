"""When something is due, read from a person's words: a small grammar of our own for English and Chinese.

Lengths (``2h``, ``1h30m``, ``half an hour``, ``2小时后``, ``半小时``), days (``tomorrow``, ``friday``,
``2026-03-09``, ``明天``, ``周五``) and clocks (``10:00``, ``5pm``, ``下午3点半``). Called for ``/remind``.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import TypeVar

from bot.errors import KefuError

T = TypeVar("T", date, time)

FARTHEST = timedelta(days=5 * 366)
USUAL_CLOCK = time(9)
"""What a day without a clock means, e.g. ``tomorrow call back``."""


class DueTimeRefused(KefuError):
    """The words name no time that a reminder can have."""


class DueTimeUnreadable(DueTimeRefused):
    """No time stands at the beginning of the words."""


class DueTimePast(DueTimeRefused):
    """The time is now or has passed."""


class DueTimeTooFar(DueTimeRefused):
    """The time is more than five years ahead."""


def read_due(words: str, now: datetime, zone: tzinfo) -> tuple[datetime, str]:
    """Return the moment (in UTC) that stands at the beginning of ``words``, and what stands behind it.

    A length counts from ``now``; days and clocks are those of ``zone``. A clock alone is today's, or tomorrow's
    when it has passed.

    Raises:
        DueTimeUnreadable: no time stands at the beginning.
        DueTimePast: the time is not after ``now``.
        DueTimeTooFar: it is more than :data:`FARTHEST` away.
    """
    plain = words.translate(_WIDE)  # character for character, so that positions hold in ``words``
    found = _length(plain, now) or _day_and_clock(plain, now.astimezone(zone), zone)
    if found is None:
        raise DueTimeUnreadable
    due_at, end = found
    if due_at <= now:
        raise DueTimePast
    if due_at - now > FARTHEST:
        raise DueTimeTooFar
    return due_at, words[end:].strip(" \t\n,，:：")


def _pattern(text: str) -> re.Pattern[str]:
    """Compile a pattern in which ``~`` ends an English word, for ``\\b`` sees no border between ``h`` and ``回``."""
    return re.compile(text.replace("~", "(?![a-z])"), re.IGNORECASE)


_WIDE = str.maketrans("０１２３４５６７８９：．－／　", "0123456789:.-/ ")
_SPACE = _pattern(r"[\s,，]*")

# Lengths

_WORDS_OF_NUMBERS = {word: float(n) for n, word in enumerate("一二三四五六七八九十", start=1)} | {"两": 2.0, "半": 0.5}
_NUMBER = r"(?P<n>\d+(?:\.\d+)?|half\s+an?~|an?~|[一二两三四五六七八九十半])"
_UNITS = {
    timedelta(minutes=1): r"(?:minutes?|mins?|m)~|分钟?",
    timedelta(hours=1): r"(?:hours?|hrs?|h)~|(?:个半?)?(?:小时|钟头)",
    timedelta(days=1): r"(?:days?(?!\s+after)|d)~|天",
    timedelta(weeks=1): r"(?:weeks?|w)~|(?:周|个?(?:星期|礼拜))(?![一二三四五六日天])",
}
_STEPS = [(unit, _pattern(rf"\s*{_NUMBER}\s*(?P<unit>{words})")) for unit, words in _UNITS.items()]
_IN = _pattern(r"in\s")
_LATER = _pattern(r"\s*(?:之后|以后|后)|")


def _length(text: str, now: datetime) -> tuple[datetime, int] | None:
    """Read ``1h30m`` and the like, counted from now; returns (moment, where it ends)."""
    begin = end = _end(_IN, text, 0)
    seconds = 0.0
    while (step := _step(text, end)) is not None:
        seconds, end = seconds + step[0], step[1]
    if end == begin:
        return None
    if seconds > FARTHEST.total_seconds():
        raise DueTimeTooFar
    return now + timedelta(seconds=seconds), _end(_LATER, text, end)


def _step(text: str, begin: int) -> tuple[float, int] | None:
    """Read one number with its unit as (seconds, where it ends)."""
    for unit, pattern in _STEPS:
        if match := pattern.match(text, begin):
            halves = 0.5 if "半" in match["unit"] else 0.0  # 两个半小时
            return (_number(match["n"]) + halves) * unit.total_seconds(), match.end()
    return None


def _number(word: str) -> float:
    if word[0].isdecimal():
        return float(word)
    return _WORDS_OF_NUMBERS.get(word) or (0.5 if word.lower().startswith("half") else 1.0)


# Days and clocks

_AHEAD = {
    0: _pattern(r"today~|今天|今(?=晚)"),
    1: _pattern(r"(?:tomorrow|tmrw?)~|明天|明(?=早|晚)"),
    2: _pattern(r"(?:the\s+)?day\s+after\s+tomorrow~|后天"),
}
_WEEKDAYS = [
    _pattern(rf"(?:on\s+)?{english}~|(?:周|星期|礼拜)[{chinese}]")
    for english, chinese in [
        ("mon(?:day)?", "一"),
        ("tue(?:s(?:day)?)?", "二"),
        ("wed(?:nesday)?", "三"),
        ("thu(?:rs(?:day)?)?", "四"),
        ("fri(?:day)?", "五"),
        ("sat(?:urday)?", "六"),
        ("sun(?:day)?", "日天"),
    ]
]
_DATE = _pattern(r"(?:on\s+)?(?P<year>2\d{3})[-/](?P<month>\d{1,2})[-/](?P<day>\d{1,2})(?!\d)")
_PARTS = {"早": 9, "上": 9, "中": 12, "下": 14, "晚": 19, "m": 9, "n": 12, "a": 14, "e": 19}
"""First letter of a part of the day → the hour that it means without a clock."""
_PART = _pattern(r"早上?|上午|中午|下午|晚上?|(?:morning|noon|afternoon|evening)~")
_CLOCKS = [
    _pattern(r"(?:at\s+)?(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))(?!\d)(?:\s*(?P<half>[ap])m~)?"),
    _pattern(r"(?:at\s+)?(?P<hour>\d{1,2})(?P<minute>)\s*(?P<half>[ap])m~"),
    _pattern(r"(?P<hour>\d{1,2}|十[一二]|[一二两三四五六七八九十])点(?:(?P<minute>半|\d{1,2}(?=分))分?)?(?P<half>)钟?"),
]


def _day_and_clock(text: str, now: datetime, zone: tzinfo) -> tuple[datetime, int] | None:
    """Read a day, a clock, or both, as (moment, where it ends); ``now`` stands in ``zone``."""
    today = now.date()
    day, day_end = _day(text, today) or (None, 0)
    clock, end = _clock(text, _end(_SPACE, text, day_end), has_day=day is not None) or (None, day_end)
    if clock is None and day in (None, today):
        return None
    due_at = datetime.combine(day or today, clock or USUAL_CLOCK, zone)
    if day is None and due_at <= now:
        due_at = datetime.combine(today + timedelta(days=1), due_at.timetz())
    return due_at.astimezone(UTC), end


def _day(text: str, today: date) -> tuple[date, int] | None:
    for days, pattern in _AHEAD.items():
        if match := pattern.match(text):
            return today + timedelta(days=days), match.end()
    for weekday, pattern in enumerate(_WEEKDAYS):
        if match := pattern.match(text):
            return today + timedelta(days=(weekday - today.weekday()) % 7 or 7), match.end()
    if match := _DATE.match(text):
        return _checked(date, *(int(match[name]) for name in ("year", "month", "day"))), match.end()
    return None


def _clock(text: str, begin: int, *, has_day: bool) -> tuple[time, int] | None:
    part = _PART.match(text, begin)
    behind_part = _end(_SPACE, text, part.end()) if part else begin
    for pattern in _CLOCKS:
        if match := pattern.match(text, behind_part):
            hour = _on_24_hours(_hour(match["hour"]), (match["half"] or "").lower(), part[0][0].lower() if part else "")
            return _checked(time, hour, 30 if match["minute"] == "半" else int(match["minute"] or 0)), match.end()
    if part and has_day:
        return time(_PARTS[part[0][0].lower()]), part.end()
    return None


def _hour(word: str) -> int:
    return 10 + int(_number(word[1])) if len(word) == 2 and word[0] == "十" else int(_number(word))


def _on_24_hours(hour: int, half: str, part: str) -> int:
    """Return the hour of ``5pm``, ``12am``, ``下午3点``; 99 where no clock shows it, such as ``17pm``."""
    if half:
        return 99 if not 1 <= hour <= 12 else hour % 12 + (12 if half == "p" else 0)
    if hour == 12 and part in ("晚", "e"):
        return 99  # midnight of which day?
    is_later = part in ("下", "晚", "a", "e") or (part in ("中", "n") and hour < 3)
    return hour + 12 if is_later and hour < 12 else hour


def _checked(kind: Callable[..., T], *numbers: int) -> T:
    """Return the date or clock of these numbers; one that does not exist cannot be read."""
    try:
        return kind(*numbers)
    except ValueError as error:
        raise DueTimeUnreadable from error


def _end(pattern: re.Pattern[str], text: str, begin: int) -> int:
    match = pattern.match(text, begin)
    return match.end() if match else begin

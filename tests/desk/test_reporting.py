"""Periods in the reader's zone, spreads, and a whole report made from a small record."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.crm.communications import Decision, Direction
from bot.crm.reports import Bounds, Conversations
from bot.crm.tickets import TicketState
from bot.database import Database
from bot.desk import reporting, ticketing
from bot.desk.report_texts import ReportPress, caption, length, period_buttons, share
from bot.desk.reporting import Period, PeriodKind, Report, Spread, make, period_of, spread_of
from bot.texts import translator
from tests import factories
from tests.factories import NOW, after

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
NOTHING = Spread(0, None, None)


def minutes(*lengths: float) -> list[timedelta]:
    return [timedelta(minutes=each) for each in lengths]


@pytest.mark.parametrize(
    ("kind", "start", "end", "slots"),
    [
        (PeriodKind.TODAY, "2026-03-02", "2026-03-03", 24),
        (PeriodKind.YESTERDAY, "2026-03-01", "2026-03-02", 24),
        (PeriodKind.WEEK, "2026-02-24", "2026-03-03", 7),
    ],
)
def test_a_period_is_whole_days_of_the_readers_zone(kind: PeriodKind, start: str, end: str, slots: int) -> None:
    period = period_of(kind, NOW, SHANGHAI)
    wanted = [datetime.fromisoformat(each).replace(tzinfo=SHANGHAI) for each in (start, end)]
    assert period.bounds == Bounds(*wanted)
    assert len(period.slots) == slots


def test_it_is_tomorrow_in_shanghai_before_it_is_in_utc() -> None:
    late = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)
    assert period_of(PeriodKind.TODAY, late, SHANGHAI).bounds.start == late
    assert period_of(PeriodKind.TODAY, late, ZoneInfo("UTC")).bounds.start == datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
def test_a_day_on_which_the_clocks_change_has_its_own_hours(day: str, hours: int) -> None:
    noon = datetime.fromisoformat(day).replace(hour=12, tzinfo=BERLIN)
    slots = period_of(PeriodKind.TODAY, noon, BERLIN).slots
    assert len(slots) == hours
    assert {slot.end - slot.start for slot in slots} == {timedelta(hours=1)}
    assert [slot.end for slot in slots[:-1]] == [slot.start for slot in slots[1:]]


def test_half_an_hour_of_summer_time_makes_a_short_last_slot() -> None:
    zone = ZoneInfo("Australia/Lord_Howe")
    slots = period_of(PeriodKind.TODAY, datetime(2026, 10, 4, 12, tzinfo=zone), zone).slots
    assert len(slots) == 24
    assert slots[-1].end - slots[-1].start == timedelta(minutes=30)


@pytest.mark.parametrize(
    ("waits", "spread"),
    [
        ([], NOTHING),
        (minutes(5), Spread(1, *minutes(5, 5))),
        (minutes(1, 4), Spread(2, *minutes(2.5, 4))),
        (minutes(1, 2, 9), Spread(3, *minutes(2, 9))),
        (minutes(*range(1, 11)), Spread(10, *minutes(5.5, 9))),
        (minutes(*range(1, 12)), Spread(11, *minutes(6, 10))),
        (minutes(*range(1, 101)), Spread(100, *minutes(50.5, 90))),
    ],
)
def test_a_spread_is_the_middle_and_the_nearest_rank_of_nine_in_ten(waits: list[timedelta], spread: Spread) -> None:
    assert spread_of(waits) == spread


async def test_a_report_of_a_small_morning(database: Database) -> None:
    noon = after(hours=2, minutes=30)
    async with database.begin() as tx:
        mei = await factories.agent(tx)
        anna = await factories.customer(tx, first_name="Anna")
        await factories.ticket(tx, anna, state=TicketState.OPEN, now=after(days=-4))  # from last week
        wang = await factories.customer(tx, first_name="Wang", now=after(days=-30))
        await factories.communication(tx, anna, now=after(minutes=1), decision=Decision.ANSWER)
        await factories.communication(tx, anna, direction=Direction.OUT, now=after(minutes=1))
        await factories.communication(tx, wang, now=after(minutes=2), decision=Decision.UNSURE)
        ticket = await ticketing.open_ticket(tx, wang, "My parcel", now=after(minutes=2))
        said = await factories.communication(
            tx, wang, now=after(minutes=3), ticket_id=ticket.id, decision=Decision.TICKET
        )
        assert said.ticket_id == ticket.id
        reply = {"direction": Direction.OUT, "agent_id": mei.id, "ticket_id": ticket.id}
        await factories.communication(tx, wang, now=after(minutes=12), **reply)  # type: ignore[arg-type]
        ticket = await ticketing.agent_replied(tx, ticket, mei, now=after(minutes=12))
        await ticketing.solve(tx, ticket.id, mei, now=after(minutes=62))
    period = period_of(PeriodKind.TODAY, noon, SHANGHAI)
    async with database.read() as tx:
        report = await make(tx, period, noon)
    assert report == Report(
        period=period,
        made_at=noon,
        new_customers=1,
        heard=by_hour({17: 3}),
        said=by_hour({17: 2, 18: 1}),  # the customer is told that it is solved
        opened=by_hour({17: 1}),
        solved=by_hour({18: 1}),
        unique_solved=1,
        reopened=0,
        backlog=(0, 0, 1, 0),
        conversations=Conversations(begun=2, involved=2, answered=1, escalated=1),
        first_response=Spread(1, *minutes(10, 10)),
        next_response=NOTHING,
        resolution=Spread(1, *minutes(60, 60)),
    )
    assert caption(translator("en"), report).splitlines() == [
        "📊 Today · Monday 2 March 2026",
        "👥 New customers: 1 · conversations: 2",
        "💬 Messages in: 3 · out: 3",
        "🎫 Tickets opened: 1 · solved: 1",
        "🔁 0 reopened (0% of solved)",
        "⏱ First reply: 10 min (median), 9 in 10 within 10 min, n 1",
        "💭 Next replies: –",
        "🏁 Solved in: 1 h 0 min (median), 9 in 10 within 1 h 0 min, n 1",
        "🤖 The bot took part in 2 of 2: answered 1 (50%), handed over 1 (50%)",
        "📥 Unsolved now: 1 · 3–7 days 1",
    ]


def by_hour(counted: dict[int, int]) -> tuple[int, ...]:
    return tuple(counted.get(hour, 0) for hour in range(24))


async def test_a_period_in_which_nothing_happened_says_so(database: Database) -> None:
    period = period_of(PeriodKind.WEEK, NOW, SHANGHAI)
    async with database.read() as tx:
        report = await make(tx, period, NOW)
    assert report.is_empty
    assert caption(translator("en"), report).splitlines() == [
        "📊 Last 7 days · 24 Feb 2026 – 2 Mar 2026",
        "Nothing happened in this period.",
        "📥 Unsolved now: 0",
    ]
    assert caption(translator("zh"), report).splitlines() == [
        "📊 最近 7 天 · 2026年2月24日 – 2026年3月2日",
        "这段时间没有任何动静。",
        "📥 目前未解决：0",
    ]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_longest_caption_fits_under_a_picture(language: str) -> None:
    n, wait = 10**7, timedelta(days=4000, hours=23)
    slots = tuple(Bounds(after(days=day), after(days=day + 1)) for day in range(7))
    report = Report(
        Period(PeriodKind.WEEK, SHANGHAI, slots),
        NOW,
        n,
        *[(n,) * 7] * 4,
        n,
        n,
        (n,) * len(reporting.AGES) + (n,),
        Conversations(n, n, n, n),
        *[Spread(n, wait, wait)] * 3,
    )
    assert len(caption(translator(language), report)) < 1024


@pytest.mark.parametrize(
    ("wait", "words"),
    [
        (timedelta(seconds=0), "0 s"),
        (timedelta(seconds=29.4), "29 s"),
        (timedelta(seconds=59), "1 min"),
        (timedelta(minutes=59, seconds=40), "1 h 0 min"),
        (timedelta(hours=23, minutes=59), "23 h 59 min"),
        (timedelta(hours=23, minutes=59, seconds=50), "1 d 0 h"),
        (timedelta(days=2, hours=3, minutes=40), "2 d 4 h"),
    ],
)
def test_lengths_have_two_units(wait: timedelta, words: str) -> None:
    assert length(translator("en"), wait) == words


def test_a_share_of_nothing_is_none() -> None:
    assert [share(0, 0), share(0, 5), share(1, 1000), share(2, 3), share(3, 3)] == ["–", "0%", "<1%", "67%", "100%"]


def test_the_shown_period_is_marked() -> None:
    (row,) = period_buttons(translator("en"), PeriodKind.YESTERDAY)
    assert [button.text for button in row] == ["Today", "• Yesterday", "Last 7 days"]
    assert [button.press for button in row] == [ReportPress("today"), ReportPress("yesterday"), ReportPress("week")]

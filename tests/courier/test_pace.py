"""The gate: Telegram's limits kept, people before broadcasts, and nobody's place taken by one who left."""

import asyncio
import contextlib
from collections.abc import Sequence

import pytest

from bot.courier import pace as pacing
from bot.courier.pace import CHAT_BURST, GROUP_MINUTE_S, Bucket, Limits, LocalTotal, Pace, Window, shape_of
from tests.courier.moments import Clock, pass_time

ANNA, WANG, GROUP = 5, 6, -100
PERSON, DESK, BROADCAST = 0, 1, 2
OPEN = Limits(per_second=1_000_000, per_second_chat=1_000_000, per_minute_group=1_000_000)


def most_in(moments: Sequence[float], length: float) -> int:
    """Return how many of the moments the fullest stretch of this length holds."""
    return max(sum(start <= moment < start + length for moment in moments) for start in moments)


async def sent_at(pace: Pace, clock: Clock, chat: int, count: int, priority: int = PERSON) -> list[float]:
    """Send one after another to a chat; returns when each went, from now."""
    start, moments = clock(), []
    for _ in range(count):
        await pace.turn(chat, priority)
        moments.append(round(clock() - start, 3))
    return moments


# Buckets and windows


def test_a_bucket_gives_what_it_holds_and_then_what_comes_in() -> None:
    bucket = Bucket(rate=2, size=3, now=10)
    for _ in range(3):
        assert bucket.wait(10) == 0
        bucket.take(10)
    assert bucket.wait(10) == 0.5
    assert bucket.wait(10.25) == 0.25
    assert bucket.wait(10.5) == 0


def test_a_bucket_never_holds_more_than_its_size() -> None:
    bucket = Bucket(rate=2, size=3, now=10)
    assert bucket.is_rested(10)
    bucket.take(1000)
    assert (bucket.tokens, bucket.is_rested(1000), bucket.is_rested(1000.5)) == (2, False, True)


def test_many_at_once_need_as_many_tokens_or_a_full_bucket() -> None:
    bucket = Bucket(rate=1, size=4, now=0)
    bucket.take(0)
    assert (bucket.wait(0, 3), bucket.wait(0, 4), bucket.wait(0, 10)) == (0, 1, 1)
    bucket.take(1, 10)
    assert bucket.wait(1) == 7


def test_a_held_bucket_gives_nothing_before_its_time() -> None:
    bucket = Bucket(rate=2, size=3, now=0)
    bucket.hold(5, 0)
    bucket.hold(2, 0)  # a shorter silence does not shorten it
    assert [bucket.wait(now) for now in (0, 4, 5)] == [5, 1, 0]


def test_a_window_counts_any_stretch_of_its_length() -> None:
    window = Window(most=2, length=60)
    window.take(0)
    window.take(50)
    assert [window.wait(now) for now in (50, 59, 60)] == [10, 1, 0]
    window.take(60)
    assert window.wait(60) == 50
    assert (window.wait(60, 2), window.wait(60, 5)) == (60, 60)


def test_a_held_window_lets_none_go_before_its_time() -> None:
    window = Window(most=2, length=60)
    window.hold(7, 0)
    assert (window.wait(0), window.is_rested(6), window.wait(7), window.is_rested(7)) == (7, False, 0, True)


# The limit over all chats


@pytest.mark.parametrize("per_second", [1, 5, 30, 100])
def test_no_second_holds_more_than_telegram_takes(per_second: int) -> None:
    async def story(clock: Clock) -> list[float]:
        total = LocalTotal(per_second, clock)
        moments: list[float] = []
        await asyncio.sleep(10)  # rested
        while len(moments) < per_second * 5:
            if wait := await total.take():
                await asyncio.sleep(wait)
            else:
                moments.append(clock())
        return moments

    moments = pass_time(story)
    assert most_in(moments, 1.0) <= per_second
    assert len(moments) / (moments[-1] - moments[0]) >= 0.92 * per_second


def test_the_bucket_of_the_total_holds_at_least_one() -> None:
    assert shape_of(1) == (0.96, 1.0)
    assert shape_of(30) == pytest.approx((28.8, 2.0))


def test_the_total_is_silent_as_long_as_asked() -> None:
    async def story(clock: Clock) -> list[float]:
        total = LocalTotal(30, clock)
        await total.hold(3)
        first = await total.take()
        await asyncio.sleep(first)
        return [first, await total.take()]

    assert pass_time(story) == [pytest.approx(3), 0]


# The gate


def test_a_chat_gets_a_short_burst_and_then_one_a_second() -> None:
    async def story(clock: Clock) -> list[float]:
        return await sent_at(Pace(Limits(), clock=clock), clock, ANNA, CHAT_BURST + 3)

    moments = pass_time(story)
    assert moments[CHAT_BURST - 1] < 0.2
    assert moments[CHAT_BURST:] == [1, 2, 3]


def test_a_group_gets_twenty_in_any_minute() -> None:
    async def story(clock: Clock) -> list[float]:
        pace = Pace(Limits(), clock=clock)
        early = await sent_at(pace, clock, GROUP, 5)
        await asyncio.sleep(40)
        return early + [40 + moment for moment in await sent_at(pace, clock, GROUP, 60)]

    moments = pass_time(story)
    assert most_in(moments, 60) == 20
    assert moments[19] < 45  # twenty go at once
    assert moments[-1] < 4 * GROUP_MINUTE_S


def test_one_chat_that_waits_holds_up_no_other() -> None:
    async def story(clock: Clock) -> tuple[list[float], list[float]]:
        pace = Pace(Limits(), clock=clock)
        anna, wang = await asyncio.gather(sent_at(pace, clock, ANNA, 8), sent_at(pace, clock, WANG, 2))
        return anna, wang

    anna, wang = pass_time(story)
    assert anna[-1] == 4
    assert wang[-1] < 0.2


def test_all_chats_together_keep_the_total() -> None:
    async def story(clock: Clock) -> list[float]:
        pace = Pace(Limits(), clock=clock)
        each = await asyncio.gather(*(sent_at(pace, clock, chat, 1, BROADCAST) for chat in range(1, 301)))
        await pace.close()
        return sorted(moment for (moment,) in each)

    moments = pass_time(story)
    assert most_in(moments, 1.0) <= 30
    assert 300 / moments[-1] >= 0.92 * 30


def test_people_go_before_the_desk_and_the_desk_before_broadcasts() -> None:
    async def story(clock: Clock) -> tuple[list[int], float]:
        pace, order = Pace(Limits(), clock=clock), []

        async def send(chat: int, priority: int) -> float:
            start = clock()
            await pace.turn(chat, priority)
            order.append(priority)
            return clock() - start

        crowd = [asyncio.create_task(send(chat, BROADCAST)) for chat in range(1, 101)]
        await asyncio.sleep(1)
        assert len(order) == 30
        order.clear()
        rest = await asyncio.gather(
            *(send(500 + number, kind) for number, kind in enumerate([DESK] * 5 + [PERSON] * 5))
        )
        late = list(order)
        await asyncio.gather(*crowd)
        return late, max(rest[5:])

    order, longest = pass_time(story)
    assert order == [PERSON] * 5 + [DESK] * 5
    assert longest < 0.3


def test_those_of_one_priority_keep_their_order() -> None:
    async def story(clock: Clock) -> list[int]:
        pace, order = Pace(Limits(per_second=2), clock=clock), []

        async def send(chat: int) -> None:
            await pace.turn(chat, PERSON)
            order.append(chat)

        await asyncio.gather(*(send(chat) for chat in range(1, 20)))
        return order

    assert pass_time(story) == list(range(1, 20))


def test_an_album_counts_as_many_as_it_holds() -> None:
    async def story(clock: Clock) -> tuple[float, float]:
        pace = Pace(Limits(per_second=5, per_minute_group=20), clock=clock)
        start = clock()
        await pace.turn(GROUP, PERSON, 10)
        first = clock() - start
        await pace.turn(GROUP, PERSON, 10)
        await pace.turn(GROUP, PERSON)
        return first, clock() - start

    first, third = pass_time(story)
    assert first > 1.5  # of the total as well
    assert third >= GROUP_MINUTE_S


@pytest.mark.parametrize("chat", [ANNA, GROUP])
def test_a_chat_is_silent_as_long_as_telegram_asks_and_the_others_for_a_moment(chat: int) -> None:
    async def story(clock: Clock) -> tuple[list[float], list[float]]:
        pace = Pace(Limits(), clock=clock)
        await pace.turn(chat, PERSON)
        await pace.hold(chat, 17)
        held, other = await asyncio.gather(sent_at(pace, clock, chat, 1), sent_at(pace, clock, WANG, 1))
        await pace.close()
        return held, other

    held, other = pass_time(story)
    assert held == [17]
    assert 0.9 < other[0] < 1.1


def test_a_chat_that_waits_already_is_held_too() -> None:
    async def story(clock: Clock) -> list[float]:
        pace = Pace(Limits(), clock=clock)
        await sent_at(pace, clock, ANNA, CHAT_BURST)
        waiting = asyncio.create_task(sent_at(pace, clock, ANNA, 1))
        await asyncio.sleep(0.5)
        await pace.hold(ANNA, 10)
        return await waiting

    assert pass_time(story) == [10.5]


def test_who_gives_up_waiting_costs_the_others_nothing() -> None:
    async def story(clock: Clock) -> list[float]:
        pace = Pace(Limits(per_second=1), clock=clock)
        await pace.turn(1, PERSON)
        leaving = [asyncio.create_task(pace.turn(chat, PERSON)) for chat in range(2, 7)]
        staying = asyncio.create_task(sent_at(pace, clock, ANNA * 10, 1, DESK))
        await asyncio.sleep(0.1)
        for task in leaving:
            task.cancel()
        await asyncio.gather(*leaving, return_exceptions=True)
        return await staying

    (moment,) = pass_time(story)
    assert moment < 1.2


def test_the_gate_goes_on_after_everybody_left() -> None:
    async def story(clock: Clock) -> float:
        pace = Pace(Limits(per_second=1), clock=clock)
        await pace.turn(1, PERSON)
        leaving = asyncio.create_task(pace.turn(2, PERSON))
        await asyncio.sleep(0.1)
        leaving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await leaving
        await asyncio.sleep(10)
        start = clock()
        await pace.turn(3, PERSON)
        await pace.turn(4, PERSON)
        return clock() - start

    assert pass_time(story) < 1.2


def test_rested_chats_are_forgotten_and_busy_ones_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pacing, "IDLE_CHATS", 10)

    async def story(clock: Clock) -> tuple[set[int], list[float]]:
        pace = Pace(Limits(per_second=1_000), clock=clock)
        for chat in range(1, 10):
            await pace.turn(chat, PERSON)
        await asyncio.sleep(5)
        await sent_at(pace, clock, ANNA, CHAT_BURST)
        await pace.turn(WANG + 100, PERSON)
        known = set(pace._chats)
        await pace.turn(WANG + 101, PERSON)
        assert known - {WANG + 100} != set()
        return set(pace._chats), await sent_at(pace, clock, ANNA, 1)

    known, moments = pass_time(story)
    assert known == {ANNA, WANG + 100, WANG + 101}
    assert moments[0] > 0.9


def test_limits_may_be_as_good_as_none() -> None:
    async def story(clock: Clock) -> list[float]:
        return await sent_at(Pace(OPEN, clock=clock), clock, ANNA, 2000)

    assert pass_time(story)[-1] < 0.01

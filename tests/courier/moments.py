"""A loop whose time jumps to the next timer at once: minutes of pacing pass in a millisecond, the same each time."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

Clock = Callable[[], float]


class _JumpingSelector(selectors.SelectSelector):
    """Waits for nothing: what the loop would sleep, its clock is put forward."""

    now = 1000.0

    def select(self, timeout: float | None = None) -> Any:
        if timeout:
            self.now += timeout
        return super().select(0)


def pass_time(story: Callable[[Clock], Coroutine[Any, Any, T]]) -> T:
    """Run a story that gets the clock, and return what it returns."""
    selector = _JumpingSelector()

    def loop() -> asyncio.AbstractEventLoop:
        made = asyncio.SelectorEventLoop(selector)
        made.time = lambda: selector.now  # type: ignore[method-assign]
        return made

    with asyncio.Runner(loop_factory=loop) as runner:
        return runner.run(story(lambda: selector.now))

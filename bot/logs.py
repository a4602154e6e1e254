"""How the log looks: lines for people on a terminal, JSON for machines. Set once by the command line."""

import logging
import sys

import structlog

QUIET = ("aiogram", "apscheduler", "asyncio", "aiohttp.access", "alembic")
"""Libraries that are heard only when they warn."""


def configure(*, is_quiet: bool = False) -> None:
    """Write the log to stderr, times in UTC; exceptions with their traceback, never with the values of variables.

    ``is_quiet`` leaves out what is no warning.
    """
    level = logging.WARNING if is_quiet else logging.INFO
    is_terminal = sys.stderr.isatty()
    shown: list[structlog.typing.Processor] = (
        [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
        if is_terminal
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%H:%M:%S" if is_terminal else "iso", utc=True),
            *shown,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)

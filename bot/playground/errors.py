"""How the local Bot API says no: Telegram's code, Telegram's words. Raised by the methods, sent by bot_api.py."""

from typing import Any


class Refused(Exception):
    """A call that Telegram would refuse, with the very description it would give."""

    def __init__(self, code: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def bad_request(reason: str) -> Refused:
    return Refused(400, f"Bad Request: {reason}")


def forbidden(reason: str) -> Refused:
    return Refused(403, f"Forbidden: {reason}")


def too_many_requests(retry_after: int) -> Refused:
    return Refused(429, f"Too Many Requests: retry after {retry_after}", {"retry_after": retry_after})


class ActImpossible(Exception):
    """Something a person in the playground cannot do: a button that is not there, a chat they are not in."""

"""Telegram's errors understood: which pass, which never will, and what they mean."""

from dataclasses import dataclass
from enum import Enum, auto

from bot.courier.sender import Answer
from bot.desk.delivery import Refusal


class Remedy(Enum):
    """What to do about an answer that is not a yes."""

    WAIT = auto()  # as long as Telegram asks
    RETRY = auto()  # it passes by itself
    FOLLOW = auto()  # the group has a new id
    NEW_TOPIC = auto()  # the topic is gone
    UNQUOTE = auto()  # the quoted message is gone
    NOTHING = auto()  # it is as it should be already
    GIVE_UP = auto()


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What an answer calls for."""

    remedy: Remedy
    refusal: Refusal = Refusal.OTHER
    is_unsure: bool = False
    """Whether Telegram may have taken the message all the same."""


_REMEDIES = (
    ("message is not modified", Remedy.NOTHING),
    ("message thread not found", Remedy.NEW_TOPIC),
    ("topic_deleted", Remedy.NEW_TOPIC),
    ("topic_id_invalid", Remedy.NEW_TOPIC),
    ("message to be replied not found", Remedy.UNQUOTE),
    ("replied message not found", Remedy.UNQUOTE),
)

_REFUSALS = (
    ("bot was blocked", Refusal.BLOCKED),
    ("can't initiate conversation", Refusal.BLOCKED),
    ("user is deactivated", Refusal.DEACTIVATED),
    ("chat not found", Refusal.CHAT_UNKNOWN),
    ("bot was kicked", Refusal.KICKED),
    ("bot is not a member", Refusal.KICKED),
    ("group chat was deleted", Refusal.KICKED),
    ("not enough rights", Refusal.NO_RIGHTS),
    ("have no rights", Refusal.NO_RIGHTS),
    ("chat_write_forbidden", Refusal.NO_RIGHTS),
    ("the chat is not a forum", Refusal.NO_RIGHTS),
    ("topic_closed", Refusal.NO_RIGHTS),  # who may manage topics may write in closed ones
    ("to copy not found", Refusal.SOURCE_GONE),
    ("to forward not found", Refusal.SOURCE_GONE),
)


def diagnose(answer: Answer) -> Diagnosis:
    """Return what an answer that is not a yes calls for."""
    said = answer.description.lower()
    if answer.migrate_to_chat_id is not None:
        return Diagnosis(Remedy.FOLLOW)
    if answer.retry_after is not None or answer.error_code == 429:
        return Diagnosis(Remedy.WAIT)
    if answer.error_code == 0 or answer.error_code >= 500:
        return Diagnosis(Remedy.RETRY, is_unsure=True)
    if answer.error_code == 401:
        return Diagnosis(Remedy.RETRY)  # a wrong token is mended outside; nothing is thrown away for it
    remedy = next((remedy for words, remedy in _REMEDIES if words in said), Remedy.GIVE_UP)
    refusal = next((refusal for words, refusal in _REFUSALS if words in said), Refusal.OTHER)
    return Diagnosis(remedy, refusal)

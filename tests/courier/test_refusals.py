"""Telegram's own words, and what each calls for."""

import pytest

from bot.courier.refusals import Diagnosis, Remedy, diagnose
from bot.courier.sender import Answer
from bot.desk.delivery import Refusal


def refused(code: int, description: str) -> Answer:
    return Answer(is_ok=False, error_code=code, description=description)


@pytest.mark.parametrize(
    ("code", "description", "remedy"),
    [
        (
            400,
            "Bad Request: message is not modified: specified new message content and reply markup are exactly the "
            "same as a current content and reply markup of the message",
            Remedy.NOTHING,
        ),
        (400, "Bad Request: message thread not found", Remedy.NEW_TOPIC),
        (400, "Bad Request: TOPIC_DELETED", Remedy.NEW_TOPIC),
        (400, "Bad Request: TOPIC_ID_INVALID", Remedy.NEW_TOPIC),
        (400, "Bad Request: message to be replied not found", Remedy.UNQUOTE),
        (400, "Bad Request: replied message not found", Remedy.UNQUOTE),
        (429, "Too Many Requests: retry after 7", Remedy.WAIT),
        (401, "Unauthorized", Remedy.RETRY),
    ],
)
def test_what_can_be_mended_is_mended(code: int, description: str, remedy: Remedy) -> None:
    assert diagnose(refused(code, description)) == Diagnosis(remedy)


@pytest.mark.parametrize(
    ("code", "description", "refusal"),
    [
        (403, "Forbidden: bot was blocked by the user", Refusal.BLOCKED),
        (403, "Forbidden: bot can't initiate conversation with a user", Refusal.BLOCKED),
        (403, "Forbidden: user is deactivated", Refusal.DEACTIVATED),
        (400, "Bad Request: chat not found", Refusal.CHAT_UNKNOWN),
        (403, "Forbidden: bot was kicked from the supergroup chat", Refusal.KICKED),
        (403, "Forbidden: bot was kicked from the group chat", Refusal.KICKED),
        (403, "Forbidden: bot is not a member of the supergroup chat", Refusal.KICKED),
        (403, "Forbidden: the group chat was deleted", Refusal.KICKED),
        (400, "Bad Request: not enough rights to send text messages to the chat", Refusal.NO_RIGHTS),
        (400, "Bad Request: not enough rights to create a topic", Refusal.NO_RIGHTS),
        (400, "Bad Request: have no rights to send a message", Refusal.NO_RIGHTS),
        (400, "Bad Request: CHAT_WRITE_FORBIDDEN", Refusal.NO_RIGHTS),
        (400, "Bad Request: the chat is not a forum", Refusal.NO_RIGHTS),
        (400, "Bad Request: TOPIC_CLOSED", Refusal.NO_RIGHTS),
        (400, "Bad Request: message to copy not found", Refusal.SOURCE_GONE),
        (400, "Bad Request: messages to copy not found", Refusal.SOURCE_GONE),
        (400, "Bad Request: message to forward not found", Refusal.SOURCE_GONE),
        (400, "Bad Request: message is too long", Refusal.OTHER),
        (400, "Bad Request: message to edit not found", Refusal.OTHER),
        (413, "HTTP 413", Refusal.OTHER),
        (400, "Something that nobody has read yet", Refusal.OTHER),
        (400, "", Refusal.OTHER),
    ],
)
def test_what_never_passes_is_given_up_for_its_reason(code: int, description: str, refusal: Refusal) -> None:
    assert diagnose(refused(code, description)) == Diagnosis(Remedy.GIVE_UP, refusal)


@pytest.mark.parametrize("answer", [refused(0, "network: TimeoutError"), refused(500, "x"), refused(502, "HTTP 403")])
def test_what_passes_by_itself_is_tried_again_and_may_have_arrived(answer: Answer) -> None:
    assert diagnose(answer) == Diagnosis(Remedy.RETRY, is_unsure=True)


def test_a_wait_that_telegram_asks_for_counts_whatever_else_it_says() -> None:
    answer = Answer(is_ok=False, error_code=400, description="Bad Request: chat not found", retry_after=3)
    assert diagnose(answer) == Diagnosis(Remedy.WAIT)


def test_a_group_that_moved_is_followed() -> None:
    said = "Bad Request: group chat was upgraded to a supergroup chat"
    answer = Answer(is_ok=False, error_code=400, description=said, migrate_to_chat_id=-1001)
    assert diagnose(answer) == Diagnosis(Remedy.FOLLOW)

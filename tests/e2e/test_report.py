"""Stories of the report: one picture, its numbers, its buttons, and whom it is for."""

from typing import Any

from bot.desk.charts import HEIGHT, WIDTH
from tests.e2e.conftest import Desk

BUTTONS = [["• Today", "Yesterday", "Last 7 days"], ["Today", "• Yesterday", "Last 7 days"]]


def labels(message: dict[str, Any]) -> list[str]:
    (row,) = message["reply_markup"]["inline_keyboard"]
    return [button["text"] for button in row]


def lines(message: dict[str, Any]) -> list[str]:
    return str(message["caption"]).splitlines()


async def test_the_owner_reads_the_day_as_a_picture_and_switches_it(desk: Desk) -> None:
    await desk.anna.writes("/ticket My parcel is damaged")
    await desk.anna.reads()
    await desk.olivia.writes("/report today")
    (report,) = await desk.olivia.reads_messages()
    assert (report["photo"][-1]["width"], report["photo"][-1]["height"]) == (WIDTH, HEIGHT)
    assert labels(report) == BUTTONS[0]
    today = lines(report)
    assert today[0].startswith("📊 Today · ")
    assert today[1] == "👥 New customers: 1 · conversations: 1"
    assert today[3] == "🎫 Tickets opened: 1 · solved: 0"
    assert today[-1] == "📥 Unsolved now: 1 · under 1 day 1"

    await desk.olivia.presses("Yesterday", report)
    await desk.play.until(lambda: labels(desk.olivia.sees()[-1]) == BUTTONS[1])
    switched = desk.olivia.sees()[-1]
    assert switched["message_id"] == report["message_id"]
    assert lines(switched)[0].startswith("📊 Yesterday · ")
    assert lines(switched)[1:] == ["Nothing happened in this period.", "📥 Unsolved now: 1 · under 1 day 1"]
    assert switched["photo"][-1]["file_unique_id"] != report["photo"][-1]["file_unique_id"]


async def test_a_report_in_the_group_stays_in_its_topic_and_says_week_in_any_words(desk: Desk) -> None:
    await desk.olivia.writes("/report WEEK", chat=desk.group)
    (report,) = await desk.olivia.reads_messages(chat=desk.group)
    assert lines(report)[0].startswith("📊 Last 7 days · ")
    assert "message_thread_id" not in report

    refused = await desk.ming.presses("Today", report)  # an agent may read what the owner shows, not ask for more
    assert (refused.text, refused.alert) == ("这需要主管或所有者的权限。", True)


async def test_a_wrong_period_is_answered_with_usage_and_an_agent_with_a_word(desk: Desk) -> None:
    await desk.olivia.writes("/report tomorrow")
    usage = "Like this: /report [today|yesterday|week]\nFor example: /report week"
    assert await desk.olivia.reads() == [usage]
    await desk.carla.writes("/report")
    assert await desk.carla.reads() == ["That takes a supervisor or an owner."]

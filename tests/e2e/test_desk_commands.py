"""Staff's commands: who may use which, what is said to wrong ones, and buttons that are old or not yours."""

from sqlalchemy import select

from bot.crm.audit import audit_events
from bot.playground.messages import text_of
from tests.e2e.conftest import Desk
from tests.e2e.tickets import card, in_topic, labels, opens_ticket, read_all, seen_by

REFUSALS = {
    "/take": "Like this: /take [number]\nFor example: /take 42",
    "/take one": "Like this: /take [number]\nFor example: /take 42",
    "/take 1 2": "Like this: /take [number]\nFor example: /take 42",
    "/assign 1": "Like this: /assign [number] @user|name|me\nFor example: /assign 42 @bob",
    "/note 1": "Like this: /note [number] text\nFor example: /note 42 called, no answer",
    "/queue nonsense": "Like this: /queue [mine|unassigned|overdue]\nFor example: /queue mine",
    "/find": "Like this: /find name|phone|email|@user|#ticket|id\nFor example: /find anna",
    "/customer": "Like this: /customer number|@user\nFor example: /customer 7",
    "/history": "Like this: /history [number|@user]\nFor example: /history 7",
    "/language xx": "Like this: /language [en|zh]\nFor example: /language zh",
    "/solve 0": "There is no ticket #0. /queue shows those that wait.",
    "/solve -3": "There is no ticket #-3. /queue shows those that wait.",
    "/ticket 99": "There is no ticket #99. /queue shows those that wait.",
    "/TAKE 99": "There is no ticket #99. /queue shows those that wait.",
    "/hold 99999999999999999999": "There is no ticket #99999999999999999999. /queue shows those that wait.",
    "/customer 99": "There is no customer 99.",
    "/customer @nobody": "There is no customer @nobody.",
    "/assign 99 zoe": "Nobody at the desk is called zoe.",
    "/nonsense": "There is no command /nonsense. /help shows what there is.",
    "/que": "There is no command /que. Did you mean /queue?",
    "/invite": "That takes a supervisor or an owner.",
    "/staff": "That takes a supervisor or an owner.",
    "/unbind": "That takes a supervisor or an owner.",
}


async def _audited(desk: Desk) -> list[tuple[str, str | None]]:
    rows = await desk.rows(select(audit_events.c.action, audit_events.c.subject).order_by(audit_events.c.id))
    return [(row.action, row.subject) for row in rows]


async def test_a_command_that_cannot_be_done_says_why(desk: Desk) -> None:
    said = {}
    for text in REFUSALS:
        await desk.carla.writes(text)
        (said[text],) = await desk.carla.reads()

    assert said == REFUSALS


async def test_what_takes_a_higher_role_is_audited(desk: Desk) -> None:
    await desk.carla.writes("/invite")
    await desk.carla.reads()

    assert ("refused", "/invite") in await _audited(desk)


async def test_staffs_commands_do_not_exist_for_customers_and_the_attempt_is_kept(desk: Desk) -> None:
    await desk.anna.writes("/queue")
    await desk.anna.writes("/start inv_garbage")
    answers = await desk.anna.reads(2)

    assert answers == [
        "I don't know this command. /help shows what I can do.",
        "This invitation is used up or out of date. Ask the person who sent it for a new one.",
    ]
    assert ("staff_command_refused", "/queue") in await _audited(desk)


async def test_the_verbs_by_command(desk: Desk) -> None:
    await opens_ticket(desk, desk.anna)
    said = []
    for text in (
        "/take 1",
        "/take 1",
        "/pending 1",
        "/hold #1",
        "/reopen 1",
        "/reopen 1",
        "/assign 1 ming",
        "/solve 1",
    ):
        await desk.carla.writes(text)
        await desk.settled()
        said.append((await desk.carla.reads(len(desk.carla.unread())))[0])

    assert said == [
        "✋ #1 is yours.",
        "#1 is yours already.",
        "⏳ #1 waits for the customer.",
        "⏸ #1 is on hold.",
        "📬 #1 is open again.",
        "#1 is open already.",
        "📥 #1 is Ming's now.",
        "✅ #1 is solved. Anna Berg has been told.",
    ]
    assert await desk.ming.reads() == ["📥 Carla 把工单 #1 交给了您：My lamp hums"]
    assert [action for action, _ in await _audited(desk)] == [
        "ticket_taken",
        "ticket_pending",
        "ticket_on_hold",
        "ticket_open",
        "ticket_assigned",
        "ticket_solved",
    ]


async def test_a_note_by_command_is_shown_in_the_topic(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    await desk.carla.writes("/note 1 called, no answer")
    await desk.carla.writes("/note 2 items are missing", chat=desk.group, thread=thread)
    await desk.settled()

    assert await read_all(desk, thread) == ["📝 Carla: called, no answer"]
    assert text_of(card(desk, thread)).splitlines()[2] == "new · nobody has it yet"


async def test_undo_opens_a_solved_ticket_again(desk: Desk) -> None:
    await opens_ticket(desk, desk.anna)
    await desk.carla.writes("/solve 1")
    (confirmed,) = await desk.carla.reads_messages()
    assert (await desk.carla.presses("Undo", confirmed)).text == "📬 #1 is open again."
    await desk.settled()

    assert seen_by(desk.carla)[-1] == "📬 #1 is open again."
    assert (await desk.anna.reads(2))[1] == "We have opened your ticket #1 again."


async def test_a_button_pressed_again_or_by_somebody_else_is_answered(desk: Desk) -> None:
    thread = await in_topic(desk, desk.anna)
    shown = card(desk, thread)
    desk.group.add(desk.wang)
    answers = [
        await desk.wang.presses_old("s-take:1", shown),
        await desk.carla.presses_old("s-solve:1", shown),
        await desk.carla.presses_old("s-pending:1", shown),
        await desk.carla.presses_old("s-take:99999999999999999999", shown),
        await desk.carla.presses_old("s-gone:1", shown),
        await desk.carla.presses_old("s-take:one", shown),
        await desk.carla.presses_old("solved:1", shown),
    ]

    told = [answer.text for answer in answers]
    assert told[2].startswith("#1 is solved")
    assert told[:2] + told[3:] == [
        "这个按钮只供客服成员使用。",
        "✅ #1 is solved; the customer has been told.",
        "This button is out of date.",
        "This button is out of date.",
        "This button is out of date.",
        "This button is out of date.",
    ]


async def test_the_queue_is_paged_and_opens_tickets(private_desk: Desk) -> None:
    desk = private_desk
    for number in range(10):
        customer = desk.play.person(f"Customer {number}")
        await opens_ticket(desk, customer, f"Question {number}")
    await desk.settled()
    await desk.olivia.reads(len(desk.olivia.unread()))

    await desk.olivia.writes("/queue")
    (shown,) = await desk.olivia.reads_messages()
    assert text_of(shown).splitlines()[0] == "All · 10 tickets"
    assert labels(shown)[-4:] == ["More ▶️", "Mine", "Unassigned", "Overdue"]
    await desk.olivia.presses("More ▶️", shown)
    await desk.settled()
    turned = desk.olivia.chat().messages[shown["message_id"]]
    assert labels(turned) == ["🆕 #9 Customer 8", "🆕 #10 Customer 9", "◀️ Back", "Mine", "Unassigned", "Overdue"]

    await desk.olivia.presses("🆕 #9 Customer 8", turned)
    assert (await desk.olivia.reads())[0].startswith("🆕 #9 · Customer 8\nQuestion 8\nnew · nobody has it yet")


async def test_agents_speak_their_language(desk: Desk) -> None:
    await desk.carla.writes("/language zh")
    await desk.carla.writes("/take 99")
    assert await desk.carla.reads(2) == [
        "现在我用简体中文和您交流。",
        "没有工单 #99。/queue 可查看等待中的工单。",
    ]

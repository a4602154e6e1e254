"""Who works here: invitations, menus, removals; and looking customers up."""

import json
import re

from sqlalchemy import select

from bot.crm.audit import audit_events
from bot.database import metadata
from bot.playground.messages import text_of
from tests.e2e.conftest import Desk
from tests.e2e.tickets import labels, opens_ticket


async def _invitation(desk: Desk, text: str = "/invite") -> str:
    """Olivia asks for an invitation; returns what its link gives to /start."""
    await desk.olivia.writes(text)
    (said,) = await desk.olivia.reads()
    match = re.search(r"https://t\.me/kefu_bot\?start=(inv_[\w-]+)$", said)
    assert match is not None
    return match[1]


def _menu(desk: Desk, chat_id: int) -> list[str]:
    """The commands that a chat's own menu shows now."""
    shown: list[str] = []
    for entry in desk.play.ledger:
        scope = json.loads(entry.params.get("scope") or "{}")
        if scope.get("chat_id") == chat_id:
            shown = [command["command"] for command in json.loads(entry.params.get("commands") or "[]")]
    return shown


async def test_an_invitation_works_once_and_brings_the_menu(desk: Desk) -> None:
    payload = await _invitation(desk)
    await desk.wang.starts(payload)
    (welcome,) = await desk.wang.reads()
    await desk.anna.starts(payload)
    await desk.settled()

    assert welcome.splitlines()[:2] == ["👋 王 芳，欢迎来到客服台。", "您的角色：客服"]
    assert await desk.anna.reads() == [
        "This invitation is used up or out of date. Ask the person who sent it for a new one."
    ]
    assert "queue" in _menu(desk, desk.wang.id)
    assert "invite" not in _menu(desk, desk.wang.id)
    assert "invite" in _menu(desk, desk.olivia.id)


async def test_the_link_is_not_in_the_record(desk: Desk) -> None:
    payload = await _invitation(desk, "/invite supervisor")
    async with desk.database.read() as tx:
        for table in ("outbox", "invitations", "audit_events", "communications"):
            rows = await tx.all(select(metadata.tables[table]))
            assert payload.removeprefix("inv_") not in str(rows)


async def test_in_the_group_the_link_goes_to_the_inviter_alone(desk: Desk) -> None:
    await desk.olivia.writes("/invite", chat=desk.group)

    assert await desk.olivia.reads(chat=desk.group) == ["🔑 I have sent you the invitation in our private chat."]
    assert (await desk.olivia.reads())[0].startswith("🔑 Send this to your new agent. It works once, within 2 days:")


async def test_an_owner_removes_an_agent_in_two_taps(desk: Desk) -> None:
    await opens_ticket(desk, desk.anna)
    await desk.carla.writes("/take 1")
    await desk.settled()
    await desk.olivia.writes("/staff")
    (shown,) = await desk.olivia.reads_messages()
    assert text_of(shown).splitlines() == [
        "3 people at the desk",
        "Olivia @olivia · owner",
        "Ming @ming · agent",
        "Carla @carla · agent",
    ]
    await desk.olivia.presses("Remove Carla", shown)
    await desk.settled()
    await desk.olivia.presses("Yes, remove Carla", desk.olivia.chat().messages[shown["message_id"]])
    await desk.settled()

    assert text_of(desk.olivia.chat().messages[shown["message_id"]]) == "Carla has been removed."
    assert _menu(desk, desk.carla.id) == []
    await desk.olivia.writes("/queue unassigned")
    assert (await desk.olivia.reads())[0].splitlines()[0] == "Unassigned · 1 ticket"


async def test_customers_are_found_and_every_look_is_audited(desk: Desk) -> None:
    await opens_ticket(desk, desk.anna)
    await opens_ticket(desk, desk.wang, "灯坏了")
    await desk.settled()
    found = {}
    for text in ("anna", "ana berg", "@anna", "#1", str(desk.anna.id), "王芳", "芳", "nobody at all"):
        await desk.olivia.writes(f"/find {text}")
        (shown,) = await desk.olivia.reads_messages()
        found[text] = labels(shown)

    assert found == {
        **{text: ["Anna Berg · 1"] for text in ("anna", "ana berg", "@anna", "#1", str(desk.anna.id))},
        **{text: ["王 芳 · 2"] for text in ("王芳", "芳")},
        "nobody at all": [],
    }
    await desk.olivia.writes("/customer 1")
    await desk.olivia.reads()
    rows = await desk.rows(select(audit_events).where(audit_events.c.action == "customer_viewed"))
    assert [row.subject for row in rows] == ["customer 1"]


async def test_the_customers_card_and_their_timeline(desk: Desk) -> None:
    await desk.anna.writes("/ticket <b>My</b> lamp hums")
    asked = await desk.anna.writes("it is bleu")
    await desk.settled()
    await desk.anna.edits(asked, "it is blue")
    for number in range(8):
        await desk.anna.writes(f"line {number}")
    await desk.settled()
    await desk.olivia.writes("/customer @anna")
    (card,) = await desk.olivia.reads_messages()
    assert text_of(card).splitlines()[:3] == ["👤 Anna Berg · 1", "@anna", "Language: English"]
    assert labels(card) == ["🆕 #1", "📜 History"]

    await desk.olivia.presses("📜 History", card)
    (newest,) = await desk.olivia.reads_messages()
    assert "line 7" in text_of(newest)
    await desk.olivia.presses("◀️ Older", newest)
    await desk.settled()
    older = text_of(desk.olivia.chat().messages[newest["message_id"]])
    assert "/ticket <b>My</b> lamp hums" in older
    assert "it is blue\n✏️ before: it is bleu" in older

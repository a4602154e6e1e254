"""The group that becomes the desk: what it needs, what happens when it breaks, moves or is let go."""

from sqlalchemy import select

from bot.clock import utc_now
from bot.crm import agents
from bot.crm import desks as crm_desks
from bot.crm.desks import desks
from tests.e2e.conftest import Desk
from tests.e2e.tickets import opens_ticket, read_all, topic_of

BOUND = (
    "✅ “Support desk” is the desk now. Each customer gets a topic here: what you write in it reaches them, "
    "what starts with // stays among colleagues."
)
BROKEN = (
    "⚠️ I cannot work in the desk group any more ({why}). Tickets come to your private chats until it is mended: "
    "make me an administrator who may manage topics there, then send /bind in the group."
)
MENDED = "✅ The desk group works again: customers' messages go to their topics."


async def _bound(desk: Desk) -> list[int]:
    return [row.chat_id for row in await desk.rows(select(desks.c.chat_id))]


async def test_bind_makes_a_forum_the_desk_with_those_who_wait(private_desk: Desk) -> None:
    desk = private_desk
    await opens_ticket(desk, desk.anna)
    await desk.olivia.writes("/bind", chat=desk.group)
    await desk.settled()

    assert await _bound(desk) == [desk.group.id]
    assert (await desk.olivia.reads(chat=desk.group)) == [BOUND]
    assert len(await read_all(desk, topic_of(desk, desk.anna))) == 1


async def test_bind_says_what_a_group_lacks(private_desk: Desk) -> None:
    desk = private_desk
    plain = desk.play.group("Plain", supergroup=True)
    helpless = desk.play.group("Helpless", forum=True)
    bare = desk.play.group("Bare", forum=True)
    for group in (plain, helpless, bare):
        group.add(desk.olivia)
    desk.play.add_bot(plain)
    desk.play.add_bot(helpless, admin=False)
    desk.play.add_bot(bare, can_manage_topics=False)
    for group in (plain, helpless, bare):
        await desk.olivia.writes("/bind@kefu_bot", chat=group)
    await desk.olivia.writes("/bind")
    await desk.settled()

    said = [
        (await desk.olivia.reads(len(desk.olivia.unread(group)), chat=group))[-1] for group in (plain, helpless, bare)
    ]
    assert [*said, *await desk.olivia.reads()] == [
        "Switch on topics in this group's settings first, then send /bind again.",
        "Make me an administrator of this group first, then send /bind again.",
        "I need the right to manage topics here. Give it to me, then send /bind again.",
        "Send /bind in the group that is to be the desk.",
    ]
    assert await _bound(desk) == []


async def test_agents_cannot_bind(private_desk: Desk) -> None:
    await private_desk.carla.writes("/bind", chat=private_desk.group)

    assert await private_desk.olivia.reads(chat=private_desk.group) == ["That takes a supervisor or an owner."]
    assert await _bound(private_desk) == []


async def test_unbind_lets_the_group_go(desk: Desk) -> None:
    await desk.olivia.writes("/unbind", chat=desk.group)
    await desk.olivia.writes("/unbind", chat=desk.group)

    assert await desk.olivia.reads(2, chat=desk.group) == [
        "This group is the desk no longer. Work goes on in private chats.",
        "This group is not the desk.",
    ]
    assert await _bound(desk) == []


async def test_a_desk_that_loses_its_rights_is_worked_in_private_until_it_is_mended(desk: Desk) -> None:
    desk.play.demote_bot(desk.group)
    assert await desk.olivia.reads() == [BROKEN.format(why="I may not manage topics")]
    await opens_ticket(desk, desk.anna)
    assert (await desk.carla.reads())[0].startswith("🆕 #1 · Anna Berg")

    desk.play.add_bot(desk.group)
    await desk.olivia.reads()  # the card
    assert await desk.olivia.reads() == [MENDED]
    await desk.anna.writes("Hello?")
    await desk.settled()
    assert await read_all(desk, topic_of(desk, desk.anna)) == ["Hello?"]


async def test_a_desk_that_puts_the_bot_out_tells_the_owner_once(desk: Desk) -> None:
    desk.play.remove_bot(desk.group)
    await desk.settled()
    await opens_ticket(desk, desk.anna)
    await desk.settled()

    assert (await desk.olivia.reads(len(desk.olivia.unread())))[0] == BROKEN.format(why="I was removed from the group")
    assert (await desk.carla.reads())[0].startswith("🆕 #1 · Anna Berg")


async def test_a_basic_group_that_becomes_a_supergroup_is_followed(private_desk: Desk) -> None:
    desk = private_desk
    basic = desk.play.group("Old desk")
    basic.add(desk.olivia)
    desk.play.add_bot(basic)
    async with desk.database.begin() as tx:
        (olivia, *_) = await agents.active(tx)
        await crm_desks.bind(tx, chat_id=basic.id, title="Old desk", agent_id=olivia.id, now=utc_now())
    before = basic.id
    desk.play.migrate(basic, forum=True)
    await desk.settled()
    await opens_ticket(desk, desk.anna)
    await desk.settled()

    assert basic.id != before
    assert await _bound(desk) == [basic.id]
    assert [topic["name"] for topic in basic.topics] == ["Anna Berg · 1"]

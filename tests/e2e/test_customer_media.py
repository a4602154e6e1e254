"""Stories of what is not text: photos, albums, voice, contacts, edits; recorded, shown at the desk, never dropped."""

from sqlalchemy import select

from bot.crm import communications as record
from bot.crm.communications import Direction, Kind, communications
from bot.crm.customers import IdentityKind, identities
from bot.crm.tickets import tickets
from bot.playground.acts import Piece
from tests.e2e.conftest import Desk

OPENED = "I've passed this on to our team: ticket #1.\nAnything you add here goes straight to it."


async def heard(desk: Desk) -> list[tuple[Kind, str, bool]]:
    """Everything that customers sent: (kind, text, whether its file is known)."""
    rows = await desk.rows(
        select(communications).where(communications.c.direction == Direction.IN).order_by(communications.c.id)
    )
    return [(row.kind, row.text, row.file_id is not None) for row in rows]


async def test_every_kind_is_recorded_and_a_burst_gets_one_word(desk: Desk) -> None:
    anna = desk.anna
    await anna.sends_photo(caption="Can you mend my penguin's sofa?")
    await anna.sends_document(name="receipt.pdf")
    await anna.sends_voice()
    await anna.sends_video()
    await anna.sends_video_note()
    await anna.sends_sticker()
    await anna.sends_location()
    await anna.sends_contact(of=desk.wang)
    await desk.settled()

    assert await anna.reads() == [OPENED]
    assert anna.unread() == []
    assert await heard(desk) == [
        (Kind.PHOTO, "Can you mend my penguin's sofa?", True),
        (Kind.DOCUMENT, "", True),
        (Kind.VOICE, "", True),
        (Kind.VIDEO, "", True),
        (Kind.VIDEO_NOTE, "", True),
        (Kind.STICKER, "", True),
        (Kind.LOCATION, "", False),
        (Kind.CONTACT, desk.wang.phone, False),
    ]
    assert len(await desk.rows(select(tickets))) == 1


async def test_a_caption_is_understood_as_a_question(desk: Desk) -> None:
    await desk.anna.sends_photo(caption="Where is my order?")
    (answer,) = await desk.anna.reads_messages()
    assert [button["text"] for button in answer["reply_markup"]["inline_keyboard"][0]] == [
        "Solved ✅",
        "Talk to a person 🙋",
    ]


async def test_albums_sent_or_forwarded_make_one_ticket_and_one_word(desk: Desk) -> None:
    await desk.anna.sends_album(["photo", "photo", Piece("photo")])
    await desk.anna.forwards_album(["photo", "photo"], caption="From my neighbour")
    await desk.settled()
    assert await desk.anna.reads() == [OPENED]
    assert desk.anna.unread() == []
    rows = await desk.rows(select(communications.c.ticket_id).where(communications.c.direction == Direction.IN))
    assert [row.ticket_id for row in rows] == [1] * 5


async def test_an_edit_keeps_both_versions_and_shows_at_the_desk(desk: Desk) -> None:
    message = await desk.anna.writes("Can my pengiun sleep on your sofa?")
    await desk.settled()
    await desk.anna.edits(message, "Can my penguin sleep on your sofa?")
    await desk.play.until(lambda: desk.olivia.sees(desk.group)[-1].get("text") == "Can my penguin sleep on your sofa?")
    await desk.settled()
    async with desk.database.read() as tx:
        said = await record.by_message(tx, desk.anna.id, message["message_id"])
        assert said is not None
        versions = [text for _, text in await record.versions_of(tx, said.id)]
    assert (said.text, versions) == ("Can my penguin sleep on your sofa?", ["Can my pengiun sleep on your sofa?"])


async def test_a_deleted_message_stays_on_the_record(desk: Desk) -> None:
    message = await desk.anna.writes("Can my penguin sleep on your sofa?")
    await desk.settled()
    await desk.anna.deletes(message)
    await desk.anna.writes("Never mind")
    await desk.settled()
    assert [text for _, text, _ in await heard(desk)] == ["Can my penguin sleep on your sofa?", "Never mind"]


async def test_a_shared_phone_is_known_and_somebody_elses_is_refused(desk: Desk) -> None:
    anna = desk.anna
    await anna.writes("/phone")
    await anna.reads()
    assert anna.keyboard() == [["📱 Share my phone"]]
    await anna.taps("📱 Share my phone")
    (said,) = await anna.reads()
    assert said.startswith("Thank you! I've noted your number +")
    assert anna.keyboard() == []

    await anna.sends_contact(of=desk.wang)
    (said,) = await anna.reads()
    assert said.startswith("This contact isn't your own")
    phones = await desk.rows(select(identities.c.customer_id).where(identities.c.kind == IdentityKind.PHONE))
    assert [row.customer_id for row in phones] == [1]

"""POST /play/act: one entry per thing that a person can do on the page. Called by control.py."""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.playground import acts, groups
from bot.playground.acts import Piece, Place
from bot.playground.errors import ActImpossible
from bot.playground.queries import Query, answer_to
from bot.playground.world import Account, Json, World

PATIENCE = 10.0
MEDIA = frozenset({"photo", "document", "voice", "video", "video_note", "sticker"})

Deed = Callable[[World, Account, Place, Json], Any]


async def act(world: World, body: Json) -> Any:
    """Do what `body["act"]` says as the person `body["actor"]`; what cannot be done raises ActImpossible."""
    account = world.accounts.get(_number(body, "actor"))
    if account is None:
        raise ActImpossible("there is no such person")
    place = _place(world, account, body)
    name = str(body.get("act"))
    if name in MEDIA:
        return _send_files(world, account, place, body, name)
    deed = _DEEDS.get(name)
    if deed is None:
        raise ActImpossible(f"there is no act {name!r}")
    result = deed(world, account, place, body)
    return await result if isinstance(result, Awaitable) else result


def _place(world: World, account: Account, body: Json) -> Place:
    chat = world.chats.get(_number(body, "chat_id")) if body.get("chat_id") else world.private_chat(account)
    if chat is None:
        raise ActImpossible("there is no such chat")
    thread_id, reply_to = _number(body, "thread_id"), _number(body, "reply_to")
    return Place(chat, thread_id or None, reply_to or None, str(body.get("quote") or "") or None)


def _number(body: Json, name: str) -> int:
    try:
        return int(body.get(name) or 0)
    except (TypeError, ValueError):
        raise ActImpossible(f"{name} must be a number") from None


def _degrees(body: Json, name: str, default: float) -> float:
    try:
        return float(body[name]) if body.get(name) is not None else default
    except (TypeError, ValueError):
        raise ActImpossible(f"{name} must be a number") from None


def _start(world: World, account: Account, place: Place, body: Json) -> Json:
    payload = str(body.get("payload") or "")
    return acts.write(world, account, place, f"/start {payload}".strip())


def _write(world: World, account: Account, place: Place, body: Json) -> Json:
    return acts.write(world, account, place, str(body.get("text") or ""))


def _edit(world: World, account: Account, place: Place, body: Json) -> Json:
    return acts.edit(world, account, place.chat, _number(body, "message_id"), str(body.get("text") or ""))


def _delete(world: World, account: Account, place: Place, body: Json) -> bool:
    acts.delete(world, account, place.chat, _number(body, "message_id"))
    return True


async def _press(world: World, account: Account, place: Place, body: Json) -> Json:
    wanted = str(body.get("data") or body.get("text") or "")
    query = acts.press(world, account, place.chat, wanted, _number(body, "message_id") or None)
    return await _answer(query, "the button")


def _tap(world: World, account: Account, place: Place, body: Json) -> Json:
    return acts.tap(world, account, place, str(body.get("text") or ""))


def _react(world: World, account: Account, place: Place, body: Json) -> bool:
    emoji = str(body.get("emoji") or body.get("text") or "")
    acts.react(world, account, place.chat, _number(body, "message_id"), emoji)
    return True


def _location(world: World, account: Account, place: Place, body: Json) -> Json:
    location = {"latitude": _degrees(body, "latitude", 52.52), "longitude": _degrees(body, "longitude", 13.405)}
    return acts.send(world, account, place, {"location": location})


def _contact(world: World, account: Account, place: Place, body: Json) -> Json:
    owner = world.accounts.get(_number(body, "of"), account)
    phone = str(body.get("phone") or owner.phone)
    return acts.send(world, account, place, {"contact": acts.contact_of(owner, phone)})


def _album(world: World, account: Account, place: Place, body: Json) -> list[Json]:
    pieces = [_piece(world, file_id, None, body) for file_id in body.get("file_ids") or []]
    return acts.send_album(world, account, place, pieces)


def _block(world: World, account: Account, place: Place, body: Json) -> bool:
    acts.set_blocked(world, account, blocked=True)
    return True


def _unblock(world: World, account: Account, place: Place, body: Json) -> bool:
    acts.set_blocked(world, account, blocked=False)
    return True


async def _inline(world: World, account: Account, place: Place, body: Json) -> Json:
    query = acts.ask_inline(world, account, str(body.get("query") or ""), place.chat)
    return await _answer(query, "the inline question")


def _choose_inline(world: World, account: Account, place: Place, body: Json) -> Json:
    if not isinstance(body.get("result"), dict):
        raise ActImpossible("which result was chosen?")
    return acts.choose_inline(world, account, place, body["result"])


def _create_topic(world: World, account: Account, place: Place, body: Json) -> Json:
    if not place.chat.is_forum:
        raise ActImpossible("the chat is not a forum")
    name = str(body.get("name") or body.get("text") or "").strip()
    if not name:
        raise ActImpossible("a topic needs a name")
    return groups.create_topic(world, place.chat, account.user, name).public()


def _delete_topic(world: World, account: Account, place: Place, body: Json) -> bool:
    groups.delete_topic(world, place.chat, place.thread_id or 0)
    return True


def _close_topic(world: World, account: Account, place: Place, body: Json) -> bool:
    topic = place.chat.topics.get(place.thread_id or 0)
    if topic is None:
        raise ActImpossible("there is no such topic")
    groups.set_topic_closed(world, place.chat, account.user, topic, closed=not topic.closed)
    return True


async def _answer(query: Query, what: str) -> Json:
    try:
        return await answer_to(query, what, PATIENCE)
    except AssertionError as silence:
        raise ActImpossible(str(silence)) from None


def _send_files(world: World, account: Account, place: Place, body: Json, kind: str) -> Any:
    file_ids = body.get("file_ids") or []
    pieces = [_piece(world, file_id, kind, body if not index else {}) for index, file_id in enumerate(file_ids)]
    if len(pieces) > 1:
        return acts.send_album(world, account, place, pieces)
    return acts.send_piece(
        world, account, place, pieces[0] if pieces else Piece(kind, caption=str(body.get("text") or ""))
    )


def _piece(world: World, file_id: str, kind: str | None, body: Json) -> Piece:
    """A file that the page uploaded, sent as what was asked for, or as what it looks like."""
    file = world.files.by_id.get(str(file_id))
    if file is None:
        raise ActImpossible("there is no such file")
    looks = file.mime_type.partition("/")[0]
    kind = kind or {"image": "photo", "video": "video"}.get(looks, "document")
    caption = str(body.get("caption") or body.get("text") or "")
    return Piece(kind, file.content, file.name, file.mime_type, caption)


_DEEDS: dict[str, Deed] = {
    "start": _start,
    "write": _write,
    "edit": _edit,
    "delete": _delete,
    "press": _press,
    "tap": _tap,
    "react": _react,
    "location": _location,
    "contact": _contact,
    "album": _album,
    "block": _block,
    "unblock": _unblock,
    "inline": _inline,
    "choose_inline": _choose_inline,
    "create_topic": _create_topic,
    "delete_topic": _delete_topic,
    "close_topic": _close_topic,
}

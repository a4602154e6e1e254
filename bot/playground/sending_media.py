"""sendPhoto and its kin, and albums: uploads, file ids, captions, and what each kind may be."""

import uuid
from typing import Any

from bot.playground.calls import Method, Params, Upload, method
from bot.playground.errors import bad_request
from bot.playground.files import StoredFile
from bot.playground.markup import reply_markup
from bot.playground.media import KINDS, WITHOUT_CAPTION, image_size, media_content
from bot.playground.messages import (
    bot_sends,
    caption_content,
    chat_for,
    compose,
    reply_fields,
    topic_for,
)
from bot.playground.world import Json, World

PHOTO_LIMIT = 10 << 20
IN_ALBUMS = frozenset({"photo", "video", "document", "audio"})


def file_of(world: World, params: Params, value: str, kind: str) -> StoredFile:
    """The file that a parameter means: an upload beside it, one attached by name, a file id, or an address."""
    if not value:
        raise bad_request(f"there is no {kind.replace('_', ' ')} in the request")
    upload = params.uploads.get(value.removeprefix("attach://")) if value.startswith("attach://") else None
    if upload is not None:
        return _taken_in(world, upload, kind)
    if value.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    known = world.files.by_id.get(value)
    if known is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if known.kind != kind and {known.kind, kind} != {"animation", "document"}:
        raise bad_request(f"can't use file of type {known.kind.title()} as {kind.title()}")
    return known


def _taken_in(world: World, upload: Upload, kind: str) -> StoredFile:
    if not upload.content:
        raise bad_request("file must be non-empty")
    if kind == "photo":
        if len(upload.content) > PHOTO_LIMIT:
            raise bad_request("file is too big for a photo")
        if image_size(upload.content) is None:
            raise bad_request("IMAGE_PROCESS_FAILED")
    return world.files.add(kind, upload.content, upload.name, upload.mime_type)


def given_file(world: World, params: Params, kind: str) -> StoredFile:
    """The file of a sendX call: under its own name, as an upload or as text."""
    upload = params.uploads.get(kind)
    return _taken_in(world, upload, kind) if upload is not None else file_of(world, params, params.text(kind), kind)


def _sender(kind: str) -> Method:
    def send(world: World, params: Params) -> Json:
        chat = chat_for(world, params)
        markup = reply_markup(params, chat)
        caption = {} if kind in WITHOUT_CAPTION else caption_content(world, params)
        content = media_content(given_file(world, params, kind), dict(params.values)) | caption
        if params.flag("has_spoiler"):
            content["has_media_spoiler"] = True
        return bot_sends(world, chat, content, params, markup)

    return send


for _kind in KINDS:
    method("send" + _kind.title().replace("_", ""))(_sender(_kind))


@method("sendMediaGroup")
def send_media_group(world: World, params: Params) -> list[Json]:
    chat = chat_for(world, params)
    asked = params.data("media")
    if not isinstance(asked, list):
        raise bad_request("can't parse media JSON object")
    if not 2 <= len(asked) <= 10:
        raise bad_request("group send failed" if asked else "there are no messages to send")
    _refuse_mixture(asked)
    contents = [input_media(world, params, item) for item in asked]
    reply = reply_fields(world, chat, params)
    topic = topic_for(world, chat, params.integer("message_thread_id"))
    world.limits.spend(chat.id, len(contents), is_group=not chat.is_private)
    group = {"media_group_id": str(uuid.uuid4().int % 10**17)}
    sent = []
    for content in contents:
        message = compose(world, chat, world.bot.user, content | group, topic=topic, reply=reply)
        world.keep_message(chat, message)
        sent.append(message)
    return sent


def input_media(world: World, params: Params, item: Json) -> Json:
    """The part of a message that an InputMedia object describes, its caption checked."""
    kind = str(item.get("type"))
    if kind not in KINDS:
        raise bad_request("can't parse InputMedia: type must be one of photo, video, animation, audio, document")
    content = media_content(file_of(world, params, str(item.get("media") or ""), kind), item)
    said = Params({key: item.get(key) for key in ("caption", "caption_entities", "parse_mode") if item.get(key)})
    return content | caption_content(world, said)


def _refuse_mixture(asked: list[Any]) -> None:
    """Documents and music go only with their own kind; photos and videos go together."""
    kinds = {str(item.get("type")) if isinstance(item, dict) else "" for item in asked}
    if not kinds <= IN_ALBUMS:
        raise bad_request("can't use the media of the specified type in the album")
    if len(kinds) > 1 and kinds != {"photo", "video"}:
        raise bad_request(f"{min(kinds).title()} can't be mixed with other media types")

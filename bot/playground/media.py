"""Files as they look inside a message: a photo's size, a voice's length. Called by sending_media.py and acts.py."""

import struct
import zlib
from typing import Any

from bot.playground.files import StoredFile

Json = dict[str, Any]

KINDS = ("photo", "document", "voice", "video", "video_note", "animation", "audio", "sticker")
WITHOUT_CAPTION = frozenset({"video_note", "sticker"})


def media_content(file: StoredFile, given: Json | None = None) -> Json:
    """The part of a message that carries this file; `given` has what the sender said of it (duration, title, …)."""
    given = given or {}
    plain: Json = {"file_id": file.file_id, "file_unique_id": file.unique_id, "file_size": len(file.content)}
    width, height = image_size(file.content) or (320, 240)
    size = {"width": width, "height": height}
    if file.kind == "photo":
        return {"photo": [plain | size]}
    named = plain | {"file_name": file.name, "mime_type": file.mime_type}
    lasting = {"duration": int(given.get("duration") or 1)}
    said = {name: given[name] for name in ("performer", "title") if given.get(name)}
    shape = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
    shown: dict[str, Json] = {
        "document": named,
        "voice": plain | lasting | {"mime_type": "audio/ogg"},
        "video": named | size | lasting,
        "video_note": plain | lasting | {"length": int(given.get("length") or 240)},
        "animation": named | size | lasting,
        "audio": named | lasting | said,
        "sticker": plain | shape | {"emoji": given.get("emoji") or "🙂"},
    }
    content: Json = {file.kind: shown[file.kind]}
    return content | {"document": named} if file.kind == "animation" else content


def media_kind(message: Json) -> str | None:
    """What medium a message carries. An animation also shows as a document, so it is asked for first."""
    return next((kind for kind in ("animation", *KINDS) if kind in message), None)


def file_id_of(message: Json) -> str | None:
    kind = media_kind(message)
    if kind is None:
        return None
    medium = message[kind][-1] if kind == "photo" else message[kind]
    return str(medium["file_id"])


def image_size(content: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG, GIF, WebP or JPEG; None for anything else."""
    if content.startswith(b"\x89PNG") and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return width, height
    if content.startswith(b"GIF8") and len(content) >= 10:
        width, height = struct.unpack("<HH", content[6:10])
        return width, height
    if content.startswith(b"\xff\xd8"):
        return _jpeg_size(content)
    if content[8:12] == b"WEBP":
        return 512, 512
    return None


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    index = 2
    while index + 9 < len(content):
        if content[index] != 0xFF:
            return None
        marker = content[index + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[index + 5 : index + 9])
            return width, height
        index += 2 + int.from_bytes(content[index + 2 : index + 4], "big")
    return None


def sample(kind: str) -> bytes:
    """Bytes to send when a test does not care which: a small real picture, or some bytes."""
    if kind not in {"photo", "sticker"}:
        return f"a {kind} of the playground".encode()
    rows = b"".join(b"\x00" + bytes((60, 120 + row, 200)) * 64 for row in range(48))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in (
            (b"IHDR", struct.pack(">IIBBBBB", 64, 48, 8, 2, 0, 0, 0)),
            (b"IDAT", zlib.compress(rows)),
            (b"IEND", b""),
        )
    )

"""Files that people and the bot sent: bytes, names, ids and paths. Media objects of messages are built in media.py."""

import mimetypes
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePath

from bot.playground.store import Store

DOWNLOAD_LIMIT = 20 << 20
UPLOAD_LIMIT = 50 << 20

_FOLDERS = {
    "photo": "photos",
    "document": "documents",
    "voice": "voice",
    "video": "videos",
    "video_note": "video_notes",
    "animation": "animations",
    "audio": "music",
    "sticker": "stickers",
}
_SUFFIXES = {"photo": ".jpg", "voice": ".oga", "video_note": ".mp4", "video": ".mp4", "sticker": ".webp"}


@dataclass(frozen=True, slots=True)
class StoredFile:
    file_id: str
    unique_id: str
    kind: str
    name: str
    mime_type: str
    path: str
    content: bytes


class Files:
    def __init__(self, store: Store) -> None:
        self._store = store
        self.by_id: dict[str, StoredFile] = {}
        self.by_path: dict[str, StoredFile] = {}
        for _, record, content in store.all("file"):
            self._keep(StoredFile(**record, content=content or b""))

    def add(self, kind: str, content: bytes, name: str = "", mime_type: str = "") -> StoredFile:
        number = len(self.by_id) + 1
        digest = sha256(content).hexdigest()
        suffix = PurePath(name).suffix or _SUFFIXES.get(kind, ".bin")
        mime = mime_type or mimetypes.guess_type(name or f"file{suffix}")[0] or "application/octet-stream"
        file = StoredFile(
            file_id=f"Kefu{kind.title().replace('_', '')}{number:06d}{digest[:24]}",
            unique_id=f"Q{digest[:14]}",
            kind=kind,
            name=name or f"file_{number}{suffix}",
            mime_type=mime,
            path=f"{_FOLDERS.get(kind, 'uploads')}/file_{number}{suffix}",
            content=content,
        )
        record = {key: getattr(file, key) for key in ("file_id", "unique_id", "kind", "name", "mime_type", "path")}
        self._store.put("file", number, record, content)
        self._keep(file)
        return file

    def _keep(self, file: StoredFile) -> None:
        self.by_id[file.file_id] = file
        self.by_path[file.path] = file

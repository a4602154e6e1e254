"""Albums on their way: parts that come one by one are gathered into one post. Used where messages are copied."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from bot.crm.outbox import OutboxState, outbox
from bot.transactions import Transaction


async def gathering(tx: Transaction, chat_id: int, album: str) -> tuple[int, dict[str, Any], list[int]] | None:
    """Return (id, payload, shows) of the album post that is still gathering its parts, or None."""
    row = await tx.first(
        select(outbox.c.id, outbox.c.payload, outbox.c.shows)
        .where(outbox.c.chat_id == chat_id, outbox.c.album == album, outbox.c.state == OutboxState.PENDING)
        .where(outbox.c.settled_at.is_(None))
        .with_for_update()  # or it is taken to be sent while a part is added
    )
    return None if row is None else (row.id, json.loads(row.payload), json.loads(row.shows))


async def extend(
    tx: Transaction, post_id: int, payload: Mapping[str, Any], shows: Sequence[int], due_at: datetime
) -> None:
    """Give a gathering album post one part more, and a little more time."""
    await tx.execute(
        update(outbox)
        .where(outbox.c.id == post_id)
        .values(payload=json.dumps(payload, ensure_ascii=False), shows=json.dumps(list(shows)), due_at=due_at)
    )

"""getMe, getUpdates and the webhook's settings: how the bot hears. The queue is updates.py, the delivery webhook.py."""

import re
from typing import Any

from bot.playground.calls import Params, method
from bot.playground.errors import bad_request
from bot.playground.world import Json, World

LONGEST_POLL = 50
_ADDRESS = re.compile(
    r"https://[^/\s]+|http://(?:127\.0\.0\.1|localhost)(?::\d+)?(?:/|$)"
)  # plain HTTP on loopback only
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


def allowed_updates(params: Params) -> list[str] | None:
    value = params.data("allowed_updates")
    if value is None:
        return None
    if not isinstance(value, list):
        raise bad_request("can't parse allowed updates: Expected an Array of String")
    return [str(kind) for kind in value]


@method("getMe")
def get_me(world: World, params: Params) -> Json:
    return {
        **world.bot.user,
        "can_join_groups": True,
        "can_read_all_group_messages": not world.privacy,
        "supports_inline_queries": True,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


@method("getUpdates")
async def get_updates(world: World, params: Params) -> list[Json]:
    offset = params.integer("offset")
    limit = params.integer("limit", 100, 1, 100)
    if not world.updates.webhook_active:
        world.updates.allow(allowed_updates(params))
    return await world.updates.get(offset, limit, params.integer("timeout", 0, 0, LONGEST_POLL))


@method("setWebhook")
async def set_webhook(world: World, params: Params) -> bool:
    url = params.text("url")
    if not url:
        return await _stop_webhook(world, params)
    if not _ADDRESS.match(url):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    secret = params.text("secret_token")
    if secret and not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    world.updates.allow(allowed_updates(params))
    if params.flag("drop_pending_updates"):
        world.updates.drop_all()
    world.updates.end_poll("Conflict: terminated by setWebhook request")
    await world.webhook.start(url, secret, params.integer("max_connections", 40, 1, 100))
    return True


@method("deleteWebhook")
async def delete_webhook(world: World, params: Params) -> bool:
    return await _stop_webhook(world, params)


async def _stop_webhook(world: World, params: Params) -> bool:
    if params.flag("drop_pending_updates"):
        world.updates.drop_all()
    await world.webhook.stop()
    return True


@method("getWebhookInfo")
def get_webhook_info(world: World, params: Params) -> Json:
    info: dict[str, Any] = world.webhook.info()
    if world.updates.allowed:
        info["allowed_updates"] = world.updates.allowed
    return info

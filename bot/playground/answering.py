"""answerCallbackQuery and answerInlineQuery: the bot's word to a tap or to an inline question."""

from typing import Any

from bot.playground.calls import Params, method
from bot.playground.errors import bad_request
from bot.playground.queries import Query
from bot.playground.world import Json, World

CALLBACK_TEXT_LIMIT = 200
INLINE_RESULTS_LIMIT = 50


def _query(world: World, kind: str, query_id: str) -> Query:
    query = world.queries.get(query_id)
    is_old = query is not None and world.clock() - query.asked_at > world.query_lifetime
    if query is None or query.kind != kind or is_old:
        world.queries.pop(query_id, None)
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    return query


def _settle(world: World, query: Query, answer: Json) -> None:
    del world.queries[query.id]
    if not query.answer.done():
        query.answer.set_result(answer)
    world.hub.wake()


@method("answerCallbackQuery")
def answer_callback_query(world: World, params: Params) -> bool:
    query = _query(world, "callback", params.text("callback_query_id"))
    text = params.text("text")
    if len(text) > CALLBACK_TEXT_LIMIT:
        raise bad_request("MESSAGE_TOO_LONG")
    answer = {"text": text, "show_alert": params.flag("show_alert"), "url": params.text("url")}
    _settle(world, query, answer)
    world.hub.tell("callback_answer", user_id=query.person_id, text=text, show_alert=answer["show_alert"])
    return True


@method("answerInlineQuery")
def answer_inline_query(world: World, params: Params) -> bool:
    query = _query(world, "inline", params.text("inline_query_id"))
    results = params.data("results")
    if not isinstance(results, list):
        raise bad_request("can't parse inline query results: Expected an Array of inline query results")
    if len(results) > INLINE_RESULTS_LIMIT:
        raise bad_request("can't parse inline query results: Too many inline query results specified")
    _refuse_bad_results(results)
    _settle(world, query, {"results": results, "next_offset": params.text("next_offset")})
    return True


def _refuse_bad_results(results: list[Any]) -> None:
    seen = set()
    for result in results:
        if not isinstance(result, dict):
            raise bad_request("can't parse inline query result: Inline query result must be an object")
        key = str(result.get("id", ""))
        if not 1 <= len(key.encode()) <= 64:
            raise bad_request("RESULT_ID_INVALID")
        if key in seen:
            raise bad_request("RESULT_ID_DUPLICATE")
        seen.add(key)
        if result.get("type") == "article" and not result.get("title"):
            raise bad_request("can't parse inline query result: Can't find field \"title\"")
        if result.get("type") == "article" and not result.get("input_message_content"):
            raise bad_request("can't parse inline query result: Can't find field \"input_message_content\"")

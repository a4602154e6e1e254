"""HTML, MarkdownV2 and entities: what is stored, at which UTF-16 offsets, and what is refused."""

import html

import aiohttp
import pytest
from aiogram.types import MessageEntity
from hypothesis import given, strategies

from bot.playground.entities import formatted, utf16_slice
from tests.e2e.people import playing, refusal

PARSED = [
    ("<b>a</b>", "a", [("bold", 0, 1)]),
    ("😀 <i>b</i> &lt;c&gt; &amp;", "😀 b <c> &", [("italic", 3, 1)]),
    ("<b>x<i>y</i></b>", "xy", [("bold", 0, 2), ("italic", 1, 1)]),
    ('<a href="https://kefu.example/?a=1&amp;b=2">go</a>', "go", [("text_link", 0, 2)]),
    ('<pre><code class="language-python">1 &lt; 2</code></pre>', "1 < 2", [("pre", 0, 5)]),
    ('<span class="tg-spoiler">s</span>', "s", [("spoiler", 0, 1)]),
    ("<blockquote expandable>q</blockquote>", "q", [("expandable_blockquote", 0, 1)]),
    ("  <b> spaced </b>  ", "spaced", [("bold", 0, 6)]),
    ("<b></b>empty tags vanish & a lone ampersand stays", "empty tags vanish & a lone ampersand stays", []),
    (
        "see https://kefu.example/x. or /help",
        "see https://kefu.example/x. or /help",
        [("url", 4, 22), ("bot_command", 31, 5)],
    ),
]


@pytest.mark.parametrize(("source", "text", "entities"), PARSED)
async def test_html_is_kept_as_text_and_entities(source: str, text: str, entities: list[tuple[str, int, int]]):
    async with playing() as (play, bot):
        anna = play.person("Anna")
        await anna.starts()
        sent = await bot.send_message(anna.id, source, parse_mode="HTML")
        assert sent.text == text
        assert [(one.type, one.offset, one.length) for one in sent.entities or []] == entities


REFUSED = [
    ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
    ("a</b>", "Unexpected end tag at byte offset 1"),
    ("é<x>a</x>", 'Unsupported start tag "x" at byte offset 2'),
    ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
    ("<b>a</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
    ("a <b", "Unclosed start tag at byte offset 2"),
    ('<a href="x', 'Unclosed start tag "a" at byte offset 0'),
    ("<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
]


@pytest.mark.parametrize(("source", "reason"), REFUSED)
async def test_broken_html_is_refused_with_the_place(source: str, reason: str):
    async with playing() as (play, bot):
        anna = play.person("Anna")
        await anna.starts()
        assert await refusal(bot.send_message(anna.id, source, parse_mode="HTML")) == (
            f"Bad Request: can't parse entities: {reason}"
        )


async def test_markdown_is_read_and_its_reserved_characters_guarded():
    async with playing() as (play, bot):
        anna = play.person("Anna")
        await anna.starts()
        sent = await bot.send_message(anna.id, "*b _i_* `c` [l](https://a.example) 1\\.5", parse_mode="MarkdownV2")
        assert sent.text == "b i c l 1.5"
        assert [(one.type, one.offset, one.length) for one in sent.entities or []] == [
            ("bold", 0, 3),
            ("italic", 2, 1),
            ("code", 4, 1),
            ("text_link", 6, 1),
        ]
        assert await refusal(bot.send_message(anna.id, "1.5", parse_mode="MarkdownV2")) == (
            "Bad Request: can't parse entities: Character '.' is reserved and must be escaped with the preceding '\\'"
        )
        assert await refusal(bot.send_message(anna.id, "é *b", parse_mode="MarkdownV2")) == (
            "Bad Request: can't parse entities: Can't find end of Bold entity at byte offset 3"
        )
        assert await refusal(bot.send_message(anna.id, "x", parse_mode="BBCode")) == (
            "Bad Request: unsupported parse_mode"
        )


async def test_given_entities_must_lie_in_the_text():
    async with playing() as (play, bot):
        anna = play.person("Anna")
        await anna.starts()

        async def sent(text: str, offset: int, length: int) -> list[tuple[str, int, int]]:
            bold = MessageEntity(type="bold", offset=offset, length=length)
            kept = (await bot.send_message(anna.id, text, entities=[bold])).entities or []
            return [(one.type, one.offset, one.length) for one in kept]

        assert await sent("😀bold", 2, 4) == [("bold", 2, 4)]
        assert await refusal(sent("bold", 2, 4)) == (
            "Bad Request: entity beginning at UTF-16 offset 2 ends after the end of the text"
        )
        assert await refusal(sent("😀bold", 1, 4)) == (
            "Bad Request: entity begins in a middle of a UTF-16 symbol at byte offset 1"
        )


async def test_a_mention_by_id_names_who_is_known_and_drops_who_is_not():
    async with playing() as (play, bot):
        anna = play.person("Anna")
        await anna.starts()
        source = f'<a href="tg://user?id={anna.id}">you</a> <a href="tg://user?id=424242">who</a>'
        sent = await bot.send_message(anna.id, source, parse_mode="HTML")
        assert [(one.type, one.user.first_name) for one in sent.entities or [] if one.user] == [
            ("text_mention", "Anna")
        ]


async def test_half_a_character_is_no_text():
    async with playing() as (play, _), aiohttp.ClientSession() as http:
        anna = play.person("Anna")
        await anna.starts()
        said = {"chat_id": anna.id, "text": "\ud83d"}
        async with http.post(f"{play.url}/bot{play.token}/sendMessage", json=said) as answer:
            assert (await answer.json())["description"] == "Bad Request: strings must be encoded in UTF-8"


@given(strategies.text(max_size=200))
def test_escaped_text_comes_back_as_it_was(text: str):
    plain, _ = formatted(text, None, None)
    assert formatted(html.escape(text), "HTML", None) == (plain, [])


@given(strategies.text(min_size=1, max_size=50), strategies.text(max_size=50))
def test_an_entity_marks_the_same_words_whatever_stands_before_it(words: str, before: str):
    text, entities = formatted(f"{html.escape(before)}<b>{html.escape(words)}</b>", "HTML", None)
    marked = [utf16_slice(text, one["offset"], one["length"]) for one in entities]
    assert all(part and part in formatted(f"_{words}_", None, None)[0] for part in marked)


async def test_people_write_anything():
    async with playing() as (play, bot):
        anna = play.person("Anna")
        await anna.writes("<b>not html</b>\x00 *nor* markdown")
        await anna.writes("/order@kefu_bot 7, a@b.example, @friend, #tag")
        plain, rich = [update.message for update in await bot.get_updates()]
        assert plain is not None
        assert rich is not None
        assert (plain.text, plain.entities) == ("<b>not html</b>  *nor* markdown", None)
        assert [one.type for one in rich.entities or []] == ["bot_command", "email", "mention", "hashtag"]


async def test_a_very_long_text_is_sent_in_parts_as_the_apps_do():
    async with playing() as (play, bot):
        await play.person("Anna").writes("x" * 4097)
        assert [len(update.message.text) for update in await bot.get_updates()] == [4096, 1]

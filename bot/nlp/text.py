"""Cleaning and cutting what people write, before anything is compared with anything.

Owns one question: which characters of a message carry meaning, and in which pieces should it be read? Called by the
encoder's users (:mod:`bot.nlp.understanding`, :mod:`bot.nlp.matcher`) and by the FAQ check to find duplicates.
"""

import re
import unicodedata
from collections.abc import Iterator

from bot.nlp.frame import unframed

# Lengths in tenths of a word: a Chinese word is about 1.6 characters long, so a character counts as 0.6 of a word.
WINDOW = 240
STRIDE = 120
WORD = 10
CJK_CHARACTER = 6
# Nobody reads further than this either; it bounds the work one message can ask for.
LONGEST = 10_000

CJK = "\u2e80-\u2fff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"

# Written after NFKC, so full-width letters are ASCII already; only ASCII, so Chinese right behind a link survives.
_URL = re.compile(r"(?:\b[a-z][a-z0-9+.-]{1,10}://|\bwww\.|\bt\.me/)[!-~]+")
_MENTION = re.compile(r"(?<![\w.])@[a-z0-9_]{3,}")
# Digits are left alone: 1000 and 100 are not the same number.
_REPEATS = re.compile(r"([^\d\s])\1{2,}")
_LINES = re.compile(r"\s*\n\s*")
_SPACES = re.compile(r"[^\S\n]+")
_SENTENCE_END = re.compile(rf"(?<=[.!?])\s+|(?<=[。！？…；;])|\n|(?<=[!?.])(?=[{CJK}])")
_UNIT = re.compile(rf"[{CJK}]|[^\W{CJK}]+(?:['’][^\W{CJK}]+)*")
_HAS_WORD = re.compile(r"\w")
_WORDS = re.compile(r"\w+")


class _Visible(dict[int, str | None]):
    """A translation table filled as characters are met: emoji and symbols become a space, the invisible nothing."""

    def __missing__(self, codepoint: int) -> str | None:
        replacement = _replacement(chr(codepoint))
        if len(self) < 20_000:  # bounded: a hostile text may hold every character there is
            self[codepoint] = replacement
        return replacement


def _replacement(character: str) -> str | None:
    if character in "\n\r\u2028\u2029\x0b\x0c\x85":
        return "\n"
    if character.isspace():
        return " "
    match unicodedata.category(character):
        case "Cc" | "Cf" | "Cs" | "Co" | "Cn":
            return None
        case "So" | "Sk" | "Me":
            return " "
    if "\ufe00" <= character <= "\ufe0f":
        return None
    return character


_VISIBLE = _Visible()


def normalise(text: str) -> str:
    """The text as the matcher compares it: NFKC, lower case, no emoji, links, mentions or invisible characters.

    Three or more of a letter in a row become two; white space is one space, a line break stays one line break
    (it separates sentences). Never raises, lone surrogates and NUL included.
    """
    visible = text[:LONGEST].translate(_VISIBLE)
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", visible).lower())
    folded = _URL.sub(" ", folded.translate(_VISIBLE))
    folded = _MENTION.sub(" ", folded)
    folded = _REPEATS.sub(r"\1\1", folded).replace("’", "'")
    return _LINES.sub("\n", _SPACES.sub(" ", folded)).strip()[:LONGEST]


def bare(text: str) -> str:
    """The words of a text alone, for telling whether two texts say the same: no marks, no capitals."""
    return words_alone(normalise(text))


def words_alone(normalised: str) -> str:
    """:func:`bare` for a text that is normalised already."""
    return " ".join(_WORDS.findall(normalised))


def windows(text: str) -> list[str]:
    """Pieces of a normalised text to be matched each on its own, without repeats, the whole first if it is short.

    Sentences, with and without the politeness around them, and runs of about 24 words at a stride of 12 (a Chinese
    character is 0.6 of a word), because a greeting or a story around a question drowns it when the whole is
    compared. Empty when there is no word at all.
    """
    if not _HAS_WORD.search(text):
        return []
    pieces = [*_runs(text)]
    for sentence in sentences(text):
        pieces.extend(_runs(sentence))
        pieces.extend(_runs(unframed(sentence)))
    return list(dict.fromkeys(piece for piece in pieces if _HAS_WORD.search(piece)))


def sentences(text: str) -> list[str]:
    """The sentences of a normalised text, in order, with their closing marks."""
    return [part.strip() for part in _SENTENCE_END.split(text) if part.strip()]


def _runs(text: str) -> Iterator[str]:
    """The whole text when it is at most a window long, otherwise overlapping windows that cover it."""
    units = list(_UNIT.finditer(text))
    reach = [0]
    for unit in units:
        reach.append(reach[-1] + (CJK_CHARACTER if is_cjk(unit.group()) else WORD))
    if reach[-1] <= WINDOW:
        yield text
        return
    begin = end = 0
    while end < len(units):
        while end < len(units) and reach[end + 1] - reach[begin] <= WINDOW:
            end += 1
        yield text[units[begin].start() : units[end - 1].end()]
        begin = _advance(reach, begin)


def _advance(reach: list[int], begin: int) -> int:
    goal = reach[begin] + STRIDE
    while reach[begin] < goal:
        begin += 1
    return begin


def is_cjk(unit: str) -> bool:
    """Whether a token is Chinese, Japanese or Korean, by its first character."""
    return ord(unit[0]) >= 0x2E80

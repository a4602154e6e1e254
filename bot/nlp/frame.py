"""The politeness around a question: greetings, "could you tell me", thanks.

Owns the fixed phrases of both languages that frame a sentence and say nothing about its matter. Called by
:mod:`bot.nlp.text` only, with normalised text (so commas are ASCII already, and lower case).
"""

import re

_BETWEEN = " \n,，.。!！、~～:：?？"

_OPENINGS = (
    r"(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening)|dear)\b(?: (?:there|all|team|everyone|sir|madam)\b)*",
    r"thank(?:s| you)\b(?: (?:so|very) much| a lot)?",
    r"(?:excuse|pardon) me\b",
    r"sorry(?: to bother(?: you)?)?\b",
    r"(?:please|pls|plz|quick question|just (?:checking|wondering))\b",
    r"(?:i was|i'm|i am) (?:just )?wondering(?: if)?\b",
    r"(?:do|would) you (?:happen to )?(?:know|mind)\b",
    r"(?:can|could|would|will) (?:you|someone|anyone) (?:please |kindly )?(?:tell|help|let) me(?: know)?(?: with)?\b",
    r"(?:i would|i'd) like to (?:know|ask)\b",
    r"i (?:want|need) to (?:know|ask)\b",
    "你好呀?|您好|哈喽|嗨|亲爱?的?|在吗|请问一?下?|不好意思|劳驾|早上好|下午好|晚上好|打扰一?下?了?",
    "麻烦(?:您|你)?(?:帮我|帮忙)?(?:看|查|问)?一?下?",
    "想(?:问|咨询|了解)一?下?|我?想(?:知道|问问)",
)
_CLOSINGS = (
    r"\b(?:please|pls|plz)",
    r"\b(?:many |kind )?(?:thanks?|thx|ty|cheers|regards)(?: you)?(?: (?:so|very) much| a lot| in advance)*",
    "谢谢(?:您|你|了|啦)?|多谢|感谢|辛苦了?|麻烦了",
)
_OPENING = re.compile("|".join(_OPENINGS))
_CLOSING = re.compile(f"(?:{'|'.join(_CLOSINGS)})$")


def unframed(sentence: str) -> str:
    """The sentence without its polite frame; empty when it is nothing else, untouched when it has none."""
    inner = _step(sentence.strip(_BETWEEN))
    if inner is None:
        return sentence
    while (shorter := _step(inner)) is not None:
        inner = shorter
    return inner


def _step(sentence: str) -> str | None:
    """The sentence without one opening or closing phrase, or None when it has none."""
    opening = _OPENING.match(sentence)
    if opening:
        return sentence[opening.end() :].strip(_BETWEEN)
    # Only the end is searched: whatever closes a sentence is short.
    closing = _CLOSING.search(sentence, max(0, len(sentence) - 60))
    return sentence[: closing.start()].strip(_BETWEEN) if closing else None

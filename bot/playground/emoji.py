"""The emoji with which a message may be reacted to: ReactionTypeEmoji of the Bot API. Read by editing.py."""

REACTIONS = frozenset(
    [
        *"👍👎🔥🥰👏😁🤔🤯😱🤬😢🎉🤩🤮💩🙏👌🤡🥱🥴😍🐳🌚🌭💯🤣⚡🍌🏆💔🤨😐🍓🍾💋🖕😈😴😭🤓👻👀🎃🙈😇😨🤝🤗🫡🎅🎄💅🤪🗿🆒💘🙉🦄😘💊🙊😎👾😡",
        "❤",
        "❤\u200d🔥",
        "🕊",
        "✍",
        "☃",
        "👨\u200d💻",
        "🤷\u200d♂",
        "🤷",
        "🤷\u200d♀",
    ]
)

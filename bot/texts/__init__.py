"""Every word a person reads: English in the code as gettext message ids, Chinese in ``zh/*.po``.

``t = translator("zh")``, then ``t("Your ticket is #{number}.", number=42)``. The catalogues are compiled in
memory at the first use.
"""

import gettext
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from babel.dates import format_datetime, format_timedelta
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = {"en": "English", "zh": "简体中文"}
"""Language code → its own name, in the order they are offered."""

FOLDER = Path(__file__).parent


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for it
    """Mark a text that is translated later, where it is said."""
    return message


def language_of(code: str | None, default: str) -> str:
    """Return our language for a Telegram language code (``zh-hans``, ``zh-hant``, ``zh-CN`` are all ``zh``)."""
    language = (code or "").replace("_", "-").split("-")[0].lower()
    return language if language in LANGUAGES else default


class Translator:
    """Says our texts in one language. Values are put in as they are: results are plain text, never markup."""

    def __init__(self, language: str, translations: gettext.NullTranslations) -> None:
        self.language = language
        self._translations = translations

    def __call__(self, message: str, /, **values: object) -> str:
        """Return ``message`` in this language with its ``{placeholders}`` filled."""
        text = self._translations.gettext(message)
        return text.format(**values) if values else text

    def plural(self, one: str, many: str, n: int, /, **values: object) -> str:
        """Return the form that fits ``n``; ``{n}`` is filled with it."""
        return self._translations.ngettext(one, many, n).format(n=n, **values)

    def moment(self, at: datetime, zone: tzinfo, form: str = "medium") -> str:
        """Return a moment in words, in the zone of who reads it."""
        return format_datetime(at.astimezone(zone), form, locale=_LOCALES[self.language])

    def duration(self, length: timedelta) -> str:
        """Return a length of time in words, rounded to its largest unit, e.g. ``6 minutes``."""
        return format_timedelta(length, locale=_LOCALES[self.language], threshold=1.2)


_LOCALES = {"en": "en", "zh": "zh_Hans_CN"}


@lru_cache
def translator(language: str) -> Translator:
    """Return the translator for a language of :data:`LANGUAGES`."""
    if language == "en":
        return Translator(language, gettext.NullTranslations())
    return Translator(language, gettext.GNUTranslations(_compile(language)))


def catalogue(language: str) -> Catalog:
    """Return every message of a language, from all its ``.po`` files."""
    whole = Catalog(locale=_LOCALES[language])
    for path in sorted((FOLDER / language).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=_LOCALES[language]):
                if message.id:
                    whole[message.id] = message
    return whole


def _compile(language: str) -> BytesIO:
    compiled = BytesIO()
    write_mo(compiled, catalogue(language))
    compiled.seek(0)
    return compiled

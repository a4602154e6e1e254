"""Every text that people read is there in every language, says the same, and is still said."""

from collections import Counter
from functools import cache

import pytest
from babel.messages.catalog import Message as Translated
from babel.messages.pofile import read_po

from bot.texts import FOLDER, LANGUAGES, catalogue
from tests.sources import Message, placeholders, spoken

TRANSLATED = [language for language in LANGUAGES if language != "en"]


@cache
def said() -> dict[Message, str]:
    """Each message of the code with one of the places where it is said."""
    return {each.message: each.where for each in spoken()}


@cache
def translations(language: str) -> dict[Message, Translated]:
    return {key(message): message for message in catalogue(language) if message.id}


def key(translated: Translated) -> Message:
    if isinstance(translated.id, str):
        return translated.id
    one, many = translated.id
    return one, many


def forms(translated: Translated) -> list[str]:
    said = translated.string if isinstance(translated.string, (list, tuple)) else [translated.string]
    return [form or "" for form in said]


def test_what_is_filled_in_fits_the_text() -> None:
    wrong = [
        (each.where, each.message)
        for each in spoken()
        if each.values is not None
        and placeholders(each.message if isinstance(each.message, str) else each.message[1]) - each.values
    ]
    assert wrong == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated(language: str) -> None:
    missing = {
        where: message
        for message, where in said().items()
        if message not in translations(language) or not all(forms(translations(language)[message]))
    }
    assert missing == {}


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_translation_is_of_a_text_that_is_said(language: str) -> None:
    assert [message for message in translations(language) if message not in said()] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_translation_has_the_placeholders_of_its_text(language: str) -> None:
    wrong = [
        (message, form)
        for message, translated in translations(language).items()
        for form in forms(translated)
        if placeholders(form) != placeholders(message if isinstance(message, str) else message[1])
    ]
    assert wrong == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_translation_is_fuzzy_obsolete_or_made_twice(language: str) -> None:
    found: Counter[Message] = Counter()
    for path in sorted((FOLDER / language).glob("*.po")):
        with path.open("rb") as file:
            read = read_po(file)
        assert not read.obsolete, path
        for message in read:
            if message.id:
                assert not message.fuzzy, (path, message.id)
                found[key(message)] += 1
    assert [message for message, times in found.items() if times > 1] == []

"""FAQ files: a folder (or one file) of YAML into entries, and labelled questions from CSV.

Owns the file format and every way it can be wrong; all problems are listed at once, each with file, line and reason.
Called by the command line (check, eval), by the application at start and by the desk on reload.
"""

import csv
import re
from io import StringIO
from pathlib import Path

import yaml

from bot.nlp.faq import LANGUAGES, Entry, Faq, FaqFileError, Question
from bot.nlp.text import bare
from bot.nlp.yaml_nodes import Source, is_null, line, yaml_files

SHOP_FILE = "shop.yaml"
CHECK_FILE = "check.yaml"
LONGEST_PHRASING = 500
LONGEST_ID = 64

_KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PLACEHOLDER = re.compile(r"\{([^{}\n]*)\}")
_FACT_NAME = re.compile(r"[a-z][a-z0-9_]*")
_ENTRY_KEYS = ("id", "topic", "questions", "answer")

Facts = dict[str, dict[str, str]]


def load_faq(path: Path) -> Faq:
    """Everything in a folder of entry files with its ``shop.yaml`` and ``check.yaml``, or in one entry file with the
    ``shop.yaml`` beside it. Raises :class:`FaqFileError` with all problems of all files."""
    reader = _Reader()
    folder = path if path.is_dir() else path.parent
    if path.is_dir():
        entry_files = [file for file in yaml_files(path) if file.name not in (SHOP_FILE, CHECK_FILE)]
    else:
        entry_files = [path]
    reader.read_facts(folder / SHOP_FILE)
    for file in entry_files:
        reader.read_entries(file)
    if path.is_dir():
        reader.read_questions(folder / CHECK_FILE)
        if not entry_files:
            reader.source(path).blame(1, "there are no entry files (*.yaml) in this folder")
    return reader.result()


def load_questions(path: Path) -> list[Question]:
    """Labelled questions from a CSV with the columns ``question,entry``; an empty entry means unanswerable.

    Raises :class:`FaqFileError`.
    """
    source = Source(path, _shown(path))
    text = source.text()
    questions = [] if text is None else _csv_questions(source, text)
    if source.problems:
        raise FaqFileError(tuple(sorted(source.problems)))
    return questions


def _csv_questions(source: Source, text: str) -> list[Question]:
    rows = csv.DictReader(StringIO(text, newline=""), strict=True)
    questions: list[Question] = []
    try:
        missing = [name for name in ("question", "entry") if name not in (rows.fieldnames or ())]
        if missing:
            source.blame(1, f"the first line must name the columns question,entry; missing: {', '.join(missing)}")
            return []
        for row in rows:
            question, entry = (row["question"] or "").strip(), (row["entry"] or "").strip()
            if question:
                questions.append(Question(question, entry or None))
            else:
                source.blame(rows.line_num, "the question is empty")
    except csv.Error as error:
        source.blame(max(rows.reader.line_num, 1), f"this is not valid CSV: {error}")
    return questions


class _Reader:
    """Reads file after file and remembers what must be unique or defined across them."""

    def __init__(self) -> None:
        self._sources: list[Source] = []
        self._facts: Facts = {}
        self._entries: list[Entry] = []
        self._questions: list[Question] = []
        self._ids: dict[str, str] = {}
        self._phrasings: dict[str, tuple[str, str]] = {}

    def source(self, path: Path) -> Source:
        source = Source(path, _shown(path))
        self._sources.append(source)
        return source

    def result(self) -> Faq:
        problems = sorted(problem for source in self._sources for problem in source.problems)
        if problems:
            raise FaqFileError(tuple(problems))
        return Faq(tuple(self._entries), self._facts, tuple(self._questions))

    def read_facts(self, path: Path) -> None:
        source = self.source(path)
        root = source.root() if path.exists() else None
        if root is None:
            return
        for name, (key, value) in source.pairs(root, "the shop's facts").items():
            if not _FACT_NAME.fullmatch(name):
                source.blame(line(key), f"“{name}”: a fact's name is small letters, digits and _ (like return_days)")
            self._facts[name] = _fact(source, name, value)

    def read_entries(self, path: Path) -> None:
        source = self.source(path)
        root = source.root()
        if root is None:
            return
        for node in source.items(root, "an FAQ file"):
            entry = self._entry(source, node)
            if entry is not None:
                self._entries.append(entry)

    def read_questions(self, path: Path) -> None:
        source = self.source(path)
        root = source.root() if path.exists() else None
        if root is None:
            return
        for node in source.items(root, "the file of check questions"):
            question = self._question(source, node)
            if question is not None:
                self._questions.append(question)

    def _entry(self, source: Source, node: yaml.Node) -> Entry | None:
        before = len(source.problems)
        parts = _parts(source, node, _ENTRY_KEYS, "an entry")
        identity = self._identity(source, parts["id"]) if "id" in parts else None
        topic = _kebab(source, parts["topic"], "topic") if "topic" in parts else None
        questions = self._phrasings_of(source, parts["questions"], identity or "?") if "questions" in parts else {}
        answer = self._answer(source, parts["answer"]) if "answer" in parts else {}
        if "answer" in parts and "questions" in parts:
            for language in questions.keys() - _given(parts["answer"]):
                source.blame(line(parts["answer"]), f"there are questions in {language} but no answer in {language}")
        if len(source.problems) > before or identity is None or topic is None:
            return None
        return Entry(identity, topic, questions, answer)

    def _identity(self, source: Source, node: yaml.Node) -> str | None:
        identity = _kebab(source, node, "id")
        if identity is None:
            return None
        if identity in self._ids:
            source.blame(line(node), f"the id {identity} is already used at {self._ids[identity]}")
        else:
            self._ids[identity] = f"{source.shown}:{line(node)}"
        return identity

    def _phrasings_of(self, source: Source, node: yaml.Node, entry: str) -> dict[str, tuple[str, ...]]:
        questions: dict[str, tuple[str, ...]] = {}
        for language, value in _by_language(source, node, "questions").items():
            items = source.items(value, f"the questions in {language}")
            if isinstance(value, yaml.SequenceNode) and not items:
                source.blame(line(value), f"there is no question in {language}")
            texts = [self._phrasing(source, item, entry) for item in items]
            questions[language] = tuple(text for text in texts if text is not None)
        return questions

    def _phrasing(self, source: Source, node: yaml.Node, entry: str) -> str | None:
        text = source.string(node, "a question")
        if text is None:
            return None
        key = bare(text)
        if not key:
            source.blame(line(node), "a question needs at least one word")
        elif len(text) > LONGEST_PHRASING:
            source.blame(line(node), f"a question may have {LONGEST_PHRASING} characters, this one has {len(text)}")
        elif self._phrasings.get(key, (entry, ""))[0] != entry:
            other, place = self._phrasings[key]
            source.blame(line(node), f"the question “{text}” already belongs to {other} at {place}")
        else:
            self._phrasings.setdefault(key, (entry, f"{source.shown}:{line(node)}"))
        return text

    def _answer(self, source: Source, node: yaml.Node) -> dict[str, str]:
        answer: dict[str, str] = {}
        for language, value in _by_language(source, node, "answer").items():
            text = source.string(value, f"the answer in {language}")
            if text is not None:
                answer[language] = self._filled(source, value, text, language)
        return answer

    def _filled(self, source: Source, node: yaml.Node, text: str, language: str) -> str:
        def fact(match: re.Match[str]) -> str:
            value = self._facts.get(match[1], {}).get(language)
            if value is None:
                where = source.line_of(node, match[0])
                source.blame(where, f"{match[0]} stands for nothing: {SHOP_FILE} has no {match[1]} in {language}")
            return value or match[0]

        return _PLACEHOLDER.sub(fact, text)

    def _question(self, source: Source, node: yaml.Node) -> Question | None:
        parts = _parts(source, node, ("question", "entry"), "a check question")
        if len(parts) < 2:
            return None
        text = source.string(parts["question"], "a check question")
        entry = None if is_null(parts["entry"]) else source.string(parts["entry"], "entry")
        if entry is not None and entry not in self._ids:
            source.blame(line(parts["entry"]), f"there is no entry {entry}")
        return None if text is None else Question(text, entry)


def _parts(source: Source, node: yaml.Node, keys: tuple[str, ...], what: str) -> dict[str, yaml.Node]:
    """The values under exactly these keys; unknown and missing ones are problems."""
    pairs = source.pairs(node, what)
    for name, (key, _) in pairs.items():
        if name not in keys:
            source.blame(line(key), f"{what} has no “{name}”; it has {', '.join(keys)}")
    if isinstance(node, yaml.MappingNode):
        for name in keys:
            if name not in pairs:
                source.blame(line(node), f"{what} needs “{name}”")
    return {name: value for name, (_, value) in pairs.items() if name in keys}


def _by_language(source: Source, node: yaml.Node, what: str) -> dict[str, yaml.Node]:
    pairs = source.pairs(node, what)
    for name, (key, _) in pairs.items():
        if name not in LANGUAGES:
            source.blame(line(key), f"{what}: the languages are {' and '.join(LANGUAGES)}, not “{name}”")
    if isinstance(node, yaml.MappingNode) and not node.value:
        source.blame(line(node), f"{what} is empty")
    return {name: value for name, (_, value) in pairs.items() if name in LANGUAGES}


def _given(node: yaml.Node) -> set[str]:
    """The plain keys of a mapping, problems aside."""
    return {str(key.value) for key, _ in node.value} if isinstance(node, yaml.MappingNode) else set(LANGUAGES)


def _kebab(source: Source, node: yaml.Node, what: str) -> str | None:
    text = source.string(node, what)
    if text is None:
        return None
    if not _KEBAB.fullmatch(text) or len(text) > LONGEST_ID:
        source.blame(
            line(node), f"the {what} “{text}” must be small letters, digits and single hyphens (like gift-card)"
        )
        return None
    return text


def _fact(source: Source, name: str, node: yaml.Node) -> dict[str, str]:
    """A fact's text by language; one text serves them all."""
    if not isinstance(node, yaml.MappingNode):
        text = source.string(node, name)
        return {} if text is None else dict.fromkeys(LANGUAGES, text)
    texts = {
        language: source.string(value, f"{name} in {language}")
        for language, value in _by_language(source, node, name).items()
    }
    for language in LANGUAGES:
        if language not in texts:
            source.blame(line(node), f"{name} has no text in {language}")
    return {language: text for language, text in texts.items() if text is not None}


def _shown(path: Path) -> str:
    """The path as a person here would type it."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_absolute() and path.is_relative_to(here) else path)

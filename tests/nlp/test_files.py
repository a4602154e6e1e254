"""FAQ files: what is read, and every refusal with its line."""

from pathlib import Path

import pytest

from bot.nlp.faq import Entry, FaqFileError, Problem, Question
from bot.nlp.files import load_faq, load_questions

GOOD = """\
- id: where-is-my-order
  topic: orders
  questions:
    en: [Where is my order?, "Track: my parcel"]
    zh: [我的订单到哪了？]
  answer:
    en: "Look at {website}, {within}."
    zh: 请看 {website}，{within}。
"""
SHOP = "website: shop.example\nwithin: {en: in two days, zh: 两天内}\n"
CHECK = "- {question: where is it, entry: where-is-my-order}\n- question: can I buy a boat?\n  entry: null\n"


def folder(path: Path, **files: str | bytes) -> Path:
    for name, content in files.items():
        data = content if isinstance(content, bytes) else content.encode()
        (path / f"{name}.yaml").write_bytes(data)
    return path


def refusal(path: Path) -> list[tuple[str, int, str]]:
    with pytest.raises(FaqFileError) as refused:
        load_faq(path)
    return [(Path(problem.file).name, problem.line, problem.reason) for problem in refused.value.problems]


def entry_text(name: str = "one", question: str = "Some question", extra: str = "") -> str:
    return f"- id: {name}\n  topic: orders\n  questions: {{en: [{question}]}}\n  answer: {{en: Yes}}\n{extra}".replace(
        "en: Yes", "en: Indeed"
    )


def test_a_folder_is_read_whole(tmp_path: Path) -> None:
    faq = load_faq(folder(tmp_path, orders=GOOD, shop=SHOP, check=CHECK))
    assert faq.entries == (
        Entry(
            "where-is-my-order",
            "orders",
            {"en": ("Where is my order?", "Track: my parcel"), "zh": ("我的订单到哪了？",)},
            {"en": "Look at shop.example, in two days.", "zh": "请看 shop.example，两天内。"},
        ),
    )
    assert faq.facts == {
        "website": {"en": "shop.example", "zh": "shop.example"},
        "within": {"en": "in two days", "zh": "两天内"},
    }
    assert faq.questions == (Question("where is it", "where-is-my-order"), Question("can I buy a boat?", None))


def test_one_file_is_read_with_the_facts_beside_it(tmp_path: Path) -> None:
    folder(tmp_path, orders=GOOD, shop=SHOP, check="- not: [valid")
    assert [entry.id for entry in load_faq(tmp_path / "orders.yaml").entries] == ["where-is-my-order"]


def test_a_byte_order_mark_and_windows_lines_are_fine(tmp_path: Path) -> None:
    text = b"\xef\xbb\xbf" + entry_text().replace("\n", "\r\n").encode()
    assert load_faq(folder(tmp_path, one=text)).entries[0].id == "one"


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        ("", 1, "the file is empty"),
        ("# only words\n", 1, "the file is empty"),
        ("id: one\n", 1, "an FAQ file must be a list (lines that begin with “- ”)"),
        ("- just text\n", 1, "an entry must be made of “name: value” lines"),
        (entry_text(extra="  colour: red\n"), 5, "an entry has no “colour”; it has id, topic, questions, answer"),
        (entry_text(extra="  id: two\n"), 5, "“id” is given twice in an entry"),
        ("\n- id: one\n  topic: t\n  questions: {en: [Why]}\n", 2, "an entry needs “answer”"),
        (
            entry_text("One_Two"),
            1,
            "the id “One_Two” must be small letters, digits and single hyphens (like gift-card)",
        ),
        (entry_text("12"), 1, 'id: YAML reads 12 as a number, not as text; put it in quotes: "12"'),
        (entry_text(question="no"), 3, 'a question: YAML reads no as yes or no, not as text; put it in quotes: "no"'),
        (
            entry_text(question="12:30"),
            3,
            'a question: YAML reads 12:30 as a number, not as text; put it in quotes: "12:30"',
        ),
        (
            entry_text(question="2026-01-02"),
            3,
            'a question: YAML reads 2026-01-02 as a date, not as text; put it in quotes: "2026-01-02"',
        ),
        (
            entry_text(question="null"),
            3,
            'a question: YAML reads null as nothing, not as text; put it in quotes: "null"',
        ),
        (entry_text(question="'  '"), 3, "a question is empty"),
        (entry_text(question="'?!'"), 3, "a question needs at least one word"),
        (entry_text(question="w" * 501), 3, "a question may have 500 characters, this one has 501"),
        (
            entry_text(question="one: two"),
            3,
            "a question must be text, not a list or “name: value” lines (put it in quotes)",
        ),
        (
            entry_text(question='"a\\0b"'),
            3,
            "a question holds a character that is no text (a control character or half a pair)",
        ),
        (entry_text(question=""), 3, "there is no question in en"),
        (
            "- id: a\n  topic: t\n  questions: {en: Why?}\n  answer: {en: So}\n",
            3,
            "the questions in en must be a list (lines that begin with “- ”)",
        ),
        ("- id: a\n  topic: t\n  questions: {}\n  answer: {en: So}\n", 3, "questions is empty"),
        (
            "- id: a\n  topic: t\n  questions:\n    en: [Why]\n    fr: [Pourquoi]\n  answer: {en: So}\n",
            5,
            "questions: the languages are en and zh, not “fr”",
        ),
        (
            "- id: a\n  topic: t\n  questions:\n    en: [Why]\n    zh: [为什么]\n  answer: {en: So}\n",
            6,
            "there are questions in zh but no answer in zh",
        ),
        ("- id: a\n  topic: t\n  questions: {en: [Why]}\n  answer: {en: }\n", 4, "the answer in en is empty"),
        (
            "- id: a\n  topic: t\n  questions: {en: [Why]}\n  answer:\n    en: >-\n      As\n      {nothing}.\n",
            7,
            "{nothing} stands for nothing: shop.yaml has no nothing in en",
        ),
        ("- id: &x a\n  topic: *x\n", 2, "aliases (*x) are not used here; write the text out"),
        ("- id: a\n  topic: [oops\n", 3, "this is not valid YAML: did not find expected ',' or ']'"),
        (
            "- id: !!python/name:os.system x\n  topic: t\n  questions: {en: [Why]}\n  answer: {en: So}\n",
            1,
            "id: tags (like tag:yaml.org,2002:python/name:os.system) are not used here; write plain text",
        ),
        ("- a\n- " + "[" * 100, 2, "the lists are nested too deeply"),
        (b"- id: a\n- \xff\xfe\n", 2, "this is not UTF-8 text; save the file as UTF-8"),
        (b"- id: a\n\n- \0\n", 3, "there is a NUL character here; remove it"),
        (b"- id: a\n- \x07\n", 2, "there is a character here that YAML does not allow"),
        (b"# " + b"x" * 5_000_000, 1, "the file is larger than 5 MB"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, content: str | bytes, line: int, reason: str) -> None:
    assert refusal(folder(tmp_path, wrong=content)) == [("wrong.yaml", line, reason)]


def test_a_bomb_of_aliases_is_refused_at_once(tmp_path: Path) -> None:
    levels = "".join(f"  l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 20))
    text = f"- l0: &l0 [x]\n{levels}"
    assert refusal(folder(tmp_path, bomb=text)) == [
        ("bomb.yaml", 2, "aliases (*l0) are not used here; write the text out")
    ]


def test_an_id_and_a_question_belong_to_one_entry(tmp_path: Path) -> None:
    first, second = entry_text(), entry_text(question='"SOME question!"')
    third = entry_text("two", question="some QUESTION?")
    first_path = tmp_path / "a.yaml"
    assert refusal(folder(tmp_path, a=first, b=f"{second}{third}")) == [
        ("b.yaml", 1, f"the id one is already used at {first_path}:1"),
        ("b.yaml", 7, f"the question “some QUESTION?” already belongs to one at {first_path}:3"),
    ]


def test_all_problems_of_all_files_are_told(tmp_path: Path) -> None:
    check = "- {question: ok, entry: nowhere}\n- {question: 5, entry: one}\n- {question: why}\n"
    shop = "Name: x\nhours: {en: nine}\nopen: yes\n"
    folder(tmp_path, a=entry_text("A"), b=entry_text("one"), check=check, shop=shop)
    assert refusal(tmp_path) == [
        ("a.yaml", 1, "the id “A” must be small letters, digits and single hyphens (like gift-card)"),
        ("b.yaml", 3, f"the question “Some question” already belongs to ? at {tmp_path / 'a.yaml'}:3"),
        ("check.yaml", 1, "there is no entry nowhere"),
        ("check.yaml", 2, 'a check question: YAML reads 5 as a number, not as text; put it in quotes: "5"'),
        ("check.yaml", 3, "a check question needs “entry”"),
        ("shop.yaml", 1, "“Name”: a fact's name is small letters, digits and _ (like return_days)"),
        ("shop.yaml", 2, "hours has no text in zh"),
        ("shop.yaml", 3, 'open: YAML reads yes as yes or no, not as text; put it in quotes: "yes"'),
    ]


def test_a_problem_reads_as_file_line_reason() -> None:
    problem = Problem("faq/orders.yaml", 12, "a question is empty")
    assert str(problem) == "faq/orders.yaml:12: a question is empty"
    assert str(FaqFileError((problem, problem))) == f"{problem}\n{problem}"


def test_a_folder_without_entries_and_a_path_that_is_not_there_are_refused(tmp_path: Path) -> None:
    assert [reason for *_, reason in refusal(folder(tmp_path, shop=SHOP))] == [
        "there are no entry files (*.yaml) in this folder"
    ]
    assert refusal(tmp_path / "nowhere") == [("nowhere", 1, "the file cannot be read: No such file or directory")]


def csv_file(path: Path, text: str) -> Path:
    file = path / "questions.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_labelled_questions_are_read(tmp_path: Path) -> None:
    text = '\ufeffquestion,entry,note\n"Where, oh where?",orders,x\n"two\nlines",\n买船吗,\n'
    assert load_questions(csv_file(tmp_path, text)) == [
        Question("Where, oh where?", "orders"),
        Question("two\nlines", None),
        Question("买船吗", None),
    ]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 1, "the first line must name the columns question,entry; missing: question, entry"),
        ("question;entry\n", 1, "the first line must name the columns question,entry; missing: question, entry"),
        ("question,entry\nwhy,a\n ,a\n", 3, "the question is empty"),
        ('question,entry\n"why,a\n', 2, "this is not valid CSV: unexpected end of data"),
    ],
)
def test_wrong_labelled_questions_are_refused(tmp_path: Path, text: str, line: int, reason: str) -> None:
    with pytest.raises(FaqFileError) as refused:
        load_questions(csv_file(tmp_path, text))
    assert refused.value.problems == (Problem(str(tmp_path / "questions.csv"), line, reason),)

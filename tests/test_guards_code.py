"""Every file of the code is short and says what it is for."""

import ast

from tests.sources import code_files, shown

LONGEST = 300
"""Lines of a file; a longer one is two."""


def test_no_file_is_too_long() -> None:
    lengths = {shown(path): len(path.read_text(encoding="utf-8").splitlines()) for path in code_files()}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        shown(path)
        for path in code_files()
        if (text := path.read_text(encoding="utf-8")).strip() and ast.get_docstring(ast.parse(text)) is None
    ]
    assert silent == []


def test_no_work_is_left_for_later_in_a_remark() -> None:
    marks = ("TODO", "FIXME", "XXX")
    assert [
        shown(path) for path in code_files() if any(mark in path.read_text(encoding="utf-8") for mark in marks)
    ] == []

"""The contracts of imports in pyproject.toml are kept."""

from importlib.util import find_spec

from tests.conftest import missing
from tests.sources import ROOT


def test_imports_keep_their_contracts() -> None:
    if find_spec("importlinter") is None:
        missing("import-linter is not installed (pip install '.[lint]')")
    from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports  # noqa: PLC0415 - comes with an extra

    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == EXIT_STATUS_SUCCESS

# `make` alone prints the targets. They use .venv when there is one.
PYTHON ?= $(if $(wildcard .venv/bin/python),.venv/bin/python,python3)

.DEFAULT_GOAL := help
.PHONY: help setup run test format check bench migration

help:  ## Print this help
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup:  ## Make .venv with everything that developing takes
	python3 -m venv .venv
	.venv/bin/pip install -q -c constraints.txt -e '.[test,lint,postgres,redis,speed,e2e]'

run:  ## Run the bot: the playground, or Telegram when KEFU_BOT_TOKEN is set
	$(PYTHON) main.py

test:  ## Run the tests
	$(PYTHON) -m pytest

format:  ## Format the code, and mend what the linter can
	$(PYTHON) -m ruff format .
	$(PYTHON) -m ruff check --fix .

check:  ## Check format, lint, types and contracts, then run the tests
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy
	$(PYTHON) -c "from importlinter.cli import lint_imports_command as lint; lint()"
	$(PYTHON) -m pytest

bench:  ## Measure throughput, latency, start-up and memory (docs/benchmarks.md)
	$(PYTHON) -m tests.bench

migration:  ## Write the next migration: make migration name="Sentence of what it does"
	$(PYTHON) -m alembic revision --autogenerate -m "$(name)"

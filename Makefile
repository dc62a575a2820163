# `make` alone lists the commands. `make run` and `make test` need only Python >= 3.11, pip and make.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
SERVE_AT ?= 127.0.0.1:8000
LOCKED := --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url

.DEFAULT_GOAL := help

help:          ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

run: .venv/ready        ## build the Tumbes example and serve it at http://127.0.0.1:8000
	$(BIN)/convive build examples/tumbes
	$(BIN)/convive serve examples/tumbes --bind $(SERVE_AT)

test: .venv/ready       ## all tests; what is skipped says why
	$(BIN)/python -m pytest -n auto --dist worksteal -rs
	$(BIN)/python -m pytest -n auto --dist worksteal -rs tests/office --database sqlite
	$(BIN)/python -m pytest -n auto --dist worksteal -rs tests/office --database postgresql
	$(BIN)/python -m pytest -n auto --dist worksteal -rs tests/citizen --database sqlite
	$(BIN)/python -m pytest -n auto --dist worksteal -rs tests/citizen --database postgresql
	$(BIN)/python -m pytest -n 1 -rs tests/reports --database sqlite
	$(BIN)/python -m pytest -n 1 -rs tests/reports --database postgresql

lint: .venv/ready       ## formatting, lint, types, the rooms' order
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/ready     ## format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

spark: .venv/spark      ## add Apache Spark to the environment (about 500 MB; needs Java 17 or newer)

lock: .venv/ready       ## renew the lock files from pyproject.toml
	$(BIN)/uv pip compile pyproject.toml --group dev $(LOCKED) --upgrade -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra spark $(LOCKED) --upgrade -c requirements.lock -o requirements-spark.lock

bench: .venv/ready      ## the main job beside a pandas script, on 0.1 to 1 million rows
	$(BIN)/python benchmarks/main_job/run.py

clean:         ## remove the environment and what was built
	rm -rf $(VENV) examples/*/private examples/*/public

.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; assert sys.version_info >= (3, 11), "Convive needs Python 3.11 or newer"'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	touch $@

.venv/spark: requirements-spark.lock .venv/ready
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-spark.lock
	touch $@


.PHONY: help run test lint format lock spark bench clean

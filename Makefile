# `make run` opens the dashboard on a live local sandbox; `make test` checks everything.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
COMPILE := $(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url --python-version 3.11 --no-header --quiet

.PHONY: run test lint types contracts suite bench lock snapshots pictures messages requirements clean

run: $(VENV)/.installed
	$(BIN)/hbdash demo

test: lint types contracts suite

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed-dev
	$(BIN)/mypy

contracts: $(VENV)/.installed-dev
	$(BIN)/lint-imports

suite: $(VENV)/.installed-dev
	$(BIN)/pytest -n 2 --dist worksteal

bench: $(VENV)/.installed-dev
	$(BIN)/python -m benchmarks

# Rewrites the baseline pictures; look at the report before committing them.
snapshots: $(VENV)/.installed-dev
	$(BIN)/pytest -n 2 tests/screens --snapshot-update

# The README's picture, from the tests' own shop.
pictures: $(VENV)/.installed-dev
	$(BIN)/python -m tests.support.readme_picture

# The table of the requirements, from the marks in the tests and docs/requirements.toml.
requirements: $(VENV)/.installed-dev
	$(BIN)/python -m tests.support.requirements

messages: $(VENV)/.installed-dev
	$(BIN)/pybabel compile --directory hbdash/texts/locale --domain hbdash

lock: $(VENV)/.installed-dev
	$(COMPILE) --extra build --output-file requirements.txt
	$(COMPILE) --extra build --group dev --output-file requirements-dev.txt

# --no-build-isolation: the build backend comes from the lock file as well.
$(VENV)/.installed: requirements.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

clean:
	rm -rf $(VENV) .demo .mypy_cache .ruff_cache .hypothesis

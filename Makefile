# Two commands on a fresh machine with Python 3.11 and make:  make demo   make test
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV   := .venv
BIN    := $(VENV)/bin
OUT    := out
RUN    := $(BIN)/smets-harness

.DEFAULT_GOAL := help
.PHONY: help setup demo test bench lint lock wheel clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

$(VENV)/.base: requirements/base.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "error: no Python 3.11 or newer was found; set PYTHON=..." >&2; exit 4; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/base.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.base requirements/dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	@touch $@

setup: $(VENV)/.dev ## make the environment with everything that tests and linters need

demo: $(VENV)/.base ## run a scenario on the simulator: verdict, sealed bundle, report
	$(RUN) run average-voltage-chatter --out $(OUT) --replace

test: $(VENV)/.dev ## run the whole suite
	$(BIN)/python -m pytest -n auto --dist worksteal $(PYTEST_ARGS)

bench: $(VENV)/.dev ## run the benchmarks: ratios against a peer in the same run
	$(BIN)/python -m pytest tests/benchmarks --benchmark-enable --benchmark-only --benchmark-columns=min,median,max,ops -p no:xdist $(PYTEST_ARGS)

lint: $(VENV)/.dev ## ruff and mypy --strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

lock: $(VENV)/.dev ## pin every dependency anew, with hashes and without addresses
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url pyproject.toml --extra build -o requirements/base.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url pyproject.toml --extra build --extra dev --extra hsm --extra stamp -c requirements/base.lock -o requirements/dev.lock

wheel: $(VENV)/.dev ## build the wheel, with profiles, scenarios and fixtures in it
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation -w dist .

clean: ## remove what was made
	rm -rf $(VENV) $(OUT) dist build .benchmarks .pytest_cache .mypy_cache .ruff_cache .hypothesis

# The commands of this project; `make` alone lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help install run demo faults bench bench-large load test audit packages check lint format lock clean

BIN := .venv/bin
# What exists of the checked folders.
CODE := $(wildcard switch adapters tests migrations loadtests deploy/*.py)

help:  ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install:  ## Make .venv with everything in requirements.lock (nothing to do when it is current)
	@deploy/install.sh

run: install  ## Start the switch with its own PostgreSQL; Ctrl-C stops everything
	@$(BIN)/switch run

demo: install  ## Start the switch with pretend banks, billers and RTGS, and show a day
	@$(BIN)/switch demo

KILLS ?= 100
SEED ?= 1

PAYMENTS ?= 12000

faults: install  ## A long day of faults on purpose: bad lines, deaths at every step, kill -9 (KILLS=100 SEED=1); every book must agree
	@$(BIN)/switch demo --payments $(PAYMENTS) --kills $(KILLS) --seed $(SEED) --faults

bench: install  ## Measure every goal for speed beside its reference; writes loadtests/results/
	@$(BIN)/python -m loadtests.bench $(BENCH)

KEPT ?= 50000000

bench-large: install  ## What a payment costs in books that keep very many (KEPT=50000000: 200 GiB and hours; FOLDER=where)
	@$(BIN)/python -m loadtests.bench --only kept --kept $(KEPT) $(if $(FOLDER),--folder $(FOLDER))

load: install  ## Locust scenarios against a sandbox of their own (LOAD="--scenario pay --seconds 60 --shape spike")
	@$(BIN)/python -m loadtests.load $(LOAD)

check: install  ## Format, lint, types, imports, unit and architecture tests (under a minute)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports
	$(BIN)/pytest -q -n auto tests/unit tests/architecture

test: check audit  ## Everything that CI runs
	$(BIN)/pytest -q -n 3 --dist loadfile --no-loadscope-reorder --durations 25 --ignore tests/unit --ignore tests/architecture tests

audit: install  ## Bandit over the code, and no secret in any file; part of `make test`
	$(BIN)/bandit --quiet --recursive --configfile pyproject.toml switch adapters deploy migrations
	git ls-files -z | grep -zvE '^(requirements\.lock|docs/openapi\.json|tests/)' | \
		xargs -0 $(BIN)/detect-secrets-hook --disable-plugin HexHighEntropyString
# Tests make up passwords; a private key or a token of some service has no place there either.
	git ls-files -z tests | xargs -0 $(BIN)/detect-secrets-hook --disable-plugin HexHighEntropyString \
		--disable-plugin Base64HighEntropyString --disable-plugin KeywordDetector

packages: install  ## Known holes in what requirements.lock names (needs the network; fails where anything could not be looked up)
	$(BIN)/uv tool run pip-audit --strict --require-hashes --disable-pip --requirement requirements.lock

lint: install  ## Ruff and mypy only
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy $(CODE)

format: install  ## Put the code in house style
	$(BIN)/ruff check --fix-only $(CODE)
	$(BIN)/ruff format $(CODE)

lock: install  ## Renew requirements.lock from pyproject.toml
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --upgrade \
		--no-annotate --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --quiet --output-file requirements.lock

clean:  ## Remove what tools and runs left behind, the local data folder too
	rm -rf .venv data build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .schemathesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Every target that needs the environment makes it first; the second time that costs nothing.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup demo up test lint lock audit sbom bench bench-edi simulate chaos chaos-all recovery clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check --no-input
LOCKED := $(VENV)/.locked
INSTALLED := $(VENV)/.installed
SBOM ?= dist/crossdock.cdx.json
LOCK := uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(INSTALLED)  ## make .venv with the locked dependencies and the crossdock command
	@echo "ready: $(BIN)/crossdock"

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Crossdock needs Python 3.11 or later; say which with: make PYTHON=python3.12 setup" >&2; exit 1; }
	@echo "making $(VENV)"
	@$(PYTHON) -m venv $(VENV)

$(LOCKED): requirements/dev.txt | $(BIN)/python
	@echo "installing the locked dependencies"
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

$(INSTALLED): pyproject.toml $(LOCKED)
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(INSTALLED)  ## run the business day on this machine; ARGS=--once checks it and ends, --json for one line
	@$(BIN)/crossdock demo $(ARGS)

up: $(INSTALLED)  ## run the stack for real use, set up by CROSSDOCK_ variables
	@$(BIN)/crossdock up $(ARGS)

test: $(INSTALLED)  ## run all tests; ARGS go to pytest
	@$(BIN)/python -m pytest $(ARGS)

lint: $(INSTALLED)  ## ruff, formatting, types, the direction of imports, and bandit
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/bandit --quiet --configfile pyproject.toml --recursive bridge tasks transforms ops examples

lock:  ## write requirements/ anew from pyproject.toml (needs uv)
	@$(LOCK) --extra embedded pyproject.toml -o requirements/runtime.txt
	@$(LOCK) --extra embedded --extra dev -c requirements/runtime.txt pyproject.toml -o requirements/dev.txt

audit: $(INSTALLED)  ## look the locked packages up among known vulnerabilities; what cannot be looked up fails
	@$(BIN)/python ops/audit.py requirements/runtime.txt requirements/dev.txt

sbom: $(INSTALLED)  ## write dist/crossdock.cdx.json: every package that runs in production, with its hashes
	@mkdir -p $(dir $(SBOM))
	@$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible --output-format JSON \
	  --output-file $(SBOM) requirements/runtime.txt

bench: $(INSTALLED)  ## run the side-by-side benchmark; see bench/README.md
	@PATH="$(abspath $(BIN)):$$PATH" bash bench/run.sh $(ARGS)

bench-edi: $(INSTALLED)  ## read EDI side by side with other readers, from 2 MB to 500 MB
	@$(BIN)/python bench/edi.py $(ARGS)

simulate: $(INSTALLED)  ## run thousands of simulated days of faults; ARGS='--seed N' shows one again
	@$(BIN)/python -W error -m tests.faults.simulation $(ARGS)

chaos: $(INSTALLED)  ## kill, freeze and cut off a real installation; ARGS='--seconds 60 --seed 7 --database postgres'
	@$(BIN)/python -m tests.faults.chaos $(ARGS)

chaos-all: $(INSTALLED)  ## a chaos run for every pair of database and broker; a quarter of an hour
	@$(BIN)/python -m tests.faults.campaign $(ARGS)

recovery: $(INSTALLED)  ## how long each fault is felt; ARGS='--database sqlite --broker redis'
	@$(BIN)/python -m tests.faults.recovery $(ARGS)

clean:  ## remove the environment, caches and the embedded ledger
	@rm -rf $(VENV) var build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Daysheet: `make run` shows it, `make test` proves it. Each sets up what it needs.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.installed
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup run test lint bench chaos clean-data lock

help: ## Show these targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

setup: $(STAMP) ## Make the environment and install what requirements.txt pins

run: $(STAMP) ## Start the whole workbench in practice mode; Ctrl-C stops it
	@exec $(PY) -m jobs up --practice --beside "$(PY) -m sandbox serve --register"

test: $(STAMP) ## Run every test but the long chaos (ARGS="..." goes to pytest)
	@$(PY) tests/browser/chromium.py
	@$(PY) -m pytest -n 2 --dist loadfile $(ARGS)

lint: $(STAMP) ## Check style, types and the direction of imports
	@$(PY) -m ruff check . && $(PY) -m ruff format --check . && $(PY) -m ty check && $(VENV)/bin/lint-imports --config .ci/imports.ini

bench: $(STAMP) ## Measure; each bench prints one JSON line (ARGS="charges_local" for one)
	@$(PY) -m bench $(ARGS)

chaos: $(STAMP) ## Hundreds of seeded rounds of kills and faults (ARGS="--rounds 300 --seed 1")
	@$(PY) -m tests.chaos $(ARGS)

clean-data: $(STAMP) ## Delete all data of this instance: database, files, keys
	@$(PY) -m jobs clean-data --yes

lock: $(STAMP) ## Pin .ci/requirements.in anew into requirements.txt
	@$(PY) -m pip install -q uv && $(PY) -m uv pip compile -q --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --no-header --upgrade .ci/requirements.in -o requirements.txt

# A Python without its own pip (Debian's, without python3-venv) is given one by virtualenv where that is at hand.
$(STAMP): requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Daysheet needs Python 3.11 or later: make PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(PY) || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); $(PYTHON) -m virtualenv -q $(VENV); } || \
		{ rm -rf $(VENV); echo "No virtual environment could be made: install python3-venv, or pip install virtualenv"; exit 1; }
	@echo "Installing what Daysheet stands on (once, about a minute)"
	@$(PY) -m pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

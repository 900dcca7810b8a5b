# make run: everything on this machine. make test: everything that is tested. Both install first what they need.
PYTHON ?= python3
BIN := .venv/bin
DEPLOYMENT ?=

.PHONY: run test install check screens services services-stop bench clean
.DEFAULT_GOAL := run

install: .venv/installed

.venv/installed: pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Sada needs Python 3.11 or later; this is $$($(PYTHON) --version)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "installing the locked versions into .venv (a few minutes the first time)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

run: install
	@if [ -n "$(DEPLOYMENT)" ]; then $(BIN)/sada run --deployment "$(DEPLOYMENT)"; else $(BIN)/sada run --demo; fi

test: install
	@$(BIN)/python -m pytest $(ARGS)
	@$(BIN)/ruff check . && $(BIN)/mypy

check: install
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

screens: install
	@$(BIN)/python -m dashboard.screens docs/screens

services: install
	@$(BIN)/python -m bench.services start

services-stop: install
	@$(BIN)/python -m bench.services stop

clean:
	rm -rf .venv build dist *.egg-info

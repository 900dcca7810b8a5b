# make run: everything on this machine. make test: everything that is tested. Both install first what they need.
PYTHON ?= python3
BIN := .venv/bin
DEPLOYMENT ?=

.PHONY: run test install check screens services services-stop up down logs secrets clean
.DEFAULT_GOAL := run

install: .venv/installed

.venv/installed: pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Sada needs Python 3.11 or later; this is $$($(PYTHON) --version)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "installing the locked versions into .venv (a few minutes the first time)" >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

run: install
	@if [ -n "$(DEPLOYMENT)" ]; then $(BIN)/sada run --deployment "$(DEPLOYMENT)"; else $(BIN)/sada run --demo; fi

test: install
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)
	@$(BIN)/ruff check . && $(BIN)/mypy

check: install
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

screens: install
	@$(BIN)/python -m dashboard.screens docs/screens

services: install
	@$(BIN)/python -m bench.services start

services-stop: install
	@$(BIN)/python -m bench.services stop

# The set-up of many machines, on one, with Docker. Secrets are made once and stay in docker/secrets.
COMPOSE := docker compose --project-directory docker --file docker/compose.yaml

SECRETS ?= docker/secrets

secrets:
	@mkdir -p $(SECRETS) && chmod 700 $(SECRETS)
	@for name in elasticsearch_password elasticsearch_service_password elasticsearch_analyst_password elasticsearch_kibana_password \
	  postgres_admin_password postgres_password secret_key; do \
	  test -s $(SECRETS)/$$name || $(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(32), end="")' > $(SECRETS)/$$name; done
	@test -s $(SECRETS)/postgres_url || printf 'postgresql+psycopg://sada:%s@postgres:5432/sada' "$$(cat $(SECRETS)/postgres_password)" > $(SECRETS)/postgres_url
	@docker/certificates.sh $(SECRETS)
	@chmod 644 $(SECRETS)/*

up: secrets
	@$(COMPOSE) up --build --detach --wait
	@echo "dashboard: http://localhost:$${SADA_DASHBOARD_PORT:-8501}   receiver: http://localhost:$${SADA_RECEIVER_PORT:-8080}"

down:
	@$(COMPOSE) down

logs:
	@$(COMPOSE) logs --follow --tail 100

clean:
	rm -rf .venv build dist *.egg-info

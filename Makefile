# Every target sets up what it needs; `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help setup demo run check test quality bench lock docs up down secrets test-compose audit
SHELL := /bin/bash

BIN := .venv/bin
READY := .venv/ready
CODE := schemas services tests bench deploy

ifdef SECURE # with login and encryption: make up SECURE=1, docs/hardening.md
export COMPOSE_FILE := docker-compose.yml:docker-compose.secure.yml
endif

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## Make .venv from the locked, hashed requirements

$(READY): requirements/dev.txt pyproject.toml
	@python=$$(for p in python3 python3.13 python3.12 python3.11; do \
	  $$p -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done); \
	  test -n "$$python" || { echo "make: no Python 3.11 or newer with venv found; on Debian: apt install python3-venv" >&2; exit 1; }; \
	  echo "Setting up .venv with $$($$python --version) (once, about a minute) …" && $$python -m venv .venv
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

demo: $(READY) ## A tiny news web through every stage, on this machine, in seconds
	@$(BIN)/sirwan demo

run: $(READY) ## Everything in one process with the real sources, until Ctrl-C
	@$(BIN)/sirwan run

up: secrets ## The deployment in containers: secrets, build, start, wait until ready (needs docker compose)
	@docker compose build --quiet
	@docker compose up --detach --wait
	@echo "Ready. What next:"; \
	  echo "  is it working?   docker compose exec store sirwan status"; \
	  echo "  read, search     http://$$(docker compose port web 8000)/ (whole texts: /token, with secrets/web_token)"; \
  echo "  one page         docker compose exec store sirwan trace URL"; \
	  echo "  what happens     docker compose logs --follow --tail 20"; \
	  echo "  read the topics  Kafka at $$(docker compose port kafka 29092), docs/consumers.md"; \
	  echo "  dashboards       docker compose --profile monitoring up --detach --wait"; \
	  echo "  all the rest     docs/operations.md, .env.example"; \
	  test -z "$(SECURE)" || echo "  so that docker compose knows that it is the secure one: COMPOSE_FILE=$$COMPOSE_FILE in .env"

down: ## Stop the containers; what they keep stays in its volumes
	@docker compose --profile '*' down

# Readable for every user inside a container that is given the file; on this machine the folder keeps others out.
SECRETS ?= secrets
USERS := admin fetcher extractor classifier linker store webhooks status consumer
SECURE_SECRETS := $(USERS:%=$(SECRETS)/kafka_%_password) $(SECRETS)/kafka_broker.pem
secrets: $(SECRETS)/store_password $(SECRETS)/web_token $(SECRETS)/grafana_password $(if $(SECURE),$(SECURE_SECRETS)) ## Passwords for the containers, where they are missing; SECURE=1: certificates too

$(SECRETS)/kafka_broker.pem: # NAMES="DNS:news.example IP:192.0.2.7": under which clients reach it
	@mkdir -p $(SECRETS) && chmod 700 $(SECRETS)
	@deploy/secure/certificates.sh $(SECRETS) $(NAMES)

$(SECRETS)/%:
	@mkdir -p $(SECRETS) && chmod 700 $(SECRETS)
	@head -c 24 /dev/urandom | od -An -v -tx1 | tr -d ' \n' >$@.new && chmod 444 $@.new && mv $@.new $@

test-compose: $(READY) ## The deployment for real: up, kill, scale, restart, back up, restore (needs a docker engine)
	@$(BIN)/python -m tests.compose

audit: $(READY) ## A bill of materials of what runs, and its known vulnerabilities, into build/
	@$(BIN)/python deploy/audit.py

check: $(READY) ## Lint, format, types, house rules
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy
	$(BIN)/pytest -q tests/rules

test: $(READY) ## Every test; Kafka ones need Java and Maven, or SIRWAN_TEST_KAFKA=host:port
	$(BIN)/pytest -q

quality: $(READY) ## The gold sets and their floors
	$(BIN)/pytest -q tests/quality

bench: $(READY) ## The benchmarks: ratios against a peer in the same run
	$(BIN)/python -m bench.kafka
	$(BIN)/python -m bench.store
	$(BIN)/python -m bench.reading
	$(BIN)/python -m bench.fetch
	$(BIN)/python -m bench.lists
	$(BIN)/python -m bench.sections
	$(BIN)/python -m bench.extract --limit 40 --plot build/extract.svg
	$(BIN)/python -m bench.classify
	$(BIN)/python -m bench.link --sizes 1000,10000

docs: $(READY) ## Write the pages and schemas that are made from code
	$(BIN)/sirwan schemas export
	$(BIN)/sirwan docs export
	$(BIN)/python -m tests.hostile_web
	$(BIN)/python -m deploy.demo.record

lock: $(READY) ## Resolve pyproject.toml anew into requirements/*.txt, with hashes and without addresses
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 \
	  pyproject.toml -o requirements/run.txt
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 \
	  --extra traces -c requirements/run.txt pyproject.toml -o requirements/traces.txt
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 \
	  --extra vectors -c requirements/run.txt pyproject.toml -o requirements/vectors.txt
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 \
	  --extra parquet -c requirements/run.txt pyproject.toml -o requirements/parquet.txt
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 \
	  --extra dev -c requirements/run.txt pyproject.toml -o requirements/dev.txt
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 \
	  --group build -c requirements/dev.txt -o requirements/build.txt

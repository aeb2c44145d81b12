# Every target sets up what it needs; `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help setup demo run check test quality bench lock docs
SHELL := /bin/bash

BIN := .venv/bin
READY := .venv/ready
CODE := schemas services tests bench deploy

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

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

docs: $(READY) ## Write the pages and schemas that are made from code
	$(BIN)/sirwan schemas export
	$(BIN)/sirwan docs export

lock: $(READY) ## Resolve pyproject.toml anew into requirements/*.txt, with hashes and without addresses
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 \
	  pyproject.toml -o requirements/run.txt
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 \
	  --extra traces -c requirements/run.txt pyproject.toml -o requirements/traces.txt
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 \
	  --extra dev -c requirements/run.txt pyproject.toml -o requirements/dev.txt
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 \
	  --group build -c requirements/dev.txt -o requirements/build.txt

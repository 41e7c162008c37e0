# Each verb calls a real tool. `make run` and `make test` need git, Python 3.11+, Node 20+ and make.
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
PAGE := frontend/build/index.html
PAGE_SOURCES := $(shell find frontend/src frontend/static -type f 2>/dev/null) $(wildcard frontend/*.json frontend/*.ts frontend/*.js)

.PHONY: run test test-source test-page install messages page lint types contracts client page-checks browser pytest bench clean

run: $(INSTALLED) $(PAGE)
	$(BIN)/matchmaker run --data data

test: $(INSTALLED) frontend/node_modules/.package-lock.json
	$(MAKE) --jobs 2 --output-sync test-source test-page
	$(MAKE) pytest

test-source:
	$(MAKE) --jobs 1 lint types contracts .venv/.compiled

test-page:
	$(MAKE) --jobs 1 client page-checks $(PAGE) browser

install: $(INSTALLED)

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

frontend/node_modules/.package-lock.json: frontend/package-lock.json
	cd frontend && npm ci --no-audit --no-fund --loglevel=error
	touch $@

messages: $(INSTALLED)
	$(BIN)/python -m matchmaker.locale.messages

page: $(PAGE)

$(PAGE): frontend/node_modules/.package-lock.json $(PAGE_SOURCES)
	cd frontend && npm run --silent build
	touch $@

lint: $(INSTALLED)
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(INSTALLED)
	$(BIN)/mypy

contracts: $(INSTALLED)
	$(BIN)/lint-imports

client: $(INSTALLED) frontend/node_modules/.package-lock.json
	$(BIN)/python -m api.openapi > frontend/openapi.json
	cd frontend && npm run --silent client
	git diff --exit-code -- frontend/openapi.json frontend/src/lib/api/schema.d.ts

page-checks: frontend/node_modules/.package-lock.json
	cd frontend && npm run --silent check && npm run --silent lint && npm test

browser: $(INSTALLED)
	$(BIN)/python -m tests.e2e.browser

.venv/.compiled: $(INSTALLED) $(wildcard solver/search/*.py)
	$(BIN)/python -m solver.warm  # once, and not in each of pytest's processes
	touch $@

pytest: $(INSTALLED) .venv/.compiled
	$(BIN)/pytest --numprocesses 2 --dist loadgroup --durations 20

bench: $(INSTALLED)
	$(BIN)/python -m tests.benchmarks

clean:
	rm -rf .venv frontend/node_modules frontend/build frontend/.svelte-kit

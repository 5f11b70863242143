# `make help` lists what can be done here.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
PY := .venv/bin/python
WORKERS ?= 3
# Some machines tell Python to keep nothing it has compiled; each of the many processes that start
# here would compile all anew.
export PYTHONDONTWRITEBYTECODE :=
# What measures time runs by itself, after the others.
TOGETHER := $(PY) -m pytest -n $(WORKERS) --dist loadgroup
ALONE := $(PY) -m pytest -m alone

.PHONY: help run test test-deep test-servers check lock vendor bench clean setup setup-test
.DEFAULT_GOAL := help

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' Makefile

run: setup ## Start the clinic on http://localhost:8000/ (PORT=… for another port)
	@exec $(PY) manage.py up --with-parent

test: setup-test ## Run all tests, with a headless browser
	@$(TOGETHER)
	@$(ALONE)

test-deep: setup-test ## Run all tests, the long ones too, with many more examples
	@DEEP=1 $(TOGETHER)
	@$(ALONE)

test-servers: setup-test ## Run all tests on this machine's own PostgreSQL and Redis, or on DATABASE_URL and REDIS_URL (which is emptied)
	@JADE_TEST_SYSTEM_SERVERS=1 $(TOGETHER)

check: setup-test ## Lint, types, imports, templates, migrations, deployment, locked requirements, documentation
	@$(PY) tools/check.py

lock: setup-test ## Write the locked requirements anew; UPGRADE=1 takes newer versions
	@$(PY) tools/lock.py $(if $(UPGRADE),--upgrade)

vendor: setup ## Copy the front-end packages' files to static/vendor
	@$(PY) tools/vendor.py

bench: setup-test ## Measure; prints a table and writes var/bench.json
	@$(PY) -m benchmarks

clean: ## Remove what was installed and made, but for var/ with its data
	rm -rf .venv node_modules static/vendor staticroot .mypy_cache .ruff_cache .hypothesis .import_linter_cache

setup:
	@$(PYTHON) tools/bootstrap.py run

setup-test:
	@$(PYTHON) tools/bootstrap.py test

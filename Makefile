# Every command sets the environment up first when it has to; a second time that costs nothing.
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help demo setup test lint format bench nightly shots clean

BIN := .venv/bin
READY := .venv/.ready

help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(READY) ## Try Dunwell here, without any account (PORT=8080 DUNWELL_DATA=folder)
	@exec $(BIN)/dunwell demo

setup: $(READY) ## Create .venv with exactly the locked dependencies
	@echo "Ready: $(BIN)/dunwell"

test: $(READY) ## Every test except the nightly ones (ARGS="tests/approvals -n 0")
	@exec $(BIN)/python -m pytest $(ARGS)

lint: $(READY) ## Format, lint, types, and who may import whom
	@$(BIN)/ruff format --check --quiet . || { echo "Run make format."; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: $(READY) ## Format the code and mend what the linter can mend
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --fix .

bench: $(READY) ## Measure against the floors in benchmarks/ and print a table
	@exec $(BIN)/python -m benchmarks

nightly: $(READY) ## The long tests too: 10,000 examples a property, and PostgreSQL 16 beside 18
	@HYPOTHESIS_PROFILE=nightly $(BIN)/python -m pytest -m "nightly or not nightly" $(ARGS)
	@PGSERVER_POSTGRES_VERSION=16 $(BIN)/python -m pytest -m postgres $(ARGS)

shots: $(READY) ## Take the screenshots of the story again, into build/shots/
	@DUNWELL_SHOTS=build/shots $(BIN)/python -m pytest -m browser -n 0 $(ARGS)

clean: ## Remove what the tools leave behind; the demo's data stays
	@rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(READY): uv.lock pyproject.toml scripts/setup.sh
	@sh scripts/setup.sh
	@touch $@

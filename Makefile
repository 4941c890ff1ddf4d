# One command each; `make help` lists them. Python >= 3.11 is all that `make demo` needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := 0.13.9
PATIENT ?= SYN-000174
DO ?= start
export OMP_NUM_THREADS := 1

.DEFAULT_GOAL := help
.PHONY: help demo neo4j test faults check bench lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / {printf "  make %-6s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/demo ## set up, build the graph, train, recommend for a patient
	@$(BIN)/python -m loaders build --brief
	@$(BIN)/python -m recommender train --brief
	@$(BIN)/python -m recommender recommend --patient $(PATIENT) --as-of 2026-06-30 --top 3

neo4j: $(VENV)/demo ## start Neo4j on this machine; make neo4j DO=stop ends it
	@$(BIN)/python -m deploy.neo4j $(DO)

test: check ## everything: format, lint, types, arrows, all tests
	$(BIN)/python -m pytest tests -n 2 --dist loadgroup

faults: $(VENV)/dev ## every fault on the real server
	RXPATH_FAULTS=all $(BIN)/python -m pytest tests/faults

check: $(VENV)/dev ## the quick part: format, lint, types, arrows
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/dev ## measure, as ratios within one run
	$(BIN)/python -m tests.benchmarks

lock: $(VENV)/uv ## pin all dependencies anew, with hashes
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header requirements.txt -o requirements.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header requirements-dev.txt -o requirements-dev.lock

clean: ## remove what the other targets made
	rm -rf $(VENV) .rxpath .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; try make PYTHON=python3.12")'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV)
	@touch $@

$(VENV)/demo: $(VENV)/uv requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	@touch $@

$(VENV)/dev: $(VENV)/uv requirements-dev.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.lock
	@touch $@ $(VENV)/demo

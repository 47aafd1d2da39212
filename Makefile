# Everything runs in .venv, which the first target that needs it makes. `make help` lists the targets.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready

# Half of the tests wait: for a broker, a process, a clock. Two at a time use what two cores have; a file stays together.
JOBS ?= 2

# On a machine with a GPU the tests still measure the same thing: the CPU.
export JAX_PLATFORMS ?= cpu

.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench test-nightly test-browser lock prerequisites

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:[^#]*##/\t/' | expand -t 15

setup: $(READY)  ## make .venv with everything in it

demo: export HABERDASHER_HOME := $(or $(HABERDASHER_HOME),var/demo)
demo: $(READY)  ## a simulated season through the whole house, then a shop to look at; DEMO="--seed 1" for options
	@$(BIN)/haberdasher demo $(DEMO)

test: $(READY)  ## run all tests but the nightly ones and the measurements
	$(BIN)/python -m pytest -m "not nightly and not bench" -q -ra --durations=10 -n $(JOBS) --dist loadfile

check: $(READY)  ## what every commit must pass: format, lint, types, import contracts, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) test

bench: $(READY)  ## measure, and compare with the bounds that docs and ADRs state
	$(BIN)/python -m tests.benchmarks

test-nightly: $(READY)  ## the long proofs
	$(BIN)/python -m pytest -m nightly -q -ra

test-browser: $(READY)  ## the shop page in a real browser, if Chromium is installed
	$(BIN)/python -m pytest tests/browser -q -ra

lock: $(READY)  ## resolve pyproject.toml into requirements.lock; UPGRADE=--upgrade takes newer versions
	$(BIN)/uv pip compile --universal --generate-hashes $(UPGRADE) --no-emit-index-url \
	  --custom-compile-command "make lock" --extra dev --extra linkage --extra spark --quiet --output-file requirements.lock pyproject.toml

# The stamp is newer than what it was made from, so a second run costs nothing.
$(READY): requirements.lock pyproject.toml | prerequisites
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --requirement requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	touch $(READY)

prerequisites:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "Python 3.11 or newer is needed, and '$(PYTHON)' is not: try make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || \
	  { echo "Python's venv module is needed: install python3-venv (Debian) or a complete Python"; exit 1; }
	@command -v $(CXX) >/dev/null || \
	  { echo "A C++ compiler is needed to install Annoy: install g++ or clang, or name yours with make CXX=..."; exit 1; }

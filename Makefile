# make run [PORT=9000] [CONFIG=config.toml]   a running service with a demo roster, on this machine only
# make test [JOBS=2]                          everything that must hold, in the order of how fast it says no
# make bench [PARTS="opening idle"]            how fast it is, beside peers; a quarter of an hour on a quiet machine
# make crash [KILLS=50] [SEED=1]              kills a real service again and again and counts what was lost
# make lock [UPGRADE=1]                       the two lock files again (needs uv)
#
# .venv holds it all; its stamps say which lock it holds, so that a second run needs no network.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
  --no-annotate --no-emit-index-url --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade) --extra build

# An environment whose Python is gone (a system upgrade) holds nothing any more, whatever its stamps say.
STALE := $(shell $(BIN)/python -c 'import pip' 2>/dev/null || rm -f $(VENV)/run.stamp $(VENV)/test.stamp)

.DELETE_ON_ERROR:
.PHONY: run test types imports node bench lock venv crash

run: $(VENV)/run.stamp
	@$(BIN)/yanxin run --demo $(if $(CONFIG),--config "$(CONFIG)") $(if $(PORT),--port "$(PORT)")

# As many tests at once as there are processors; JOBS=0 runs one after another.
JOBS ?= auto

test: $(VENV)/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@$(MAKE) --no-print-directory -j 2 types imports node
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal

# Beside each other: each keeps one processor busy, or waits for the network.
types: $(VENV)/test.stamp
	$(BIN)/mypy
imports: $(VENV)/test.stamp
	$(BIN)/lint-imports
node:
	@if [ -f tests/node/package.json ] && command -v npm >/dev/null; then \
	  echo "npm ci (tests/node)"; cd tests/node && npm ci --silent --no-audit --no-fund; fi

bench: $(VENV)/test.stamp
	$(BIN)/python -W ignore -m tests.bench $(PARTS)

KILLS ?= 50
SEED ?= 1

crash: $(VENV)/test.stamp
	@$(BIN)/python -W ignore -m tests.crash --kills $(KILLS) --seed $(SEED)

lock:
	$(COMPILE) -o requirements.lock pyproject.toml >/dev/null
	$(COMPILE) --extra test -c requirements.lock -o requirements-test.lock pyproject.toml >/dev/null

# A stamp is one install: exactly what the lock names, then this tree itself, with nothing fetched for it.
$(VENV)/run.stamp: requirements.lock pyproject.toml | venv
	@echo "Installing what Yanxin needs into $(VENV) (once; a few minutes on a slow line)"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/test.stamp: requirements-test.lock requirements.lock pyproject.toml | venv
	@echo "Installing what the tests need into $(VENV) (once; a few minutes on a slow line)"
	@$(PIP) install --require-hashes -r requirements-test.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $(VENV)/run.stamp $@

# An environment that is there stays; one without pip gets pip, and only one that cannot be mended is made anew.
venv:
	@if $(BIN)/python -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then exit 0; fi; \
	if $(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	  && $(BIN)/python -m ensurepip >/dev/null 2>&1; then exit 0; fi; \
	if ! command -v "$(PYTHON)" >/dev/null; then \
	  echo "Yanxin needs Python 3.11 or newer; there is no $(PYTHON) here. Name one: make PYTHON=python3.12" >&2; \
	  exit 1; fi; \
	if ! "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
	  echo "Yanxin needs Python 3.11 or newer; $(PYTHON) is $$("$(PYTHON)" -V). Name another: make PYTHON=python3.12" >&2; \
	  exit 1; fi; \
	"$(PYTHON)" -m venv --clear $(VENV)

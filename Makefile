PYTHON ?= python3
TESTS_AT_ONCE ?= 2
BIN := .venv/bin
export HF_HUB_DISABLE_TELEMETRY := 1

.PHONY: run test lint fix messages clean

run: .venv/run.stamp
	$(BIN)/python -m pages.start

test: .venv/test.stamp lint
	$(BIN)/python -m pytest --numprocesses $(TESTS_AT_ONCE) --dist loadfile --no-loadscope-reorder --ignore tests/cluster
	$(BIN)/python -m pytest tests/cluster

lint: .venv/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

fix: .venv/test.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

messages: .venv/run.stamp  ## collect the texts of the pages and the engine into the catalogues
	$(BIN)/python -m pages.locale

clean:
	rm -rf .venv

.venv/made.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Parallax needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version). Try: make PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv .venv
	touch $@

.venv/run.stamp: requirements.txt | .venv/made.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

.venv/test.stamp: requirements.txt requirements-cluster.txt requirements-training.txt requirements-dev.txt tests/browser.py | .venv/made.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	$(BIN)/python -m tests.browser
	touch $@ .venv/run.stamp

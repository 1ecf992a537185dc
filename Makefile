# `make run` opens the page, `make test` runs the tests; both set everything up first.
# `make slow` runs the tests that `make test` leaves out, such as those that kill processes.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.installed

.PHONY: run test slow check format lock clean

run: $(READY)
	$(BIN)/streamlit run app.py

test: $(READY)
	$(BIN)/pytest -n auto --dist loadfile -m "not slow"

slow: $(READY)
	$(BIN)/pytest -n auto --dist worksteal -m slow

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Writes the lock anew: every version with the hashes of its files, for all platforms.
lock: $(READY)
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --generate-hashes \
		--no-emit-index-url --no-header --upgrade --quiet --output-file requirements.lock

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(READY)

clean:
	rm -rf .venv out dist

# `make demo`, `make test` and `make bench` need Python 3.10 or newer, pip, make and git; all else they install in .venv.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

# Real reports that lie beside a clone are no part of it; where there are some, ours must be apart.
APART := $(if $(wildcard ../shared/reports),--apart ../shared/reports)

.PHONY: demo test clients test-integrations lint types train bench clean

demo: .venv/base
	$(BIN)/fazhi predict examples --summary -o demo.jsonl
	$(BIN)/fazhi annotations check demo.jsonl

test: .venv/dev lint types
	$(BIN)/python -m pytest --cov --cov-report=term
	$(BIN)/fazhi annotations check annotations $(APART)

# Label Studio and doccano, which the tests of integrations start, each in an environment of its own.
clients: .venv-label-studio/installed .venv-doccano/installed

test-integrations: .venv/dev clients
	$(BIN)/python -m pytest tests/integration

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/dev
	$(BIN)/mypy

train: .venv/dev
	$(BIN)/fazhi train configs/default.yaml

# All parts, or some: make bench PARTS="rate limit"
bench: .venv/dev
	$(BIN)/python benchmarks/speed.py $(PARTS)

.venv/python:
	$(PYTHON) -m venv .venv
	touch $@

.venv/base: .venv/python pyproject.toml constraints.txt
	$(PIP) --editable .
	touch $@

.venv/dev: .venv/python pyproject.toml constraints.txt
	$(PIP) --editable '.[dev]'
	touch $@ .venv/base

.venv-%/installed: tests/integration/%.txt
	$(PYTHON) -m venv .venv-$*
	.venv-$*/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --requirement $<
	touch $@

clean:
	rm -rf .venv .venv-label-studio .venv-doccano build *.egg-info demo.jsonl

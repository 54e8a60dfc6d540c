# `make demo`, `make test` and `make bench` need Python 3.10 or newer, pip, make and git; all else they install in .venv.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

# Real reports that lie beside a clone are no part of it; where there are some, ours must be apart.
APART := $(if $(wildcard ../shared/reports),--apart ../shared/reports)

.PHONY: demo test lint types train bench clean

demo: .venv/base
	$(BIN)/fazhi predict examples --summary -o demo.jsonl
	$(BIN)/fazhi annotations check demo.jsonl

test: .venv/dev lint types
	$(BIN)/python -m pytest --cov --cov-report=term
	$(BIN)/fazhi annotations check annotations $(APART)

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

clean:
	rm -rf .venv build *.egg-info demo.jsonl

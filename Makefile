PYTHON ?= .venv-test/bin/python

.PHONY: build test ctest check format bench fuzz all

build:
	$(PYTHON) setup.py -q build_ext --inplace

test: build
	$(PYTHON) -m pytest -q

ctest:
	$(PYTHON) tests/c/run.py

check:
	.ci/check $(PYTHON)

format:
	$(PYTHON) -m ruff check --fix -q . ; $(PYTHON) -m ruff format -q .
	$(dir $(PYTHON))clang-format -i $$(git ls-files '*.c' '*.h' ':!csrc/python')

bench:
	.ci/bench

fuzz:
	.ci/fuzz 60

all: check ctest test

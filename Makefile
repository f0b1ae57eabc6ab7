# The commands of the project. `make run` serves the quickstart; `make test` runs every test.

SWIFT ?= swift
RELEASE := .build/release
SOURCES := Package.swift Sources Plugins Tests Benchmarks Examples Fuzz
# Options of `make run`: CONFIG, HOST, PORT; of `make bench`: ROUNDS, DURATION (seconds), ONLY;
# of `make fuzz`: FUZZ_SECONDS a target.
ROUNDS ?= 3
DURATION ?= 5
FUZZ_SECONDS ?= 30

.PHONY: run build test bench fmt lint check micro fuzz abi setup clean distclean

run: build
	@scripts/run

build: setup
	@$(SWIFT) build -c release

setup:
	@scripts/setup build

# Unit tests run on the debug build, whose checks find more; the end-to-end tests on the release
# build, which is what people run.
test:
	@scripts/setup test
	@$(SWIFT) build -c release
	@$(SWIFT) build --build-tests
	@$(SWIFT) test --skip-build
	@.venv/bin/pytest -q Tests/Integration

check:
	@scripts/setup test
	@$(MAKE) --no-print-directory lint
	@scripts/tidy
	@scripts/abi-reference --check
	@scripts/abi-headers
	@$(SWIFT) build -c release
	@$(MAKE) --no-print-directory micro
	@scripts/fuzz $(FUZZ_SECONDS)

lint:
	@$(SWIFT) format lint --strict --parallel --recursive $(wildcard $(SOURCES))

fmt:
	@$(SWIFT) format --in-place --parallel --recursive $(wildcard $(SOURCES))

# Instructions an operation, against Benchmarks/thresholds.json.
micro:
	@python3 Benchmarks/micro.py --binary $(RELEASE)/metis-micro

# Measures against nginx, the official Python SDK and FastMCP, and writes Benchmarks/RESULTS.md.
bench:
	@scripts/setup bench
	@$(SWIFT) build -c release
	@python3 Benchmarks/run --rounds $(ROUNDS) --duration $(DURATION) $(if $(ONLY),--only $(ONLY))

fuzz:
	@scripts/setup test
	@scripts/fuzz $(FUZZ_SECONDS)

# Writes docs/reference/abi.md and the layout table again after a change of the headers.
abi:
	@scripts/abi-reference
	@scripts/abi-headers --update

clean:
	@rm -rf .build

distclean: clean
	@rm -rf .venv .venv-bench .metis

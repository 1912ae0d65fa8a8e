# Two commands set everything up on a Debian with Rust and Node: `make demo` and `make test`.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
ADDR ?= 127.0.0.1:8080
DATA ?= demo-data
CHROMIUM ?= /usr/bin/chromium
TARGET := $(or $(CARGO_TARGET_DIR),target)
BIN := $(TARGET)/debug/qingshan

.PHONY: help demo test bench fmt lint law-index web build tools-build tools-test rust-test web-test browser-test

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

demo: build ## install, build, load the real plan and data, serve the pages on loopback
	@echo "demo: loading what is shipped into $(DATA), then serving on http://$(ADDR)/ (Ctrl-C ends it)"
	$(BIN) demo --data $(DATA) --listen $(ADDR)

test: tools-test web-test browser-test ## install what the tests need and run them all

bench: ## speed against named peers, as ratios (bench/README.md); builds the release profile
	bash bench/run.sh

fmt: ## format
	cargo fmt --all

lint: ## what a reviewer's eye should not be spent on
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

law-index: ## law/INDEX.md, from the files of law
	cargo build --workspace
	$(BIN) --home . law index > law/.index && mv law/.index law/INDEX.md

web: tools-build ## the pages, into web/dist
	@echo "web: installing packages and building the pages"
	cd web && npm ci --no-audit --no-fund --loglevel=error && npm run build

build: web ## the binary with the pages inside
	@echo "build: the binary (8 to 15 minutes from nothing on two cores, seconds afterwards)"
	cargo build --workspace --bin qingshan

tools-build:
	@command -v cargo >/dev/null || { echo "cargo is missing: install Rust 1.95 or newer (https://rustup.rs)"; exit 1; }
	@command -v npm >/dev/null || { echo "npm is missing: install Node.js 20 or newer"; exit 1; }
	@command -v cc >/dev/null || { echo "tools: installing a C compiler by apt"; apt-get update -q && apt-get install -qy build-essential; }

tools-test: tools-build
	@command -v cargo-nextest >/dev/null || { echo "tools: installing cargo-nextest by cargo"; cargo install cargo-nextest --locked; }
	@test -x $(CHROMIUM) || { echo "tools: installing chromium and Chinese fonts by apt"; apt-get update -q && apt-get install -qy --no-install-recommends chromium fonts-noto-cjk; }
	@test -d /usr/lib/postgresql || { echo "tools: installing PostgreSQL by apt (the books are tested on it)"; apt-get update -q && apt-get install -qy --no-install-recommends postgresql; }
	@fc-list 2>/dev/null | grep -qi 'Noto Sans CJK' || { echo "tools: installing Chinese fonts by apt"; apt-get update -q && apt-get install -qy --no-install-recommends fonts-noto-cjk fontconfig; }

web-test: web
	cd web && npm run type-check && npm test

rust-test: lint
	cargo nextest run --workspace --no-fail-fast

# The tests have built the binary already, with the pages inside.
browser-test: rust-test
	cd tests/browser && npm ci --no-audit --no-fund --loglevel=error
	bash tests/browser/run.sh $(abspath $(BIN))

# The project's front door: every target installs what it needs and says so. `make help` lists them.
# The scripts it calls hold the detail; nothing here is needed to use `swift build` by hand.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build
MAKEFLAGS += --no-print-directory

SWIFT ?= swift
SIROCCO := .build/release/sirocco
# What `make bench` compares: names in the store or of Benchmarks/models, or files; rows as Benchmarks/compare says.
MODELS ?= smollm2
ROWS ?= pp512,pp64,pp16,tg128
CACHE := $(or $(SIROCCO_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/sirocco-development)

.PHONY: help setup build model test test-clients test-kill eval-agreement demo format lint bench lab-validation check docs oracles fuzz emulated clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 21

setup: ## install the Debian packages that are missing, check Swift
	@Scripts/setup

build: setup ## build the program, optimised: .build/release/sirocco
	$(SWIFT) build -c release --product sirocco

model: build
	@$(SIROCCO) pull smollm2

test: ## build and run every test, optimised, with the real model
	@Scripts/setup tests
	$(SWIFT) build -c release --build-tests
	@$(SIROCCO) pull smollm2
	Scripts/check-docs
	Scripts/check-chat
	SIROCCO_REAL_WEIGHTS=1 $(SWIFT) test -c release --skip-build --skip 'ServerTests|LabTests'
	# By themselves: they hold connections to seconds, which a hundred other suites on two cores would use up.
	$(SWIFT) test -c release --skip-build --filter 'ServerTests|LabTests'

test-clients: model ## run the field's own clients, and hostile ones, against `sirocco serve` (CHECKS=test_llm.py)
	Tests/Clients/run --sirocco $(SIROCCO) $(CHECKS)

eval-agreement: model ## compare `sirocco eval` with lm-evaluation-harness, question by question
	Benchmarks/eval/compare-lm-eval --sirocco $(SIROCCO)

test-kill: model ## kill a lab run 50 times at random; the result must be that of an unbroken run
	Tests/Lab/killed-run $(SIROCCO) 50

demo: model ## answer a prompt, then turn the model into a mixture of experts and answer again
	@Scripts/demo $(SIROCCO)

format: ## rewrite the Swift files in the project's style
	$(SWIFT) format format --in-place --parallel --recursive --configuration .swift-format Package.swift Sources Tests Benchmarks

lint: ## check style and the direction of imports, and the scripts that check
	$(SWIFT) format lint --strict --parallel --recursive --configuration .swift-format Package.swift Sources Tests Benchmarks
	Scripts/check-imports --self-test
	Scripts/check-imports
	Scripts/check-docs --self-test
	Scripts/check-docs --list >/dev/null
	Scripts/terminal-picture --self-test
	Benchmarks/compare --self-test
	Benchmarks/startup --self-test
	Benchmarks/server --self-test
	Benchmarks/soak --self-test

bench: model ## compare with llama.cpp and ik_llama.cpp, interleaved (builds them first; slow; MODELS=…, ROWS=…)
	Benchmarks/peers/build llama.cpp ik_llama.cpp
	Benchmarks/compare --sirocco $(SIROCCO) --rows $(ROWS) $(MODELS)
	Benchmarks/startup --model smollm2 --sirocco $(SIROCCO) --peer-options "-nr -fa on"
	Benchmarks/server --model smollm2 --sirocco $(SIROCCO)

lab-validation: setup ## simulate the lab's statistics: errors, power and coverage as promised? (JSON=1)
	$(SWIFT) run -c release --package-path Benchmarks/lab-validation LabValidation \
		Benchmarks/lab-validation/lengths.txt $(if $(JSON),--json)

check: lint test ## lint and test: what a change must pass

docs: build ## run every example of docs/ and README.md against the program
	@$(SIROCCO) pull smollm2
	Scripts/check-docs

oracles: build ## make every fixture again from independent implementations; the full tokenizer sweep
	Scripts/oracles --cache "$(CACHE)"

fuzz: setup ## feed every reader of files ten minutes of damaged ones (SECONDS_EACH=600)
	Tests/Fuzz/run $(or $(SECONDS_EACH),600)

emulated: ## compare the AVX512 kernels under emulation, and all of them under sanitizers (ROUNDS=20)
	@Scripts/setup emulated
	Tests/EmulatedKernels/run.sh $(or $(ROUNDS),20)

clean: ## remove what was built (the model store and caches stay)
	rm -rf .build

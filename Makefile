# Builds and tests libfilestack. `make help` lists the targets.

CARGO ?= cargo
PYTHON ?= python3

# Where everything goes that is built.
export CARGO_TARGET_DIR ?= $(CURDIR)/target
RELEASE := $(CARGO_TARGET_DIR)/release
LOCAL := $(CARGO_TARGET_DIR)/debug/filestack-local
C_TESTS := $(CARGO_TARGET_DIR)/c-tests
DEMO := $(CARGO_TARGET_DIR)/demo
BENCH := $(CARGO_TARGET_DIR)/bench
JOBS := $(shell getconf _NPROCESSORS_ONLN)
comma := ,

# CMake from the PATH, otherwise from its wheel. The wheel's program is called where it lies: no environment is
# needed for that. A command that is there but does not run, as version managers leave them, does not count.
WHEEL := $(CARGO_TARGET_DIR)/tools/python
WHEEL_CMAKE := $(WHEEL)/cmake/data/bin/cmake
ifeq ($(origin CMAKE), undefined)
CMAKE := $(or $(shell cmake --version >/dev/null 2>&1 && command -v cmake),$(WHEEL_CMAKE))
endif
CTEST := $(dir $(CMAKE))ctest

.DEFAULT_GOAL := library
include packaging/library.mk packaging/install.mk

# clang-format from its wheel alone: other versions lay some lines out otherwise.
CLANG_FORMAT_VERSION := 20.1.8
WHEEL_CLANG_FORMAT := $(WHEEL)/clang_format/data/bin/clang-format
CLANG_FORMAT = $(wildcard $(WHEEL_CLANG_FORMAT))

# cargo-deny from the PATH, otherwise as `make cargo-deny` has built it.
CARGO_DENY_VERSION := 0.20.2
BUILT_CARGO_DENY := $(CARGO_TARGET_DIR)/tools/bin/cargo-deny
CARGO_DENY = $(or $(shell command -v cargo-deny),$(wildcard $(BUILT_CARGO_DENY)))
GENERATED_HEADERS := include/filestack/filestack.h include/filestack/tasks.h include/filestack/tasks.hpp
C_FILES = $(filter-out $(GENERATED_HEADERS),$(sort $(wildcard include/filestack/*.h* include/filestack/cpp/* \
	benches/*.[ch] examples-c/*.[ch]* examples-ffi/*/*.[ch] tests/*/*.[ch] tests/*/*.[ch]pp tests/*/*/*.[ch] xtask/src/*/*.c)))

# One step after the other: Cargo and CTest use all processors by themselves.
.NOTPARALLEL:
.PHONY: library local headers test rust-test run-c-tests c-test sanitize memcheck checks symbols abi-check abi install-test conformance soak \
	bench-programs bench lint clang-format cargo-deny format demo clean help

library: $(LIB)/$(SHARED) $(LIB)/libfilestack.a ## Build the shared and the static library (the default)
	@echo "$(LIB): libfilestack.so libfilestack.a"

local: ## Build filestack-local, the local service
	@$(CARGO) build --quiet --package filestack-local

headers: ## Write include/filestack/ anew from src and the catalogue, and the pages about it
	@$(CARGO) xtask headers
	@$(CARGO) xtask generate
	@$(CARGO) xtask coverage
	@$(CARGO) xtask features

test: checks rust-test symbols abi-check run-c-tests install-test ## Run every test

checks:
	@echo "== Header and rules of the code"
	@$(CARGO) xtask headers --check
	@$(CARGO) xtask generate --check
	@$(CARGO) xtask coverage --check
	@$(CARGO) xtask features --check
	@$(CARGO) xtask wrapper
	@$(CARGO) xtask manual --check
	@$(CARGO) xtask rules

# Also builds the service that the C tests run in.
rust-test:
	@echo "== Rust tests"
	@$(CARGO) test --quiet --workspace

symbols: library
	@echo "== Exported symbols"
	@$(CARGO) xtask symbols $(LIB)

abi-check: ## Compare the interface with the recorded one, when abidw is installed
	@echo "== Interface"
	@abi/check --built $(CARGO_TARGET_DIR)/abi
	@abi/test --built $(CARGO_TARGET_DIR)/abi/broken

abi: ## Record the interface in abi/filestack.abi
	@abi/check --built $(CARGO_TARGET_DIR)/abi --write

c-test: local run-c-tests ## Run the C tests only

# $(call cmake,FOLDER,OPTIONS,BUILD): configures and builds C programs in a folder of their own.
define cmake
	@$(CMAKE) -S . -B $(1) --log-level=WARNING -DCMAKE_RULE_MESSAGES=OFF -DFILESTACK_TARGET_DIR=$(CARGO_TARGET_DIR) \
		-DFILESTACK_LIBRARY_DIR=$(LIB) \
		-DFILESTACK_LOCAL=$(LOCAL) $(2) >/dev/null
	@MAKEFLAGS=--no-print-directory $(CMAKE) --build $(1) --parallel $(JOBS) $(3)
endef

# $(call ctest,FOLDER,OPTIONS,WHICH): builds the C tests in a folder of their own, and runs them.
define ctest
	$(call cmake,$(1),-DCMAKE_BUILD_TYPE=Debug $(2))
	@$(CTEST) --test-dir $(1) --parallel $(JOBS) --output-on-failure --progress $(3)
endef

run-c-tests: library $(filter $(WHEEL_CMAKE),$(CMAKE))
	@echo "== C tests"
	$(call ctest,$(C_TESTS))

install-test: library local $(filter $(WHEEL_CMAKE),$(CMAKE)) ## Install, move what was installed, and build and run programs with it
	@echo "== Installation"
	@tests/install/run --target $(CARGO_TARGET_DIR) --local $(LOCAL) --cmake $(CMAKE)

sanitize: library local $(filter $(WHEEL_CMAKE),$(CMAKE)) ## Run the C tests with the address and undefined-behaviour sanitizers
	@echo "== C tests with sanitizers"
	$(call ctest,$(C_TESTS)-sanitize,-DFILESTACK_SANITIZE=address$(comma)undefined,--label-regex "^(c|null|example)$$")

memcheck: library local $(filter $(WHEEL_CMAKE),$(CMAKE)) ## Run the C tests under valgrind, when it is installed
	@echo "== C tests under valgrind"
	$(if $(shell command -v valgrind),$(call ctest,$(C_TESTS)-memcheck,-DFILESTACK_MEMCHECK=ON,--label-regex "^(c|null|example)$$"),\
		@echo "valgrind is not installed: skipped")

conformance: local ## Run the official SDKs against filestack-local; docs/conformance.md has the results
	@$(PYTHON) tests/conformance/run --local $(LOCAL)
	@$(PYTHON) tests/conformance/run --check-table

soak: library local $(filter $(WHEEL_CMAKE),$(CMAKE)) ## Run the transfers with every fault, changes of the network, crashes, a storm and chaos, 50 minutes; docs/reliability.md has the results
	$(call cmake,$(C_TESTS),-DCMAKE_BUILD_TYPE=Debug,--target test_name_lookups test_storm)
	@FILESTACK_NAME_LOOKUPS=$(C_TESTS)/tests/c/test_name_lookups FILESTACK_STORM_PROGRAM=$(C_TESTS)/tests/c/test_storm \
		$(CARGO) test --quiet --package filestack-core \
		--test fault_matrix --test network_changes --test crash_matrix --test storm --test chaos -- --ignored

bench: bench-programs ## Measure the library beside its peers; docs/performance.md has the results
	@$(PYTHON) benches/run --write

bench-programs: library local $(filter $(WHEEL_CMAKE),$(CMAKE)) ## Build what benches/run runs
	@$(CARGO) build --quiet --release --package filestack-benches
	$(call cmake,$(BENCH)/programs,-DCMAKE_BUILD_TYPE=Release,--target filestack_benches)

$(WHEEL_CMAKE):
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-warn-script-location --target $(WHEEL) cmake

lint: ## Check formatting, run clippy, and cargo-deny when it is there
	@$(CARGO) fmt --all --check
	@$(if $(CLANG_FORMAT),$(CLANG_FORMAT) --dry-run --Werror $(C_FILES),\
		echo "clang-format $(CLANG_FORMAT_VERSION) is not here: the layout of C and C++ is not checked; make format gets it")
	@$(CARGO) clippy --quiet --workspace --all-targets -- --deny warnings
	@$(if $(CARGO_DENY),$(foreach package,. filestack-local,$(CARGO_DENY) --log-level error \
		--manifest-path $(package)/Cargo.toml check --hide-inclusion-graph licenses bans sources &&) true,\
		echo "cargo-deny is not here: licences, sources and versions are not checked; make cargo-deny gets it")

clang-format: $(WHEEL_CLANG_FORMAT)

cargo-deny: $(BUILT_CARGO_DENY) ## Build cargo-deny for make lint, some minutes

$(BUILT_CARGO_DENY):
	@$(CARGO) install --quiet --locked cargo-deny --version $(CARGO_DENY_VERSION) --root $(CARGO_TARGET_DIR)/tools \
		--target-dir $(CARGO_TARGET_DIR)/cargo-deny
	@rm -rf $(CARGO_TARGET_DIR)/cargo-deny

format: clang-format ## Format Rust, C and C++
	@$(CARGO) fmt --all
	@$(WHEEL_CLANG_FORMAT) -i $(C_FILES)

$(WHEEL_CLANG_FORMAT):
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-warn-script-location --target $(WHEEL) \
		clang-format==$(CLANG_FORMAT_VERSION)

demo: library local ## Upload and transform a picture with the local service
	@mkdir -p $(DEMO)
	@$(CC) -std=c99 -Wall -Wextra -Iinclude examples-c/01-quickstart.c -o $(DEMO)/01-quickstart \
		-L$(LIB) -lfilestack -Wl,-rpath,$(LIB)
	@cp examples-c/pictures/landscape.png $(DEMO)
	@cd $(DEMO) && $(LOCAL) --data data --secret demo-secret -- ./01-quickstart landscape.png
	@echo "Compare landscape.png and transformed.png in $(DEMO)."

clean: ## Remove everything that was built
	@$(CARGO) clean --quiet

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1:\2/p' $(MAKEFILE_LIST) | awk -F: '{ printf "%-21s%s\n", $$1, $$2 }'

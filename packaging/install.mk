# What `make install` installs besides the libraries, and where.

PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
DESTDIR ?=

# The profile that filestack-local is built in. That of the tests, `dev`, is quicker to build.
LOCAL_PROFILE ?= distribution
LOCAL_FOLDER := $(CARGO_TARGET_DIR)/$(patsubst dev,debug,$(LOCAL_PROFILE))

MANUAL := $(CARGO_TARGET_DIR)/manual

.PHONY: everything install uninstall dist deb deb-test

everything: library ## Build all that is installed: libraries, filestack-local, manual, reference, licences
	@$(CARGO) build --quiet --profile $(LOCAL_PROFILE) --package filestack-local
	@rm -rf $(MANUAL)
	@$(CARGO) xtask manual $(MANUAL)
	@$(CARGO) xtask reference $(CARGO_TARGET_DIR)/reference.html
	@$(CARGO) xtask licences $(CARGO_TARGET_DIR)/licences.txt

# Who installs is often another user, who has no Cargo: then it is what was built before.
install: $(if $(shell command -v $(CARGO)),everything) ## Install below PREFIX (and DESTDIR), the libraries in LIBDIR
	@packaging/install $(INSTALLED) $(INSTALL_FLAGS)

uninstall: ## Remove what was installed, given the same variables
	@packaging/install --uninstall $(INSTALLED)

deb: ## Build the Debian packages in target/packages
	@packaging/debian-packages --target "$(CARGO_TARGET_DIR)" --profile $(LOCAL_PROFILE)

deb-test: ## Build the Debian packages; as root also install, use and remove them
	@packaging/debian-packages --target "$(CARGO_TARGET_DIR)" --profile $(LOCAL_PROFILE) --install

# zig from its wheel: it has the symbols of old versions of glibc.
ZIG_VERSION := 0.17.1
WHEEL_ZIG := $(WHEEL)/ziglang/zig

dist: $(WHEEL_ZIG) ## Make what a release has, in target/dist: tarballs, bill of materials, sums
	@packaging/dist --target "$(CARGO_TARGET_DIR)" --zig "$(WHEEL_ZIG)"

$(WHEEL_ZIG):
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-warn-script-location --target $(WHEEL) \
		ziglang==$(ZIG_VERSION)

INSTALLED = --built "$(CARGO_TARGET_DIR)" --local "$(LOCAL_FOLDER)/filestack-local" --prefix "$(PREFIX)" \
	--libdir "$(LIBDIR)" --destdir "$(DESTDIR)" --native-libraries "$(NATIVE_LIBRARIES)"

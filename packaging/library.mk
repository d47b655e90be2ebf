# What ships, made from the archive that Cargo builds.
#
# That archive has thousands of global symbols of Rust, with which no other Rust library could be linked. Here it becomes
# one object in which only the functions of the header are global. Rust's own shared library can have no symbol versions,
# because rustc hands the linker a list of its own; so the shared library is linked from that object, too.

LD ?= ld
OBJCOPY ?= objcopy

# Before 1.0 each minor version may break, so the soname has both numbers.
VERSION := $(shell sed -n '/^\[workspace.package\]/,/^$$/s/^version = "\(.*\)"$$/\1/p' Cargo.toml)
SERIES := $(basename $(VERSION))
SHARED := libfilestack.so.$(VERSION)
SONAME := libfilestack.so.$(SERIES)

# Those that `rustc --print native-static-libs` names for Linux, without libgcc_s: compilers link it, or what stands in
# for it in static programs.
NATIVE_LIBRARIES := -lpthread -lm -ldl -lrt -lutil

# A release keeps the lines for debuggers, in a file of their own.
STRIP_DEBUG ?= --strip-debug

# Relative relocations take a sixteenth of the library, and a fiftieth of that where the loader of the system unpacks
# them, as that of glibc 2.36 does. It is asked with a program of its own, once, when the library is made.
PACK := -Wl,-z,pack-relative-relocs
PACKED = $(eval PACKED := $(shell packed=$$(mktemp) && echo 'int main(void) { return 0; }' | \
	$(CC) -pie -fPIE -Wl,--fatal-warnings $(PACK) -x c - -o "$$packed" 2>/dev/null && "$$packed" && echo '$(PACK)'; \
	rm -f "$$packed"))$(PACKED)

LIB := $(CARGO_TARGET_DIR)/lib
PARTS := $(LIB)/parts
OBJECT := $(PARTS)/filestack.o
VERSION_SCRIPT := abi/filestack.map
FLAGS = $(STRIP_DEBUG) $(PACKED) $(LDFLAGS)

$(RELEASE)/libfilestack.a: FORCE
	@# This package alone, so that no other one's features get in.
	@$(CARGO) build --quiet --release --package filestack-c

# Made again when the flags are others.
$(PARTS)/flags: FORCE
	@mkdir -p $(PARTS)
	@echo '$(FLAGS)' | cmp -s - $@ || echo '$(FLAGS)' >$@

$(PARTS)/functions: $(VERSION_SCRIPT)
	@mkdir -p $(PARTS)
	@sed -n 's/^ *\(filestack_[a-z0-9_]*\);$$/\1/p' $< >$@

# Groups are dissolved, because symbols that another group's copy defines could not become local. The sections of LLVM
# are for its own tools, and others stumble over them.
$(OBJECT): $(RELEASE)/libfilestack.a $(PARTS)/functions $(PARTS)/flags packaging/library.mk
	@sed 's/^/-u /' $(PARTS)/functions >$(PARTS)/wanted
	@$(LD) -r --force-group-allocation --gc-sections @$(PARTS)/wanted -o $(PARTS)/linked.o $<
	@$(OBJCOPY) $(STRIP_DEBUG) --remove-section=.llvmbc --remove-section=.llvmcmd \
		--keep-global-symbols=$(PARTS)/functions $(PARTS)/linked.o $@
	@rm $(PARTS)/linked.o

# No times and owners: the same object makes the same bytes.
$(LIB)/libfilestack.a: $(OBJECT)
	@rm -f $@
	@$(AR) rcsD $@ $<

LINKED := -Wl,--version-script=$(VERSION_SCRIPT) -Wl,-soname,$(SONAME) -Wl,--gc-sections -Wl,-z,nodelete -Wl,-z,relro \
	-Wl,-z,now -Wl,-z,noexecstack -Wl,-z,defs -Wl,--build-id=sha1

# It stays mapped after dlclose, because its threads may still run. Addresses are fixed before it runs.
$(LIB)/$(SHARED): $(OBJECT) $(VERSION_SCRIPT)
	@$(CC) -shared -o $@ $(OBJECT) $(LINKED) $(PACKED) -Wl,-z,text -Wl,--as-needed $(LDFLAGS) $(NATIVE_LIBRARIES)
	@ln -sf $(SHARED) $(LIB)/$(SONAME)
	@ln -sf $(SONAME) $(LIB)/libfilestack.so

# The same for an old glibc, whose symbols zig knows; what unwinds is linked in. PORTABLE is where it goes. It has no lines
# for debuggers: those of what unwinds name the folder of zig, and would be part of the build ID.
portable: $(OBJECT)
	@$(ZIG) cc -target $(shell uname -m)-linux-gnu.$(GLIBC) -shared -o $(PORTABLE) $(OBJECT) $(LINKED) -Wl,--strip-debug \
		-lunwind $(NATIVE_LIBRARIES)

.PHONY: FORCE portable
FORCE:

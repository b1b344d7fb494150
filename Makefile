# Builds the programs into build/ (or build/SANITIZER/), tests them and installs them.
# A new program, module or unit test needs no change here: the file's folder says what it is.

CC      = gcc
CFLAGS  = -O2 -g
PREFIX ?= /usr
VERSION = 0.1.0

# A sanitizer build has a folder of its own, so that builds never mix.
comma := ,
B      = build$(if $(SANITIZE),/$(subst $(comma),-,$(SANITIZE)))
OBJ    = $(B)/obj

# pkg-config is asked once, and only when something is compiled: `make test` on an empty machine
# must get as far as installing it.
PKGS       = fcgi libcjson libcurl libcrypto libutf8proc
PKG_CFLAGS = $(eval PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS)))$(PKG_CFLAGS)
PKG_LIBS   = $(eval PKG_LIBS := $(shell pkg-config --libs $(PKGS)))$(PKG_LIBS)

WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wvla -Wformat=2 -Wstrict-prototypes \
           -Wmissing-prototypes -Wwrite-strings $(if $(DEVELOPER),-Werror)
# What not every compiler has, or has for every processor, is tried once, and left out without an
# error. Zeroed variables cost less than what a forgotten one could tell an attacker.
try      = $(shell echo 'int main(void) { return 0; }' | $(CC) -Werror -O2 $(1) -include string.h \
             -x c -o /dev/null - 2>/dev/null && echo '$(1)')
FORTIFY  = -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE
POSSIBLE = $(eval POSSIBLE := $(foreach flag,-fstack-clash-protection -fcf-protection \
             -ftrivial-auto-var-init=zero,$(call try,$(flag))) \
             $(or $(call try,$(FORTIFY)=3),$(FORTIFY)=2))$(POSSIBLE)
# The checks of _FORTIFY_SOURCE hide memory accesses from the sanitizers, and zeros what was never
# written.
HARDENING = -fstack-protector-strong \
            $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=undefined \
              -fno-omit-frame-pointer,$(POSSIBLE))

# The same sources give the same bytes, in whichever folder they are compiled.
COMPILE = $(CC) -std=c11 -pthread -fPIE -D_GNU_SOURCE -Icommon -include common/base/banned.h \
          -ffile-prefix-map=$(CURDIR)=. $(PKG_CFLAGS) $(WARNINGS) $(CPPFLAGS) $(CFLAGS) $(HARDENING)
# --as-needed and the archive keep out what a program doesn't use. Nothing is linked with libcurl but
# the tools: programs load it when they first ask Twilio (common/twilio/http_libcurl). The tools ask
# always, and whoever packs the programs learns from them that libcurl is needed.
LINK    = $(CC) -pthread -pie -Wl,--as-needed -Wl,-z,relro,-z,now $(CFLAGS) $(HARDENING) $(LDFLAGS)

PROGRAMS  = $(patsubst cgi-bin/%.c,$(B)/cgi-bin/%,$(wildcard cgi-bin/*.c))
TOOLS     = $(patsubst tools/%/main.c,$(B)/bin/%,$(wildcard tools/*/main.c))
UNITS     = $(patsubst tests/unit/%.c,$(B)/unit/%,$(wildcard tests/unit/test_*.c))
# What several unit tests share is linked into each of them.
UNIT_HELP = $(patsubst %.c,$(OBJ)/%.o,$(filter-out tests/unit/test_%.c,$(wildcard tests/unit/*.c)))
BENCHES   = $(patsubst tests/bench/%.c,$(B)/bench/%,$(wildcard tests/bench/*.c))
FUZZERS   = $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
ARCHIVE   = $(B)/libdialpad.a
VENDOR    = www/vendor/THIRD-PARTY-NOTICES.txt

export DIALPAD_BUILD = $(B)
export DEMO_PORT

# As many steps at once as there are processors, unless the caller has said how many.
PARALLEL = $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc))

# One short line per step; V=1 shows the commands.
step = $(if $(V),,@echo '  $(1)$@';)

# Of all prerequisites, with further flags.
define link
@mkdir -p $(@D)
$(call step,LINK )$(LINK) -o $@ $^ $(1) $(PKG_LIBS) -lm
endef

.PHONY: all programs units benches test test-all test-sanitized test-bundle test-systemd test-bare test-flex \
        test-package demo bench lint screenshots soak soak-far load fuzz fuzzers fuzz-programs \
        clean FORCE
.SECONDARY:
.DELETE_ON_ERROR:

all: programs $(VENDOR)

programs: $(PROGRAMS) $(TOOLS)
units: $(UNITS)
benches: $(BENCHES)

$(B)/cgi-bin/%: $(OBJ)/cgi-bin/%.o $(ARCHIVE)
	$(call link)

LINK_CURL = -Wl,--no-as-needed -lcurl -Wl,--as-needed

# A folder of tools/ with a main.c is a program, and each of its files a part of it.
parts = $(patsubst %.c,$(OBJ)/%.o,$(wildcard tools/$(1)/*.c))
.SECONDEXPANSION:
$(B)/bin/%: $$(call parts,$$*) $(ARCHIVE)
	$(call link,$(LINK_CURL))

$(B)/unit/%: $(OBJ)/tests/unit/%.o $(UNIT_HELP) $(ARCHIVE)
	$(call link,$$(pkg-config --libs cmocka))

$(B)/bench/%: $(OBJ)/tests/bench/%.o $(ARCHIVE)
	$(call link)

$(B)/fuzz/%: $(OBJ)/tests/fuzz/%.o $(ARCHIVE)
	$(call link,-fsanitize=fuzzer)

# Made anew each time: `ar` alone would keep the object of a module that is gone.
$(ARCHIVE): $(patsubst common/%.c,$(OBJ)/common/%.o,$(wildcard common/*/*.c))
	@rm -f $@
	$(call step,AR   )$(AR) rcs $@ $^

$(OBJ)/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	$(call step,CC   )$(COMPILE) -MMD -MP -c -o $@ $<

# In Twilio's own Flex, which is fetched for it.
test-flex:
	tests/install-deps flex
	$(MAKE) programs
	node tests/run.js flex

# In a Debian made by debootstrap, which has Apache and nothing of ours: needs root, and a minute.
test-bundle:
	tests/install-deps bundle
	$(MAKE) programs bundle
	node tests/run.js bundle

# The units under a systemd that boots in a Debian of its own: root, and two minutes.
test-systemd:
	tests/install-deps systemd
	$(MAKE) programs
	node tests/run.js systemd

# The Debian package, and the README's installation in an empty Debian that boots: root, and four
# minutes.
test-package:
	tests/install-deps package
	$(MAKE) programs $(VENDOR)
	node tests/run.js package

# `make test` where nothing is installed, as root and as a user with sudo: root, and half an hour
# each. BARE=root or BARE=user for one of them, BARE_GROUPS='unit endpoint' for a part.
test-bare:
	tests/install-deps bare
	node tests/bare/run.js $(BARE)

$(OBJ)/common/base/version.o: CPPFLAGS += -DDIALPAD_VERSION='"$(VERSION)"'

# Changes when the compiler, a flag, PREFIX or VERSION does, and then everything is compiled again.
$(B)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(COMPILE) | $(LINK) | $(PREFIX) $(VERSION)' | cmp -s - $@ || \
	  { LIBFCGI_PATCHED=$(LIBFCGI_PATCHED) deploy/check-libraries && \
	    echo '$(COMPILE) | $(LINK) | $(PREFIX) $(VERSION)' >$@; }

# The page's libraries come from npm; a release brings them along. Without them there is no page.
$(VENDOR): tools/vendor/package-lock.json tools/vendor/build.mjs
	@tools/vendor/build
	@touch $@

test:
	tests/install-deps test
	$(MAKE) $(PARALLEL) programs bundle-programs units fuzzers $(VENDOR)
	node tests/run.js

# Every test behind every web server, and with the sanitizers' programs: an hour, not minutes.
test-all:
	tests/install-deps test
	$(MAKE) $(PARALLEL) programs bundle-programs units fuzzers $(VENDOR)
	node tests/run.js --all
	$(MAKE) test-sanitized SANITIZE=address,undefined
	$(MAKE) test-sanitized SANITIZE=thread

test-sanitized: programs units $(VENDOR)
	node tests/run.js unit endpoint e2e

demo:
	tests/install-deps demo
	$(MAKE) $(PARALLEL) programs $(VENDOR)
	node tests/stack/demo.js

screenshots:
	tests/install-deps test
	$(MAKE) $(PARALLEL) programs $(VENDOR)
	node tests/page/screenshots.js

bench:
	tests/install-deps bench
	$(MAKE) programs benches
	node tests/bench/run.js $(BENCH)

# Whole calls in a storm of faults (SOAK_CALLS, SOAK_SEED), and under an ordinary load
# (LOAD_MINUTES): minutes each.
soak load:
	tests/install-deps test
	$(MAKE) programs
	node tests/soak/$@.js

# The same storm 80 ms away from a Twilio that shows late what it has told.
soak-far: export DIALPAD_TEST_TWILIO = far
soak-far: export SOAK_CALLS ?= 1000
soak-far: soak

# Fuzzing needs clang's instrumentation, and so a build of its own.
fuzz-programs: $(FUZZERS)
fuzzers:
	@$(MAKE) --no-print-directory B=build/fuzz CC=clang CFLAGS='-O1 -g -fno-sanitize-recover=all' \
	  SANITIZE=fuzzer-no-link,address,undefined,float-cast-overflow fuzz-programs

fuzz:
	tests/install-deps fuzz
	$(MAKE) fuzzers
	node tests/fuzz/run.js $(FUZZ_SECONDS)

# No compiler may have anything to say, and every header must compile alone; the rest is in the
# script.
lint:
	tests/install-deps lint
	@for cc in gcc clang; do $(MAKE) $(PARALLEL) --no-print-directory -s CC=$$cc B=build/lint-$$cc \
	  DEVELOPER=1 SANITIZE= programs units benches >/dev/null || exit 1; done
	@printf '%s\n' common/*/*.h tools/*/*.h | \
	  xargs -n 1 -P "$$(nproc)" $(COMPILE) -Werror -fsyntax-only -x c
	tests/lint

clean:
	rm -rf build dialpad-*.tar.gz

include deploy/install.mk
-include $(shell find $(OBJ) -name '*.d' 2>/dev/null)

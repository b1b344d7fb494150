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

# Installed under /usr, the configuration is where Debian keeps it; anywhere else, all under PREFIX.
ROOT       = $(filter-out /usr,$(PREFIX))
CONFIG_DIR = $(ROOT)/etc/dialpad
STATE_DIR  = $(ROOT)/var/cache/dialpad
LIB_DIR    = $(PREFIX)/lib/dialpad/cgi-bin
UNIT_DIR   = $(PREFIX)/lib/systemd/system
USER_DIR   = $(PREFIX)/lib/sysusers.d
WWW_DIR    = $(PREFIX)/share/dialpad/www
DOC_DIR    = $(PREFIX)/share/doc/dialpad

# pkg-config is asked once, and only when something is compiled: `make test` on an empty machine
# must get as far as installing it.
PKGS       = fcgi libcjson libcurl libcrypto libutf8proc
PKG_CFLAGS = $(eval PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS)))$(PKG_CFLAGS)
PKG_LIBS   = $(eval PKG_LIBS := $(shell pkg-config --libs $(PKGS)))$(PKG_LIBS)

WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wvla -Wformat=2 -Wstrict-prototypes \
           -Wmissing-prototypes -Wwrite-strings $(if $(DEVELOPER),-Werror)
# The checks of _FORTIFY_SOURCE hide memory accesses from the sanitizers.
HARDENING = -fstack-protector-strong \
            $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=undefined \
              -fno-omit-frame-pointer,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)

COMPILE = $(CC) -std=c11 -pthread -fPIE -D_GNU_SOURCE -Icommon $(PKG_CFLAGS) \
          -include common/base/banned.h \
          $(WARNINGS) $(CPPFLAGS) $(CFLAGS) $(HARDENING)
# --as-needed and the archive keep libcurl out of the programs that never speak to Twilio.
LINK    = $(CC) -pthread -pie -Wl,--as-needed -Wl,-z,relro,-z,now $(CFLAGS) $(HARDENING) $(LDFLAGS)

PROGRAMS  = $(patsubst cgi-bin/%.c,$(B)/cgi-bin/%,$(wildcard cgi-bin/*.c))
TOOLS     = $(patsubst tools/%.c,$(B)/bin/%,$(wildcard tools/*.c))
UNITS     = $(patsubst tests/unit/%.c,$(B)/unit/%,$(wildcard tests/unit/test_*.c))
# What several unit tests share is linked into each of them.
UNIT_HELP = $(patsubst %.c,$(OBJ)/%.o,$(filter-out tests/unit/test_%.c,$(wildcard tests/unit/*.c)))
BENCHES   = $(patsubst tests/bench/%.c,$(B)/bench/%,$(wildcard tests/bench/*.c))
FUZZERS   = $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
ARCHIVE   = $(B)/libdialpad.a
VENDOR    = www/vendor/.built

export DIALPAD_BUILD = $(B)
export DEMO_PORT

# As many steps at once as there are processors, unless whoever calls has said how many.
PARALLEL = $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc))

# One short line per step; V=1 shows the commands.
step = $(if $(V),,@echo '  $(1)$@';)

.PHONY: all programs units benches test test-all test-sanitized demo bench lint screenshots install uninstall dist clean FORCE \
        fuzz fuzzers fuzz-programs bundle bundle-programs test-bundle test-systemd test-bare soak load
.SECONDARY:
.DELETE_ON_ERROR:

# The page's libraries come from npm. Without npm or without a network the programs are built all
# the same; a release tarball brings the libraries along.
all: programs
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory $(VENDOR) || \
	  echo 'www/vendor was not built: the page needs it, the programs do not.'; fi

programs: $(PROGRAMS) $(TOOLS)
units: $(UNITS)
benches: $(BENCHES)

$(B)/cgi-bin/%: $(OBJ)/cgi-bin/%.o $(ARCHIVE)
	@mkdir -p $(@D)
	$(call step,LINK )$(LINK) -o $@ $^ $(PKG_LIBS) -lm

$(B)/bin/%: $(OBJ)/tools/%.o $(ARCHIVE)
	@mkdir -p $(@D)
	$(call step,LINK )$(LINK) -o $@ $^ $(PKG_LIBS) -lm

$(B)/unit/%: $(OBJ)/tests/unit/%.o $(UNIT_HELP) $(ARCHIVE)
	@mkdir -p $(@D)
	$(call step,LINK )$(LINK) -o $@ $^ $$(pkg-config --libs cmocka) $(PKG_LIBS) -lm

$(B)/bench/%: $(OBJ)/tests/bench/%.o $(ARCHIVE)
	@mkdir -p $(@D)
	$(call step,LINK )$(LINK) -o $@ $^ $(PKG_LIBS) -lm

$(B)/fuzz/%: $(OBJ)/tests/fuzz/%.o $(ARCHIVE)
	@mkdir -p $(@D)
	$(call step,LINK )$(LINK) -fsanitize=fuzzer -o $@ $^ $(PKG_LIBS) -lm

# Made anew each time: `ar` alone would keep the object of a module that is gone.
$(ARCHIVE): $(patsubst common/%.c,$(OBJ)/common/%.o,$(wildcard common/*/*.c))
	@rm -f $@
	$(call step,AR   )$(AR) rcs $@ $^

$(OBJ)/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	$(call step,CC   )$(COMPILE) -MMD -MP -c -o $@ $<

# The programs of a bundle for shared hosting: the same objects, but configuration, cache and
# libraries are looked for beside the program, wherever that is. Of the two ways to write that down
# only DT_RPATH (hence --disable-new-dtags) also holds for the libraries of the libraries.
BUNDLE_DIR     = $(B)/bundle
BUNDLED        = $(PROGRAMS:$(B)/cgi-bin/%=$(BUNDLE_DIR)/cgi-bin/%) $(BUNDLE_DIR)/bin/dialpad-admin
BUNDLED_CONFIG = $(BUNDLE_DIR)/config.o
BUNDLE_RPATH   = -Wl,--disable-new-dtags,-rpath,'$$ORIGIN/../private/lib'

$(BUNDLED_CONFIG): common/base/config.c $(B)/flags
	@mkdir -p $(@D)
	$(call step,CC   )$(COMPILE) -DDIALPAD_CONFIG_PATH='"$$ORIGIN/../private/dialpad.conf"' \
	  -DDIALPAD_STATE_PATH='"$$ORIGIN/../private/cache"' -MMD -MP -c -o $@ $<

$(BUNDLE_DIR)/cgi-bin/%: $(OBJ)/cgi-bin/%.o $(BUNDLED_CONFIG) $(ARCHIVE)
	@mkdir -p $(@D)
	$(call step,LINK )$(LINK) $(BUNDLE_RPATH) -o $@ $^ $(PKG_LIBS) -lm

$(BUNDLE_DIR)/bin/%: $(OBJ)/tools/%.o $(BUNDLED_CONFIG) $(ARCHIVE)
	@mkdir -p $(@D)
	$(call step,LINK )$(LINK) $(BUNDLE_RPATH) -o $@ $^ $(PKG_LIBS) -lm

bundle-programs: $(BUNDLED)

bundle: bundle-programs $(VENDOR)
	rm -f dialpad-$(VERSION)-*-glibc*.tar.gz
	deploy/make-bundle $(BUNDLE_DIR) $(VERSION)

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

# `make test` where nothing is installed, as root and as a user with sudo: root, and half an hour
# each. BARE=root or BARE=user for one of them, BARE_GROUPS='unit endpoint' for a part.
test-bare:
	tests/install-deps bare
	node tests/bare/run.js $(BARE)

# The only module that knows where things are installed.
$(OBJ)/common/base/config.o: CPPFLAGS += -DDIALPAD_CONFIG_PATH='"$(CONFIG_DIR)/dialpad.conf"' \
                                    -DDIALPAD_STATE_PATH='"$(STATE_DIR)"'

# Changes when the compiler, a flag or PREFIX does, and then everything is compiled again.
$(B)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(COMPILE) | $(LINK) | $(PREFIX)' | cmp -s - $@ || \
	  echo '$(COMPILE) | $(LINK) | $(PREFIX)' >$@

$(VENDOR): tools/vendor/package-lock.json tools/vendor/build.mjs
	cd tools/vendor && npm ci --no-audit --no-fund && node build.mjs
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
	node tests/bench/run.js

# Whole calls in a storm of faults (SOAK_CALLS, SOAK_SEED), and under an ordinary load
# (LOAD_MINUTES): minutes each.
soak load:
	tests/install-deps test
	$(MAKE) programs
	node tests/soak/$@.js

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
	@printf '%s\n' common/*/*.h | xargs -n 1 -P "$$(nproc)" $(COMPILE) -Werror -fsyntax-only -x c
	tests/lint

# Units and scripts name the places where Debian has things; installed elsewhere, they name those.
UNITS_OF_SYSTEMD = $(wildcard deploy/systemd/dialpad*.service deploy/systemd/dialpad*.socket \
                     deploy/systemd/dialpad*.timer deploy/systemd/dialpad*.target)
EXAMPLES         = nginx.conf.example deploy/apache.conf.example deploy/htaccess.example
relocate         = sed -e 's|/usr/lib/dialpad|$(PREFIX)/lib/dialpad|g' \
                     -e 's|/usr/share/dialpad|$(PREFIX)/share/dialpad|g' \
                     -e 's|/usr/bin/dialpad|$(PREFIX)/bin/dialpad|g' \
                     $(if $(ROOT),-e 's|^CacheDirectory=.*|ReadWritePaths=$(STATE_DIR)|' \
                       -e '/^CacheDirectoryMode=/d')

install: programs
	install -d $(DESTDIR)$(LIB_DIR) $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(WWW_DIR) \
	  $(DESTDIR)$(DOC_DIR) $(DESTDIR)$(CONFIG_DIR) $(DESTDIR)$(UNIT_DIR) $(DESTDIR)$(USER_DIR)
	install -m 755 $(PROGRAMS) $(DESTDIR)$(LIB_DIR)
	install -m 755 $(TOOLS) $(DESTDIR)$(PREFIX)/bin
	cd www && find . -type f ! -name '.*' -exec install -D -m 644 {} $(DESTDIR)$(WWW_DIR)/{} \;
	install -m 644 README.md LICENSE $(DESTDIR)$(DOC_DIR)
	for file in $(EXAMPLES); do \
	  $(relocate) $$file >$(DESTDIR)$(DOC_DIR)/$${file##*/} || exit 1; done
	for unit in $(UNITS_OF_SYSTEMD); do \
	  $(relocate) $$unit >$(DESTDIR)$(UNIT_DIR)/$${unit##*/} || exit 1; done
	$(relocate) deploy/dialpad-spawn >$(DESTDIR)$(PREFIX)/bin/dialpad-spawn
	chmod 755 $(DESTDIR)$(PREFIX)/bin/dialpad-spawn
	install -m 644 deploy/systemd/dialpad.sysusers $(DESTDIR)$(USER_DIR)/dialpad.conf
	install -m 640 dialpad.conf.example $(DESTDIR)$(CONFIG_DIR)

# The configuration and what it holds are the administrator's: they stay.
uninstall:
	rm -f $(PROGRAMS:$(B)/cgi-bin/%=$(DESTDIR)$(LIB_DIR)/%) \
	  $(TOOLS:$(B)/bin/%=$(DESTDIR)$(PREFIX)/bin/%) $(DESTDIR)$(PREFIX)/bin/dialpad-spawn \
	  $(UNITS_OF_SYSTEMD:deploy/systemd/%=$(DESTDIR)$(UNIT_DIR)/%) \
	  $(DESTDIR)$(USER_DIR)/dialpad.conf $(DESTDIR)$(CONFIG_DIR)/dialpad.conf.example
	rm -rf $(DESTDIR)$(WWW_DIR) $(DESTDIR)$(DOC_DIR)
	-rmdir $(DESTDIR)$(LIB_DIR) $(DESTDIR)$(PREFIX)/lib/dialpad $(DESTDIR)$(PREFIX)/share/dialpad \
	  $(DESTDIR)$(CONFIG_DIR) 2>/dev/null

DIST_DIR = .
# What git tracks, and the page's libraries, so that a web host needs no Node.js.
dist: $(VENDOR)
	@mkdir -p $(B)
	git archive --prefix=dialpad-$(VERSION)/ -o $(B)/dist.tar HEAD
	tar -rf $(B)/dist.tar --owner=0 --group=0 --sort=name --mtime="$$(git log -1 --format=@%ct)" \
	  --transform='s,^,dialpad-$(VERSION)/,' www/vendor
	gzip -9n <$(B)/dist.tar >$(DIST_DIR)/dialpad-$(VERSION).tar.gz
	rm $(B)/dist.tar

clean:
	rm -rf build dialpad-*.tar.gz

-include $(shell find $(OBJ) -name '*.d' 2>/dev/null)

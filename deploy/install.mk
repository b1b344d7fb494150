# What is laid out where: `make install`, a release (`make dist`), a bundle for hosts without root.
# The Makefile includes this.

# Installed under /usr, the configuration is where Debian keeps it; anywhere else, all under PREFIX.
ROOT       = $(filter-out /usr,$(PREFIX))
CONFIG_DIR = $(ROOT)/etc/dialpad
STATE_DIR  = $(ROOT)/var/cache/dialpad
LIB_DIR    = $(PREFIX)/lib/dialpad/cgi-bin
UNIT_DIR   = $(PREFIX)/lib/systemd/system
USER_DIR   = $(PREFIX)/lib/sysusers.d
WWW_DIR    = $(PREFIX)/share/dialpad/www
DOC_DIR    = $(PREFIX)/share/doc/dialpad
MAN_DIR    = $(PREFIX)/share/man
COMPLETION = $(PREFIX)/share/bash-completion/completions/dialpad-admin

.PHONY: install uninstall dist bundle bundle-programs deb

# The only modules that know where things are installed.
$(OBJ)/common/base/config.o: CPPFLAGS += -DDIALPAD_STATE_PATH='"$(STATE_DIR)"'
$(OBJ)/common/base/config_load.o: CPPFLAGS += -DDIALPAD_CONFIG_PATH='"$(CONFIG_DIR)/dialpad.conf"'

# The programs of a bundle for shared hosting: the same objects, but configuration, cache and
# libraries are looked for beside the program, wherever that is. Of the two ways to write that down
# only DT_RPATH (hence --disable-new-dtags) also holds for the libraries of the libraries.
BUNDLE_DIR     = $(B)/bundle
BUNDLED        = $(PROGRAMS:$(B)/cgi-bin/%=$(BUNDLE_DIR)/cgi-bin/%) \
                 $(TOOLS:$(B)/bin/%=$(BUNDLE_DIR)/bin/%)
BUNDLED_CONFIG = $(BUNDLE_DIR)/config.o $(BUNDLE_DIR)/config_load.o
BUNDLE_RPATH   = -Wl,--disable-new-dtags,-rpath,'$$ORIGIN/../private/lib'

$(BUNDLED_CONFIG): $(BUNDLE_DIR)/%.o: common/base/%.c $(B)/flags
	@mkdir -p $(@D)
	$(call step,CC   )$(COMPILE) -DDIALPAD_CONFIG_PATH='"$$ORIGIN/../private/dialpad.conf"' \
	  -DDIALPAD_STATE_PATH='"$$ORIGIN/../private/cache"' -MMD -MP -c -o $@ $<

$(BUNDLE_DIR)/cgi-bin/%: $(OBJ)/cgi-bin/%.o $(BUNDLED_CONFIG) $(ARCHIVE)
	$(call link,$(BUNDLE_RPATH))

$(BUNDLE_DIR)/bin/%: $$(call parts,$$*) $(BUNDLED_CONFIG) $(ARCHIVE)
	$(call link,$(BUNDLE_RPATH) $(LINK_CURL))

bundle-programs: $(BUNDLED)

bundle: bundle-programs $(VENDOR)
	rm -f dialpad-$(VERSION)-*-glibc*.tar.gz
	deploy/make-bundle $(BUNDLE_DIR) $(VERSION)

# Units and scripts name the places where Debian has things; installed elsewhere, they name those.
# Where each man page belongs is the end of its name.
MAN_PAGES        = $(wildcard deploy/man/*)
manual           = $(MAN_DIR)/man$(subst .,,$(suffix $(1)))/$(notdir $(1))
SYSTEMD_UNITS    = $(wildcard deploy/systemd/dialpad*.service deploy/systemd/dialpad*.socket \
                     deploy/systemd/dialpad*.timer deploy/systemd/dialpad*.target)
# What only some instances of a unit have: a folder each, with the name of the unit.
DROP_INS         = $(wildcard deploy/systemd/dialpad@*.service.d/*.conf)
EXAMPLES         = nginx.conf.example deploy/apache.conf.example deploy/htaccess.example \
                   deploy/monitoring/dialpad.rules.yml deploy/monitoring/grafana.json \
                     $(wildcard deploy/fail2ban/*.conf)
relocate         = sed -e 's|/usr/lib/dialpad|$(PREFIX)/lib/dialpad|g' \
                     -e 's|/usr/share/dialpad|$(PREFIX)/share/dialpad|g' \
                     -e 's|/usr/bin/dialpad|$(PREFIX)/bin/dialpad|g' \
                     $(if $(ROOT),-e 's|/etc/dialpad|$(CONFIG_DIR)|g' $(relocate_cache))
# systemd's CacheDirectory is always below /var/cache. Any other has to be made first, as root ("+");
# without it ("-") the programs run all the same.
make_cache       = -+/usr/bin/install -d -o dialpad -g dialpad -m 0750 $(STATE_DIR)
relocate_cache   = -e 's|^CacheDirectory=.*|ExecStartPre=$(make_cache)\nReadWritePaths=-$(STATE_DIR)|' \
                     -e '/^CacheDirectoryMode=/d'

install: programs
	@test -s www/vendor/voice-sdk.js && test -s www/vendor/taskrouter.js || { \
	  echo 'www/vendor is missing, and the page does not work without it: run make first,' >&2; \
	  echo 'or install from a release (make dist), which brings it along.' >&2; exit 1; }
	install -d $(DESTDIR)$(LIB_DIR) $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(WWW_DIR) \
	  $(DESTDIR)$(DOC_DIR) $(DESTDIR)$(CONFIG_DIR) $(DESTDIR)$(UNIT_DIR) $(DESTDIR)$(USER_DIR)
	install -m 755 $(PROGRAMS) $(DESTDIR)$(LIB_DIR)
	install -m 755 $(TOOLS) $(DESTDIR)$(PREFIX)/bin
	cd www && find . -type f ! -name '.*' -exec install -D -m 644 {} $(DESTDIR)$(WWW_DIR)/{} \;
	install -m 644 README.md LICENSE $(DESTDIR)$(DOC_DIR)
	for file in $(EXAMPLES); do \
	  $(relocate) $$file >$(DESTDIR)$(DOC_DIR)/$${file##*/} || exit 1; done
	for unit in $(SYSTEMD_UNITS); do \
	  $(relocate) $$unit >$(DESTDIR)$(UNIT_DIR)/$${unit##*/} || exit 1; done
	for file in $(DROP_INS:deploy/systemd/%=%); do \
	  install -D -m 644 deploy/systemd/$$file $(DESTDIR)$(UNIT_DIR)/$$file || exit 1; done
	$(relocate) deploy/dialpad-spawn >$(DESTDIR)$(PREFIX)/bin/dialpad-spawn
	chmod 755 $(DESTDIR)$(PREFIX)/bin/dialpad-spawn
	install -m 644 deploy/systemd/dialpad.sysusers $(DESTDIR)$(USER_DIR)/dialpad.conf
	install -m 640 dialpad.conf.example $(DESTDIR)$(CONFIG_DIR)
	install -D -m 644 deploy/completion $(DESTDIR)$(COMPLETION)
	for folder in cron.d logrotate.d; do install -d $(DESTDIR)$(ROOT)/etc/$$folder || exit 1; done
	$(relocate) deploy/cron >$(DESTDIR)$(ROOT)/etc/cron.d/dialpad
	$(relocate) deploy/logrotate >$(DESTDIR)$(ROOT)/etc/logrotate.d/dialpad
	install -d $(addprefix $(DESTDIR)$(MAN_DIR)/man,5 8)
	$(foreach page,$(MAN_PAGES),$(relocate) $(page) >$(DESTDIR)$(call manual,$(page)) &&) true

# The configuration and what it holds are the administrator's: they stay.
uninstall:
	rm -f $(PROGRAMS:$(B)/cgi-bin/%=$(DESTDIR)$(LIB_DIR)/%) \
	  $(TOOLS:$(B)/bin/%=$(DESTDIR)$(PREFIX)/bin/%) $(DESTDIR)$(PREFIX)/bin/dialpad-spawn \
	  $(SYSTEMD_UNITS:deploy/systemd/%=$(DESTDIR)$(UNIT_DIR)/%) \
	  $(DROP_INS:deploy/systemd/%=$(DESTDIR)$(UNIT_DIR)/%) \
	  $(DESTDIR)$(USER_DIR)/dialpad.conf $(DESTDIR)$(CONFIG_DIR)/dialpad.conf.example \
	  $(DESTDIR)$(COMPLETION) $(foreach page,$(MAN_PAGES),$(DESTDIR)$(call manual,$(page))) \
	  $(DESTDIR)$(ROOT)/etc/cron.d/dialpad $(DESTDIR)$(ROOT)/etc/logrotate.d/dialpad
	rm -rf $(DESTDIR)$(WWW_DIR) $(DESTDIR)$(DOC_DIR)
	-rmdir $(addprefix $(DESTDIR)$(UNIT_DIR)/,$(patsubst deploy/systemd/%/,%,$(dir $(DROP_INS)))) \
	  $(DESTDIR)$(LIB_DIR) $(DESTDIR)$(PREFIX)/lib/dialpad $(DESTDIR)$(PREFIX)/share/dialpad \
	  $(DESTDIR)$(CONFIG_DIR) 2>/dev/null

DIST_DIR = .
# What git tracks, and the page's libraries, so that a web host needs no Node.js. The same bytes for
# everybody who makes it: neither folder, clock, user nor umask is in it.
dist: $(VENDOR)
	@mkdir -p $(B)
	git -c tar.umask=0022 archive --prefix=dialpad-$(VERSION)/ -o $(B)/dist.tar HEAD
	tar -rf $(B)/dist.tar --owner=root:0 --group=root:0 --sort=name --mode=u=rwX,go=rX \
	  --mtime="$$(git log -1 --format=@%ct)" \
	  --transform='s,^,dialpad-$(VERSION)/,' www/vendor
	gzip -9n <$(B)/dist.tar >$(DIST_DIR)/dialpad-$(VERSION).tar.gz
	rm $(B)/dist.tar

# By Debian's tools, from a release; deploy/debian says how.
deb: dist
	deploy/make-deb $(DIST_DIR)/dialpad-$(VERSION).tar.gz $(VERSION) $(B)/deb

# SPDX-License-Identifier: MIT
# The config targets: Kconfiglib's tools on this tree, offline.

KCONFIG_TARGETS := menuconfig guiconfig oldconfig olddefconfig
KCONFIG_TARGETS += listnewconfig allnoconfig allyesconfig alldefconfig

PHONY += $(KCONFIG_TARGETS) savedefconfig

$(KCONFIG_TARGETS): $(PYTHON_READY)
	$(Q)$(PYTHON_RUN) scripts/kconfig_tools.py $@

# NAME=my-box writes defconfigs/my-box. The environment has a NAME on some systems: only one that was typed counts.
savedefconfig: export SAVED_NAME = $(if $(filter command,$(firstword $(origin NAME))),$(NAME))
savedefconfig: $(PYTHON_READY)
	$(Q)$(PYTHON_RUN) scripts/kconfig_tools.py savedefconfig "$$SAVED_NAME"

# Also for names that do not exist: the tool lists those that do. The shell gets the name as a variable: typed
# text must not become part of a command.
defconfig-%: export DEFCONFIG_NAME = $*
defconfig-%: $(PYTHON_READY)
	$(Q)$(PYTHON_RUN) scripts/kconfig_tools.py defconfig "$$DEFCONFIG_NAME"

kconfig-help:
	@echo 'Configuration (offline, no vendor CLI):'
	@echo '  menuconfig                - choose in a terminal menu'
	@echo '  guiconfig                 - choose in a window'
	@echo '  defconfig-NAME[+NAME]     - take a ready-made configuration, see below'
	@echo '  oldconfig                 - ask for what .config does not answer'
	@echo '  olddefconfig              - complete .config with defaults'
	@echo '  savedefconfig [NAME=N]    - write it to ./defconfig, or to defconfigs/N'
	@echo '  listnewconfig             - list what .config does not answer'
	@echo '  allnoconfig, allyesconfig - .config with every option off, or on'
	@echo '  alldefconfig              - .config with the defaults'
	@echo
	@echo 'Use:'
	@echo '* all, extra-vars           - .config to ansible and terraform variables; cost'
	@echo '  cloud-status              - tier, age and figures of every provider; next step'
	@echo

# The first line of each file says what it is; without what would steer a terminal: controls (C0 by tr, C1 in
# UTF-8 by sed) and the marks that turn the direction of text. A file whose name no target can have (a backup,
# say) is left out.
STEERING := s/\302[\200-\237]//g;s/\330\234//g;s/\342\200[\216\217\250-\256]//g;s/\342\201[\246-\251]//g
defconfig-help:
	@echo 'Ready-made configurations, as make defconfig-NAME:'
	@for d in defconfigs/*; do [ -f "$$d" ] && case "$${d##*/}" in *[!A-Za-z0-9._+-]*) ;; *) read -r _ text <"$$d"; printf '  %-25s - %s\n' "$${d##*/}" "$$text" ;; esac; done | tr -d '\001-\011\013-\037\177' | LC_ALL=C sed "$$(printf '$(STEERING)')"
	@echo
PHONY += kconfig-help defconfig-help

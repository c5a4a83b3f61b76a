# SPDX-License-Identifier: MIT
# The config targets: Kconfiglib's tools on this tree, offline.

KCONFIG_TARGETS := menuconfig guiconfig oldconfig olddefconfig savedefconfig
KCONFIG_TARGETS += listnewconfig allnoconfig allyesconfig alldefconfig
DEFCONFIGS := $(sort $(notdir $(wildcard defconfigs/*)))

PHONY += $(KCONFIG_TARGETS)

$(KCONFIG_TARGETS): $(PYTHON_READY)
	$(Q)$(PYTHON_RUN) scripts/kconfig_tools.py $@

# Also for names that do not exist: the tool lists those that do.
defconfig-%: $(PYTHON_READY)
	$(Q)$(PYTHON_RUN) scripts/kconfig_tools.py defconfig $*

kconfig-help:
	@echo 'Configuration (offline, no vendor CLI):'
	@echo '  menuconfig                - choose in a terminal menu'
	@echo '  guiconfig                 - choose in a window'
	@echo '  oldconfig                 - ask for what .config does not answer'
	@echo '  olddefconfig              - complete .config with defaults'
	@echo '  savedefconfig             - write what differs from the defaults to ./defconfig'
	@echo '  listnewconfig             - list what .config does not answer'
	@echo '  allnoconfig, allyesconfig - .config with every option off, or on'
	@echo '  alldefconfig              - .config with the defaults'
	@for d in $(DEFCONFIGS); do printf '  %-25s - %s\n' defconfig-$$d "$$(sed -n '1s/^# //p' defconfigs/$$d)"; done
	@echo
PHONY += kconfig-help

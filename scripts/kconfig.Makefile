# SPDX-License-Identifier: MIT
# The config targets: Kconfiglib's tools on this tree, offline.

KCONFIG_TARGETS := menuconfig guiconfig oldconfig olddefconfig
KCONFIG_TARGETS += listnewconfig allnoconfig allyesconfig alldefconfig

PHONY += $(KCONFIG_TARGETS) savedefconfig defconfig

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

# Without a name the tool lists them. savedefconfig writes a file defconfig, which is no reason to do nothing.
defconfig: $(PYTHON_READY)
	$(Q)$(PYTHON_RUN) scripts/kconfig_tools.py defconfig

# What was typed, as NAME above: an environment may have a TYPE or a REGION of its own.
typed = $(if $(filter command,$(firstword $(origin $1))),$($1))

PHONY += pick region cloud-search
pick region: export PICK_TYPE = $(call typed,TYPE)
pick region: export PICK_REGION = $(call typed,REGION)
pick region: export PICK_IMAGE = $(call typed,IMAGE)
pick: $(PYTHON_READY)
	$(Q)$(PYTHON_RUN) scripts/cloud_pick.py --type="$$PICK_TYPE" --region="$$PICK_REGION" --image="$$PICK_IMAGE"

region: $(PYTHON_READY)
	$(Q)$(PYTHON_RUN) scripts/cloud_pick.py --region="$$PICK_REGION" --image="$$PICK_IMAGE"

cloud-search: $(PYTHON_READY)
	$(Q)$(PYTHON_RUN) scripts/cloud-search $(ARGS)

# An empty value takes the setting away, and one that was not typed leaves it as it is.
LOCAL_OPTION = $(if $(filter command,$(firstword $(origin $1))),--$2="$$LOCAL_$1")
PHONY += local
local: export LOCAL_CIDR = $(call typed,CIDR)
local: export LOCAL_KEY = $(call typed,KEY)
local: export LOCAL_PREFIX = $(call typed,PREFIX)
local: export LOCAL_NODES = $(call typed,NODES)
local: export LOCAL_BUDGET = $(call typed,BUDGET)
local: $(PYTHON_READY)
	$(Q)$(PYTHON_RUN) scripts/local_config.py $(call LOCAL_OPTION,CIDR,cidr) $(call LOCAL_OPTION,KEY,key) $(call LOCAL_OPTION,PREFIX,prefix) $(call LOCAL_OPTION,NODES,nodes) $(call LOCAL_OPTION,BUDGET,budget)

kconfig-help:
	@echo 'Configuration (offline, no vendor CLI):'
	@echo '  menuconfig                - choose in a terminal menu'
	@echo '  guiconfig                 - choose in a window'
	@echo '  defconfig-NAME[+NAME]     - take a ready-made configuration, see below'
	@echo '  cloud-search ARGS=...     - find machines: ARGS="--gpu h100:8", or --help'
	@echo '  pick TYPE=T [REGION=R] [IMAGE=I] - choose a machine by its name'
	@echo '  region REGION=R           - keep the machine, change the region'
	@echo '  local CIDR=A/32           - your settings for every defconfig; KEY=, NODES='
	@echo '  oldconfig                 - ask for what .config does not answer'
	@echo '  olddefconfig              - complete .config with defaults'
	@echo '  savedefconfig [NAME=N]    - write it to ./defconfig, or to defconfigs/N'
	@echo '  listnewconfig             - list what .config does not answer'
	@echo '  allnoconfig, allyesconfig - .config with every option off, or on'
	@echo '  alldefconfig              - .config with the defaults'
	@echo
	@echo 'Use (* is what "make" alone does):'
	@echo '* all, extra-vars           - .config to ansible and terraform variables; cost'
	@echo '  cloud-status              - tier, age and figures of every provider; next step'
	@echo '  cloud-shop                - find a machine by typing what you need; .config'
	@echo '  cloud-report              - all machines on one HTML page'
	@echo

defconfig-help:
	@echo 'Ready-made configurations, as make defconfig-NAME:'
	@scripts/defconfig-list
	@echo
PHONY += kconfig-help defconfig-help

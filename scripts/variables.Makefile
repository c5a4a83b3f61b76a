# SPDX-License-Identifier: MIT
# The variables that may be typed, `make NAME=value`: another one is a slip, and is refused before anything
# is done. Settings may be in the environment too; scripts/cloudlib/settings.py reads their names from here.

SETTINGS := V DEBUG PYTHON FORCE YES LIVE RECOVER REFRESH RECORD REPLAY TERRAFORM TERRAFORM_EXTRA MAX_USD_PER_HOUR
SETTINGS += CLOUD_TIER CLOUD_PRICE_REGIONS CLOUD_JOBS CLOUD_CALL_TIMEOUT CLOUD_ANSWER_MIB CLOUD_PASS_ENV
SETTINGS += CLOUD_SOURCE_NOTE CLOUD_PROVIDER KCONFIG_CONFIG KDEVOPS_CONFIG_PATH

# What a target is told, and the targets that listen: `make bringup NODES=4` would bring up another number.
ARGUMENTS := ARGS BUDGET CIDR FORMAT IMAGE KEY NAME NODES PREFIX REGION TYPE
FOR_ARGS := cloud-search
FOR_BUDGET := local
FOR_CIDR := local
FOR_FORMAT := cloud-diff cloud-diff-% nodes
FOR_IMAGE := pick region
FOR_KEY := local
FOR_NAME := savedefconfig
FOR_NODES := local cost
FOR_PREFIX := local
FOR_REGION := pick region
FOR_TYPE := pick

# Variables of make, of kbuild, of the system, and of the vendors' tools. Shells that complete the names of
# targets, and editors that list them, call make with __BASH_MAKE_COMPLETION__=1.
FOREIGN := .% __% MAKE% GNUMAKE% SHELL CURDIR VPATH AR AS CC CXX CPP LD NM RM STRIP READELF OBJCOPY OBJDUMP %FLAGS
FOREIGN += ARCH SUBARCH CROSS_COMPILE HOST% LLVM% C O Q W
FOREIGN += KBUILD_% KCONFIG_% MENUCONFIG_% srctree CONFIG_ GOLDEN_UPDATE HOME PATH USER TMPDIR TERM% COLUMNS LINES
FOREIGN += DISPLAY NO_COLOR LANG LC_% TZ EDITOR VISUAL PAGER BROWSER %_proxy %_PROXY SSL_% CURL_% REQUESTS_% PYTHON%
FOREIGN += PIP_% UV_% GIT_% SSH_% XDG_% PG% TF_% AWS_% AZURE_% ARM_% MSI_% IDENTITY_% ACTIONS_% GOOGLE_% GCLOUD_%
FOREIGN += CLOUDSDK_% LAMBDA_% LAMBDALABS_%

# A tree that calls this one has variables of its own, which make hands on.
ifeq ($(MAKELEVEL),0)
# A loop hides what was typed by the name of its variable: no one types `.v`.
TYPED := $(foreach .v,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $(.v)))),$(.v)))
UNKNOWN := $(firstword $(filter-out $(SETTINGS) $(ARGUMENTS) $(FOREIGN),$(TYPED)))
ifneq ($(UNKNOWN),)
quoted = '$(subst ','\'',$1)'
$(error $(or $(shell $(or $(PYTHON),python3) scripts/unknown_variable.py \
	$(call quoted,$(UNKNOWN)) $(SETTINGS) $(ARGUMENTS)),there is no variable $(UNKNOWN)))
endif
UNUSED := $(firstword $(foreach .v,$(filter $(ARGUMENTS),$(TYPED)),$(if $(filter $(FOR_$(.v)),$(MAKECMDGOALS)),,$(.v))))
ifneq ($(UNUSED),)
comma := ,
$(error $(UNUSED)= is for make $(subst $(empty) ,$(comma) make ,$(FOR_$(UNUSED))); not for $(strip make $(MAKECMDGOALS)))
endif
endif

# SPDX-License-Identifier: MIT
# Cloud configuration for kernel developers. `make help` lists every target.

PHONY := all
all: extra-vars

# V=1 shows the commands.
ifeq ($(V),1)
Q :=
else
Q := @
MAKEFLAGS += --no-print-directory
endif

# PYTHON=/path/to/python3 is used as it is; otherwise the first target that
# needs Python makes .venv.
ifdef PYTHON
PYTHON_RUN := $(PYTHON)
PYTHON_READY :=
PYTHON_DEV_READY :=
else
PYTHON_RUN := .venv/bin/python
PYTHON_READY := .venv/ready
PYTHON_DEV_READY := .venv/dev-ready
endif
# A person's own PYTHONPATH must not put other modules before ours.
unexport PYTHONPATH

.DELETE_ON_ERROR:
# `make -j4 defconfig-NAME all`: targets follow each other as they are written, whatever -j says.
.NOTPARALLEL:

include scripts/kconfig.Makefile
include scripts/dynamic-cloud-kconfig.Makefile
include scripts/terraform.Makefile

.venv/ready: requirements.txt
	$(Q)echo '  VENV    .venv'
	$(Q)python3 -m venv .venv
	$(Q).venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	$(Q)touch $@

.venv/dev-ready: requirements-dev.txt constraints-dev.txt .venv/ready
	$(Q)echo '  VENV    .venv, with what the tests need'
	$(Q).venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt -c constraints-dev.txt
	$(Q)touch $@

PHONY += extra-vars
extra-vars: $(PYTHON_READY)
	$(Q)$(PYTHON_RUN) scripts/write_extra_vars.py

# The real Azure CLI is 700 MB: it has an environment of its own, for the tests that start it.
.venv-azure/ready: requirements-azure.txt
	$(Q)echo '  VENV    .venv-azure, with the Azure CLI'
	$(Q)python3 -m venv .venv-azure
	$(Q).venv-azure/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-azure.txt
	$(Q)touch $@

PHONY += test test-slow test-all test-azure test-gce test-terraform bench check style
test: $(PYTHON_DEV_READY)
	$(Q)$(PYTHON_RUN) -m pytest -q -n auto -m 'not slow and not real_azure and not real_gce'

test-slow: $(PYTHON_DEV_READY)
	$(Q)$(PYTHON_RUN) -m pytest -q -n auto -m 'slow and not real_azure and not real_gce'

test-azure: $(PYTHON_DEV_READY) .venv-azure/ready
	$(Q)$(PYTHON_RUN) -m pytest -q -m real_azure

test-gce: $(PYTHON_DEV_READY)
	$(Q)$(PYTHON_RUN) -m pytest -q -n auto -m real_gce

test-all: test test-slow test-azure test-gce test-terraform

test-terraform: $(PYTHON_DEV_READY)
	$(Q)$(PYTHON_RUN) -m pytest -q -n auto tests/terraform

check: style
	$(Q)$(PYTHON_RUN) -m mypy --strict scripts
	$(Q)$(PYTHON_RUN) scripts/kconfig_tools.py check $(wildcard defconfigs/*)

style: $(PYTHON_DEV_READY)
	$(Q)$(PYTHON_RUN) -m ruff check scripts tests scripts/*-cli
	$(Q)$(PYTHON_RUN) -m ruff format --check scripts tests scripts/*-cli

bench: $(PYTHON_DEV_READY)
	$(Q)PYTHONPATH=scripts $(PYTHON_RUN) -m tests.bench

PHONY += clean mrproper
clean:
	$(Q)rm -f extra_vars.yaml terraform/*/terraform.tfvars.json
	$(Q)find scripts $(wildcard tests) -name __pycache__ -prune -exec rm -rf {} +
	$(Q)rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis

# The first line refuses while a terraform state still holds machines; it needs no .venv.
mrproper:
	$(Q)$(or $(PYTHON),python3) scripts/clean_terraform.py
	$(Q)$(MAKE) clean
	$(Q)find terraform -name '*.generated' -delete
	$(Q)rm -rf .config .config.old defconfig .venv .venv-azure .*_cloud_config_generated .cloud.initialized .cloud.lock .cloud-stage

PHONY += help
help: kconfig-help cloud-help terraform-help
	@echo 'Use:'
	@echo '  all (default)             - .config to extra_vars.yaml and terraform variables; cost'
	@echo '  extra-vars                - the same'
	@echo
	@echo 'Development:'
	@echo '  test                      - the test suite'
	@echo '  test-slow                 - the slow tests'
	@echo '  test-azure                - the tests that start the real Azure CLI (700 MB, made on first use)'
	@echo '  test-gce                  - Compute Engine with the real gcloud, where it is installed'
	@echo '  test-terraform            - the terraform modules under the real terraform, offline'
	@echo '  test-all                  - all of these'
	@echo '  bench                     - measure the speed budgets'
	@echo '  check                     - style, types, and the menus under Kconfiglib'
	@echo '  style                     - lint and format check'
	@echo
	@echo 'Cleaning:'
	@echo '  clean                     - remove what make wrote, keep .config'
	@echo '  mrproper                  - remove .config, generated menus, .venv and terraform leftovers too'
	@echo
	@echo 'Variables:'
	@echo '  V=1                       - show the commands'
	@echo '  DEBUG=1                   - log every vendor call'
	@echo '  PYTHON=/path/to/python3   - use this interpreter as it is, make no .venv'
	@echo '  CLOUD_TIER=static         - read the committed menus (or =generated)'
	@echo '  CLOUD_PRICE_REGIONS=all   - fetch prices of all regions (or of a,b,c)'
	@echo '  CLOUD_JOBS=N              - run N vendor calls at a time'
	@echo '  CLOUD_CALL_TIMEOUT=S      - give each vendor call S seconds'
	@echo '  CLOUD_SOURCE_NOTE=TEXT    - say in the catalogue that it comes from a recording'
	@echo '  CLOUD_PROVIDER=NAME       - destroy what is up there, whatever .config says'
	@echo '  REFRESH=0                 - destroy by the state alone: the key file or the image is gone'
	@echo '  LIVE=1                    - cloud-check asks the provider'
	@echo '  FORCE=1                   - go on in spite of what the checks say (cloud-update, bringup)'
	@echo '  YES=1                     - answer yes where bringup, destroy or menuconfig would ask'

.PHONY: $(PHONY)

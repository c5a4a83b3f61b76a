# SPDX-License-Identifier: MIT
# Cloud configuration for kernel developers. `make help` lists every target.

PHONY := all
all: extra-vars

# V=1 shows the commands.
ifeq ($(value V),1)
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

# A built-in rule would take `make defconfig-` for a program to link from defconfig-.o, a defconfig called `.o`.
MAKEFLAGS += --no-builtin-rules

.DELETE_ON_ERROR:
# `make -j4 defconfig-NAME all`: targets follow each other as they are written, whatever -j says.
.NOTPARALLEL:

include scripts/variables.Makefile
include scripts/kconfig.Makefile
include scripts/dynamic-cloud-kconfig.Makefile
include scripts/terraform.Makefile

# The stamp holds the path of the interpreter: where that is gone, or another one by now, all is made again.
VENV_STALE = $(if $(realpath $1/bin/python),$(filter-out $(realpath $1/bin/python),$(file <$1/ready)),gone)

FORCE:

.venv/ready: requirements.txt $(if $(call VENV_STALE,.venv),FORCE)
	$(Q)python3 scripts/make_venv.py $@ $<

.venv/dev-ready: requirements-dev.txt .venv/ready
	$(Q)python3 scripts/make_venv.py $@ $<

PHONY += extra-vars
extra-vars: $(PYTHON_READY)
	$(Q)$(PYTHON_RUN) scripts/write_extra_vars.py

# The real Azure CLI is 700 MB: it has an environment of its own, for the tests that start it.
.venv-azure/ready: requirements-azure.txt $(if $(call VENV_STALE,.venv-azure),FORCE)
	$(Q)python3 scripts/make_venv.py $@ $<

PHONY += test test-slow test-all test-azure test-gce test-terraform test-page bench check style
PHONY += verify-static static-from-recordings page-libraries
FOREIGN_PROGRAMS := not real_azure and not real_gce and not real_terraform and not real_page
test: $(PYTHON_DEV_READY)
	$(Q)$(PYTHON_RUN) -m pytest -q -n auto --dist worksteal -m 'not slow and $(FOREIGN_PROGRAMS)'

test-slow: $(PYTHON_DEV_READY)
	$(Q)$(PYTHON_RUN) -m pytest -q -n auto -m 'slow and $(FOREIGN_PROGRAMS)'

test-azure: $(PYTHON_DEV_READY) .venv-azure/ready
	$(Q)$(PYTHON_RUN) -m pytest -q -m real_azure

test-gce: $(PYTHON_DEV_READY)
	$(Q)$(PYTHON_RUN) -m pytest -q -n auto -m real_gce

test-page: $(PYTHON_DEV_READY)
	$(Q)$(PYTHON_RUN) -m pytest -q -m real_page

test-all: test test-slow test-azure test-gce test-terraform test-page

test-terraform: $(PYTHON_DEV_READY)
	$(Q)$(PYTHON_RUN) -m pytest -q -n auto -m real_terraform

check: style verify-static
	$(Q)$(PYTHON_RUN) -m mypy --strict scripts
	$(Q)$(PYTHON_RUN) scripts/kconfig_tools.py check

# With the prices that are committed, whatever the environment asks for.
verify-static: $(PYTHON_READY)
	$(Q)CLOUD_PRICE_REGIONS= $(PYTHON_RUN) scripts/verify_static.py

static-from-recordings: $(PYTHON_READY)
	$(Q)CLOUD_PRICE_REGIONS= $(PYTHON_RUN) scripts/verify_static.py --write
	$(Q)$(PYTHON_RUN) scripts/make_builtin_catalog.py --again

page-libraries: $(PYTHON_READY)
	$(Q)$(PYTHON_RUN) scripts/page_libraries.py

style: $(PYTHON_DEV_READY)
	$(Q)$(PYTHON_RUN) -m ruff check scripts tests scripts/*-cli scripts/cloud-search
	$(Q)$(PYTHON_RUN) -m ruff format --check scripts tests scripts/*-cli scripts/cloud-search

bench: $(PYTHON_DEV_READY)
	$(Q)PYTHONPATH=scripts $(PYTHON_RUN) -m tests.bench

# Releases of the .in files, all that they need in turn, and the hash of every file of each, for all platforms.
# What is pinned in a .txt file already stays; --universal writes markers where platforms differ.
UV_COMPILE := -m uv pip compile --quiet --universal --generate-hashes --no-annotate --no-python-downloads
UV_COMPILE += --custom-compile-command 'make requirements'

PHONY += requirements
requirements: $(PYTHON_DEV_READY)
	$(Q)$(PYTHON_RUN) $(UV_COMPILE) --python-version 3.10 requirements.in -o requirements.txt
	$(Q)for name in dev azure; do $(PYTHON_RUN) $(UV_COMPILE) --python-version 3.11 -o requirements-$$name.txt requirements-$$name.in || exit; done

PHONY += clean mrproper distclean
clean:
	$(Q)$(CLEAN_TERRAFORM) clean && rm -rf extra_vars.yaml extra_vars.yaml.*.new .pytest_cache .mypy_cache .ruff_cache .hypothesis
	$(Q)find scripts $(wildcard tests) -name __pycache__ -prune -exec rm -rf {} +

# It refuses while a terraform state still holds machines, and needs no .venv.
mrproper:
	$(Q)$(CLEAN_TERRAFORM) mrproper && $(MAKE) clean
	$(Q)rm -rf $(MADE_HERE)

# The next target that needs Python then has to reach a package index.
distclean: mrproper
	$(Q)rm -rf .venv .venv-azure

CLEAN_TERRAFORM := $(or $(PYTHON),python3) scripts/clean_terraform.py
MADE_HERE := .config .config.old .config.*.new defconfig defconfig.*.new .venv*.new
MADE_HERE += cloud-report.html cloud-diff.html .*_cloud_config_generated .cloud.initialized .cloud.lock .cloud-stage .cloud-commit-msg .cloud-cache

PHONY += help develop-help
# Users first. `*` is what `make` alone does.
help: kconfig-help terraform-help defconfig-help cloud-help develop-help

develop-help:
	@echo 'Development:'
	@echo '  check                     - style, types, the menus: whole and as recorded'
	@echo '  style                     - lint and format check'
	@echo '  verify-static             - check that the committed menus match recordings/'
	@echo '  static-from-recordings    - write the committed menus from recordings/'
	@echo '  test                      - the test suite'
	@echo '  test-slow                 - the slow tests'
	@echo '  test-azure                - the tests of the real Azure CLI (700 MB)'
	@echo '  test-gce                  - the tests of the real gcloud, where there is one'
	@echo '  test-terraform            - the modules under the real terraform, offline'
	@echo '  test-page                 - the report page in a real Chromium'
	@echo '  test-all                  - all of these'
	@echo '  bench                     - measure the speed budgets'
	@echo '  page-libraries            - fetch the libraries of the report page'
	@echo '  requirements              - write requirements*.txt: pins, hashes of all files'
	@echo '  terraform-lock            - write the hashes of the terraform providers'
	@echo
	@echo 'Cleaning:'
	@echo '  clean                     - remove what make wrote, keep .config'
	@echo '  mrproper                  - clean, and remove .config and generated menus'
	@echo '  distclean                 - mrproper, and remove .venv'
	@echo
	@echo 'Variables:'
	@echo '  V=1                       - show the commands'
	@echo '  DEBUG=1                   - log every vendor call'
	@echo '  PYTHON=/path/to/python3   - use this interpreter as it is, make no .venv'
	@echo '  KCONFIG_CONFIG=FILE       - use that file instead of .config'
	@echo '  KDEVOPS_CONFIG_PATH=A:B   - look for parts of configurations there too'
	@echo '  CLOUD_TIER=static         - read the committed menus (or =generated)'
	@echo '  CLOUD_PRICE_REGIONS=a,b,c - fetch the prices of these regions alone'
	@echo '  CLOUD_JOBS=N              - run N vendor calls at a time'
	@echo '  CLOUD_CALL_TIMEOUT=S      - give each vendor call S seconds'
	@echo '  CLOUD_ANSWER_MIB=N        - let each vendor call answer with N MiB'
	@echo '  CLOUD_PASS_ENV=A,B_*      - pass these variables on to vendor commands'
	@echo '  CLOUD_SOURCE_NOTE=TEXT    - record TEXT as the source of the catalog'
	@echo '  CLOUD_PROVIDER=NAME       - destroy, nodes, cloud-find: this one alone'
	@echo '  FORMAT=json               - nodes, cloud-diff; that also =markdown, =html'
	@echo '  MAX_USD_PER_HOUR=N        - bringup refuses above N dollars an hour'
	@echo '  TERRAFORM_EXTRA=A,B       - files, TF_VAR_ names terraform may also use'
	@echo '  RECOVER=1                 - destroy, bringup: rebuild a lost state first'
	@echo '  TERRAFORM=PROGRAM         - terraform or tofu, by name or path'
	@echo '  REFRESH=0                 - destroy by the state alone, ask the cloud nothing'
	@echo '  RECORD=FOLDER             - cloud-config saves the answers there'
	@echo '  REPLAY=FOLDER             - cloud-config takes the answers from there'
	@echo '  LIVE=1                    - cloud-check asks the provider'
	@echo '  FORCE=1                   - override failed checks'
	@echo '  YES=1                     - answer yes where bringup, destroy, menuconfig ask'

.PHONY: $(PHONY)

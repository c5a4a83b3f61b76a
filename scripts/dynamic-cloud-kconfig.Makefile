# SPDX-License-Identifier: MIT
# The administrator's targets. Two tiers: what a cloud answers is written as
# *.generated, and becomes *.static, which is committed, when promoted.

CLOUD_PROVIDERS := $(patsubst terraform/%/Kconfig,%,$(wildcard terraform/*/Kconfig))

GENERATE_CLOUD := $(PYTHON_RUN) scripts/generate_cloud_configs.py

PHONY += cloud-config cloud-update cloud-commit clean-cloud-config cloud-status cloud-diff cloud-report cloud-shop
PHONY += $(CLOUD_PROVIDERS:%=cloud-config-%) $(CLOUD_PROVIDERS:%=cloud-update-%) $(CLOUD_PROVIDERS:%=clean-cloud-config-%)
PHONY += $(CLOUD_PROVIDERS:%=cloud-diff-%)

cloud-config: $(PYTHON_READY)
	$(Q)$(GENERATE_CLOUD)

cloud-update: $(PYTHON_READY)
	$(Q)$(GENERATE_CLOUD) --update

cloud-commit: $(PYTHON_READY)
	$(Q)$(PYTHON_RUN) scripts/cloud_commit.py

clean-cloud-config: $(PYTHON_READY)
	$(Q)$(GENERATE_CLOUD) --clean

$(CLOUD_PROVIDERS:%=cloud-config-%): cloud-config-%: $(PYTHON_READY)
	$(Q)$(GENERATE_CLOUD) --provider $*

$(CLOUD_PROVIDERS:%=cloud-update-%): cloud-update-%: $(PYTHON_READY)
	$(Q)$(GENERATE_CLOUD) --update --provider $*

$(CLOUD_PROVIDERS:%=clean-cloud-config-%): clean-cloud-config-%: $(PYTHON_READY)
	$(Q)$(GENERATE_CLOUD) --clean --provider $*

cloud-status: $(PYTHON_READY)
	$(Q)$(PYTHON_RUN) scripts/cloud_status.py

cloud-diff: $(PYTHON_READY)
	$(Q)$(PYTHON_RUN) scripts/cloud_diff.py

$(CLOUD_PROVIDERS:%=cloud-diff-%): cloud-diff-%: $(PYTHON_READY)
	$(Q)$(PYTHON_RUN) scripts/cloud_diff.py --provider $*

cloud-shop: $(PYTHON_READY)
	$(Q)$(PYTHON_RUN) scripts/cloud_shop.py

cloud-report: $(PYTHON_READY)
	$(Q)$(PYTHON_RUN) scripts/cloud_report.py

cloud-help:
	@echo 'Cloud catalog (administrators; needs vendor CLIs and credentials):'
	@echo '  cloud-config              - query every provider, write *.generated menus'
	@echo '  cloud-diff                - what cloud-update would change, offline'
	@echo '  cloud-update              - promote generated menus to committed *.static ones'
	@echo '  clean-cloud-config        - remove generated menus and markers'
	@echo '  TARGET-PROVIDER           - any of these for one: $(CLOUD_PROVIDERS)'
	@echo '  cloud-commit              - commit the promoted menus, with a drafted message'
	@echo
PHONY += cloud-help

# SPDX-License-Identifier: MIT
# From .config to machines: terraform in terraform/<provider>/.

PHONY += bringup destroy cloud-plan cloud-check

bringup: $(PYTHON_READY)
	$(Q)$(PYTHON_RUN) scripts/cloud_terraform.py bringup

cloud-plan: $(PYTHON_READY)
	$(Q)$(PYTHON_RUN) scripts/cloud_terraform.py plan

destroy: $(PYTHON_READY)
	$(Q)$(PYTHON_RUN) scripts/cloud_terraform.py destroy

cloud-check: $(PYTHON_READY)
	$(Q)$(PYTHON_RUN) scripts/cloud_check.py

terraform-help:
	@echo 'Machines (terraform and credentials of the provider needed):'
	@echo '  cloud-check               - can .config be launched? LIVE=1 asks the cloud'
	@echo '  cloud-plan                - show what bringup would do'
	@echo '  bringup                   - bring the nodes up, write ssh_config for them'
	@echo '  destroy                   - destroy them; asks, unless YES=1'
	@echo
PHONY += terraform-help

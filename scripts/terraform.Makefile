# SPDX-License-Identifier: MIT
# From .config to machines: terraform in terraform/<provider>/.

PHONY += bringup destroy cloud-plan cloud-check cost nodes cloud-find

bringup: $(PYTHON_READY)
	$(Q)$(PYTHON_RUN) scripts/cloud_terraform.py bringup

cloud-plan: $(PYTHON_READY)
	$(Q)$(PYTHON_RUN) scripts/cloud_terraform.py plan

destroy: $(PYTHON_READY)
	$(Q)$(PYTHON_RUN) scripts/cloud_terraform.py destroy

# Hashes of the pinned providers, for all platforms of developers: to be committed. Needs registry.terraform.io.
LOCK_PLATFORMS := linux_amd64 linux_arm64 darwin_amd64 darwin_arm64

PHONY += terraform-lock
terraform-lock:
	$(Q)for name in $(CLOUD_PROVIDERS); do $(or $(TERRAFORM),terraform) -chdir=terraform/$$name providers lock $(LOCK_PLATFORMS:%=-platform=%) || exit; done

cloud-check: $(PYTHON_READY)
	$(Q)$(PYTHON_RUN) scripts/cloud_check.py

nodes: $(PYTHON_READY)
	$(Q)$(PYTHON_RUN) scripts/cloud_nodes.py

cloud-find: $(PYTHON_READY)
	$(Q)$(PYTHON_RUN) scripts/cloud_find.py

cost: $(PYTHON_READY)
	$(Q)$(PYTHON_RUN) scripts/cloud_cost.py

terraform-help:
	@echo 'Machines (need terraform and credentials of the provider):'
	@echo '  cloud-check               - can .config be launched? LIVE=1 asks the cloud'
	@echo '  cost                      - what the machines cost by part; also with NODES=N'
	@echo '  cloud-plan                - show what bringup would do'
	@echo '  bringup                   - bring the nodes up, write ssh_config for them'
	@echo '  nodes                     - machines of this tree: address, time left, cost'
	@echo '  cloud-find                - machines in your accounts that no state knows'
	@echo '  destroy                   - destroy them; asks, unless YES=1'
	@echo
PHONY += terraform-help

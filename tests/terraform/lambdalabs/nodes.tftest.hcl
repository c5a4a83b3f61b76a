# SPDX-License-Identifier: MIT
# `terraform test` with a provider that makes up its answers.

mock_provider "lambdalabs" {
  mock_resource "lambdalabs_instance" {
    defaults = { ip = "203.0.113.9" }
  }
}

variables {
  hosts_prefix             = "kdevops"
  node_names               = ["kdevops-1", "kdevops-2"]
  ssh_config_user          = "ubuntu"
  ssh_config_pubkey_file   = "key.pub"
  lambdalabs_region        = "us-east-1"
  lambdalabs_instance_type = "gpu_1x_a10"
}

run "nodes" {
  assert {
    condition     = { for name, node in lambdalabs_instance.node : name => node.instance_type_name } == { kdevops-1 = "gpu_1x_a10", kdevops-2 = "gpu_1x_a10" }
    error_message = "one machine of the type for each name"
  }

  assert {
    condition     = alltrue([for name, node in lambdalabs_instance.node : node.name == name && node.region_name == "us-east-1"])
    error_message = "names and region"
  }

  assert {
    condition     = startswith(lambdalabs_ssh_key.user.public_key, "ssh-ed25519 ") && alltrue([for node in lambdalabs_instance.node : node.ssh_key_names == tolist(["kdevops"])])
    error_message = "the key"
  }

  assert {
    condition     = output.nodes["kdevops-2"] == { public_ip = "203.0.113.9", private_ip = null } && output.ssh_user == "ubuntu"
    error_message = "outputs"
  }
}

# What the variables refuse. tests/terraform/shared.tftest.hcl has those of all modules, test_volumes.py those of
# data volumes.

run "another_user_than_ubuntu" {
  command = plan

  variables {
    ssh_config_user = "kdevops"
  }

  expect_failures = [lambdalabs_instance.node]
}

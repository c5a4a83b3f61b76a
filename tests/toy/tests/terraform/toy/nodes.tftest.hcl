# SPDX-License-Identifier: MIT
# `terraform test` with a provider that makes up its answers.

mock_provider "toy" {
  mock_resource "toy_machine" {
    defaults = { public_ip = "203.0.113.9" }
  }
}

variables {
  hosts_prefix           = "kdevops"
  node_names             = ["kdevops-1", "kdevops-2"]
  ssh_config_user        = "kdevops"
  ssh_config_pubkey_file = "key.pub"
  ssh_allowed_cidr       = "192.0.2.0/24"
  root_volume_size_gb    = 64
  toy_region             = "phoenix"
  toy_domain             = "Uocm:PHX-AD-2"
  toy_shape              = "VM.Arm.Flex-16"
  toy_image              = "debian-13-arm-*"
}

run "nodes" {
  assert {
    condition     = alltrue([for node in toy_machine.node : node.shape == "VM.Arm.Flex" && node.cores == 16])
    error_message = "a size is a flexible shape and its cores"
  }

  assert {
    condition     = alltrue([for node in toy_machine.node : node.domain == "Uocm:PHX-AD-2" && node.allowed_cidr == "192.0.2.0/24"])
    error_message = "the domain under its own name, and who may log in"
  }

  assert {
    condition     = output.nodes["kdevops-2"] == { public_ip = "203.0.113.9", private_ip = null }
    error_message = "outputs"
  }
}

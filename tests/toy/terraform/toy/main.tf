# SPDX-License-Identifier: MIT
# Nodes on Toy.

locals {
  nodes = { for name, node in toy_machine.node : name => { public_ip = node.public_ip, private_ip = null } }
  # VM.Flex-4 of the menus is the flexible shape VM.Flex with 4 cores.
  shape = regex("^(?P<name>.+)-(?P<cores>[0-9]+)$", var.toy_shape)
}

resource "toy_machine" "node" {
  for_each = toset(var.node_names)

  name         = "${var.hosts_prefix}/${each.key}"
  domain       = var.toy_domain
  shape        = local.shape.name
  cores        = tonumber(local.shape.cores)
  image        = var.toy_image
  disk_gb      = var.root_volume_size_gb
  allowed_cidr = var.ssh_allowed_cidr
  public_key   = local.public_key
  user         = var.ssh_config_user
}

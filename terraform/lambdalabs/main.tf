# SPDX-License-Identifier: MIT
# Nodes on Lambda Labs. Its provider knows instances and keys, and nothing else: no image, no disk, no user
# data, no firewall (that is one for the account, https://cloud.lambda.ai/firewall).

# The provider cannot change an instance: whatever differs makes it anew.
resource "terraform_data" "wish" {
  input = {
    region        = var.lambdalabs_region
    instance_type = var.lambdalabs_instance_type
    key           = lambdalabs_ssh_key.user.id
  }
}

resource "lambdalabs_ssh_key" "user" {
  name       = var.hosts_prefix
  public_key = trimspace(file(pathexpand(var.ssh_config_pubkey_file)))
}

resource "lambdalabs_instance" "node" {
  for_each = toset(var.node_names)

  name               = each.key
  region_name        = var.lambdalabs_region
  instance_type_name = var.lambdalabs_instance_type
  ssh_key_names      = [lambdalabs_ssh_key.user.name]

  lifecycle {
    replace_triggered_by = [terraform_data.wish]
  }
}

# SPDX-License-Identifier: MIT
# Nodes on Lambda Labs. The provider chooses no image, and has no disk, user data or firewall (the account has
# one, https://cloud.lambda.ai/firewall).

locals {
  nodes = { for name, node in lambdalabs_instance.node : name => { public_ip = node.ip, private_ip = null } }
}

# The provider cannot change an instance: any change of these replaces it.
resource "terraform_data" "node" {
  input = {
    region        = var.lambdalabs_region
    instance_type = var.lambdalabs_instance_type
    key           = lambdalabs_ssh_key.user.id
  }
}

# Nor can it change a key: it warns, and then has not done it.
resource "terraform_data" "key" {
  input = {
    name       = var.hosts_prefix
    public_key = local.public_key
  }
}

resource "lambdalabs_ssh_key" "user" {
  name       = var.hosts_prefix
  public_key = local.public_key

  lifecycle {
    replace_triggered_by = [terraform_data.key]
  }
}

resource "lambdalabs_instance" "node" {
  for_each = toset(var.node_names)

  name               = each.key
  region_name        = var.lambdalabs_region
  instance_type_name = var.lambdalabs_instance_type
  ssh_key_names      = [lambdalabs_ssh_key.user.name]

  # A machine that takes longer to boot runs, and is in no state: the provider writes its id down last.
  timeouts {
    create = "45m"
  }

  lifecycle {
    # Read as an empty list where there are none; to change it to nothing is an error.
    ignore_changes       = [file_system_names]
    replace_triggered_by = [terraform_data.node]

    precondition {
      condition     = var.ssh_config_user == "ubuntu"
      error_message = "ssh_config_user is ubuntu on Lambda Labs: its images have that user, and the provider can create no other."
    }
  }
}

# SPDX-License-Identifier: MIT
# The same in every provider's module; `make bringup` makes the ssh configuration of it.

output "nodes" {
  description = "Addresses of the nodes by their names."
  value = {
    for name, node in aws_instance.node : name => {
      public_ip  = node.public_ip
      private_ip = node.private_ip
    }
  }
}

output "ssh_user" {
  description = "User to log in as."
  value       = var.ssh_config_user
}

# SPDX-License-Identifier: MIT
# The same in every provider's module; `make bringup` makes the ssh configuration of it.

output "nodes" {
  description = "Addresses of the nodes by their names."
  value = {
    for name, node in azurerm_linux_virtual_machine.node : name => {
      public_ip  = node.public_ip_address
      private_ip = node.private_ip_address
    }
  }
}

output "ssh_user" {
  description = "User to log in as."
  value       = var.ssh_config_user
}

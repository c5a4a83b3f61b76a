# SPDX-License-Identifier: MIT
# The same in every provider's module; `make bringup` makes the ssh configuration of it.

output "nodes" {
  description = "Addresses of the nodes by their names."
  value = {
    for name, node in google_compute_instance.node : name => {
      public_ip  = node.network_interface[0].access_config[0].nat_ip
      private_ip = node.network_interface[0].network_ip
    }
  }
}

output "ssh_user" {
  description = "User to log in as."
  value       = var.ssh_config_user
}

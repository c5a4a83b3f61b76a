# SPDX-License-Identifier: MIT
# For clouds where the module creates the firewall and the root disk, by a symbolic link.

variable "ssh_allowed_cidr" {
  description = "IPv4 addresses that may reach SSH, for example 203.0.113.7/32. 0.0.0.0/0 is the whole internet."
  type        = string
  nullable    = false

  validation {
    condition     = can(cidrnetmask(var.ssh_allowed_cidr)) && try(cidrsubnet(var.ssh_allowed_cidr, 0, 0) == var.ssh_allowed_cidr, false)
    error_message = "ssh_allowed_cidr is an IPv4 range without host bits: 203.0.113.7/32 or 203.0.113.0/24, not 203.0.113.7/24."
  }
}

variable "root_volume_size_gb" {
  description = "Size of the root disk in GiB; 0 is the image's own size."
  type        = number
  nullable    = false

  validation {
    condition     = var.root_volume_size_gb >= 0 && var.root_volume_size_gb <= local.root_volume_most_gb
    error_message = "root_volume_size_gb is 0 (the image's own size) to ${local.root_volume_most_gb}."
  }
}

# SPDX-License-Identifier: MIT
# The same in every module, by a symbolic link. `make` writes a value for each variable into
# terraform.tfvars.json: TERRAFORM_X_Y of the menus is x_y here, and null where it does not apply.
# scripts/cloudlib/config/checks.py has the same patterns, and `make` refuses the same.

locals {
  public_key = trimspace(file(pathexpand(var.ssh_config_pubkey_file)))
}

variable "hosts_prefix" {
  description = "Host name prefix; the network and the key pair have it as their name."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$", var.hosts_prefix))
    error_message = "hosts_prefix is 1 to 40 lower-case letters, digits and hyphens, a letter first and no hyphen last."
  }
}

variable "node_names" {
  description = "Host names of the nodes, one machine each."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.node_names) >= 1 && length(var.node_names) <= 1000 && length(distinct(var.node_names)) == length(var.node_names)
    error_message = "node_names is a list of 1 to 1000 different names."
  }

  validation {
    condition     = alltrue([for name in var.node_names : can(regex("^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$", name))])
    error_message = "node_names are 1 to 63 lower-case letters, digits and hyphens each, a letter first and no hyphen last."
  }
}

variable "ssh_config_user" {
  description = "User to log in as. It is created and may use sudo; on Lambda Labs it is always ubuntu."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z_][a-z0-9_-]{0,31}$", var.ssh_config_user)) && var.ssh_config_user != "root"
    error_message = "ssh_config_user is a Linux user name other than root."
  }
}

variable "ssh_config_pubkey_file" {
  description = "File of the SSH public key that may log in."
  type        = string
  nullable    = false
}

variable "stamp" {
  description = "Tags of everything that is made, and when (UTC), after how many seconds, the nodes end themselves."
  type        = object({ tags = map(string), expires = optional(string), seconds = optional(number) })
  default     = { tags = {} }
  nullable    = false
}

output "nodes" {
  description = "Addresses of the nodes by host name; `make bringup` writes the ssh configuration from them."
  value       = local.nodes
}

output "stamp" {
  description = "The stamp that everything was made with, for whoever shares the state."
  value       = var.stamp
}

output "ssh_user" {
  description = "User to log in as."
  value       = var.ssh_config_user
}

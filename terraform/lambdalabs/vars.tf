# SPDX-License-Identifier: MIT
# `make` writes a value for each of these into terraform.tfvars.json: TERRAFORM_X_Y of the menus is x_y
# here. What the configuration has no use for is null.

variable "hosts_prefix" {
  description = "What the names of the nodes begin with; the network and the key pair bear it too."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z]([A-Za-z0-9-]{0,38}[A-Za-z0-9])?$", var.hosts_prefix))
    error_message = "hosts_prefix is 1 to 40 letters, digits and hyphens, a letter first and no hyphen last."
  }
}

variable "node_names" {
  description = "Names of the nodes; one machine is made for each."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.node_names) >= 1 && length(var.node_names) <= 1000
    error_message = "node_names holds 1 to 1000 names."
  }

  validation {
    condition     = length(distinct(var.node_names)) == length(var.node_names)
    error_message = "node_names holds no name twice."
  }
}

variable "ssh_config_user" {
  description = "User to log in as. Lambda's images have one, ubuntu, and its provider can make no other."
  type        = string
  nullable    = false

  validation {
    condition     = var.ssh_config_user == "ubuntu"
    error_message = "ssh_config_user is ubuntu on Lambda Labs."
  }
}

variable "ssh_config_pubkey_file" {
  description = "File of the SSH public key that may log in."
  type        = string
  nullable    = false
}

variable "lambdalabs_region" {
  description = "Region, for example us-east-1."
  type        = string
  nullable    = false
}

variable "lambdalabs_instance_type" {
  description = "Instance type, for example gpu_1x_a10."
  type        = string
  nullable    = false
}

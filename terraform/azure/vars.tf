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
  description = "User to create on the nodes; it may use sudo and logs in with the key."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z_][a-z0-9_-]{0,31}$", var.ssh_config_user)) && var.ssh_config_user != "root"
    error_message = "ssh_config_user is a Linux user name, and not root."
  }
}

variable "ssh_config_pubkey_file" {
  description = "File of the SSH public key that may log in."
  type        = string
  nullable    = false
}

variable "ssh_allowed_cidr" {
  description = "IPv4 addresses that may reach SSH, for example 203.0.113.7/32. 0.0.0.0/0 is the whole internet."
  type        = string
  nullable    = false

  validation {
    condition     = can(cidrnetmask(var.ssh_allowed_cidr))
    error_message = "ssh_allowed_cidr is an IPv4 range such as 203.0.113.7/32."
  }

  validation {
    condition     = try(cidrhost(var.ssh_allowed_cidr, 0) == split("/", var.ssh_allowed_cidr)[0], true)
    error_message = "ssh_allowed_cidr has bits set behind its prefix: write 203.0.113.0/24, not 203.0.113.7/24."
  }
}

variable "root_volume_size_gb" {
  description = "Size of the OS disk in GiB; 0 is the image's own."
  type        = number
  nullable    = false

  validation {
    condition     = var.root_volume_size_gb >= 0 && var.root_volume_size_gb <= 4095
    error_message = "root_volume_size_gb is 0 (as the image has it) to 4095."
  }
}

variable "azure_location" {
  description = "Location, for example eastus."
  type        = string
  nullable    = false
}

variable "azure_zone" {
  description = "Zone of nodes and disks: 1, 2 or 3; null for no preference, or where a location has none."
  type        = string

  validation {
    condition     = var.azure_zone == null || can(regex("^[1-9]$", var.azure_zone))
    error_message = "azure_zone is a number such as 1, or null."
  }
}

variable "azure_vm_size" {
  description = "Size of the machines, for example Standard_D16s_v5."
  type        = string
  nullable    = false
}

variable "azure_image_publisher" {
  description = "Publisher of the image, for example Debian."
  type        = string
  nullable    = false
}

variable "azure_image_offer" {
  description = "Offer of the image, for example debian-13."
  type        = string
  nullable    = false
}

variable "azure_image_sku" {
  description = "SKU of the image, for example 13-gen2; its latest version is taken."
  type        = string
  nullable    = false
}

variable "azure_data_disk_count" {
  description = "Managed disks of each node, besides its OS disk. How many a size takes, its documentation says."
  type        = number
  nullable    = false

  validation {
    condition     = var.azure_data_disk_count >= 0 && var.azure_data_disk_count <= 20
    error_message = "azure_data_disk_count is 0 to 20."
  }
}

# The figures of the following: https://learn.microsoft.com/azure/virtual-machines/disks-types

variable "azure_data_disk_type" {
  description = "Type of the data disks; null without any."
  type        = string

  validation {
    condition = try(
      contains(["Standard_LRS", "StandardSSD_LRS", "Premium_LRS", "PremiumV2_LRS", "UltraSSD_LRS"], var.azure_data_disk_type),
      var.azure_data_disk_count == 0
    )
    error_message = "azure_data_disk_type is Standard_LRS, StandardSSD_LRS, Premium_LRS, PremiumV2_LRS or UltraSSD_LRS."
  }
}

variable "azure_data_disk_size_gb" {
  description = "Size of each data disk in GiB; null without any."
  type        = number

  validation {
    condition = try(
      var.azure_data_disk_size_gb >= 4 &&
      var.azure_data_disk_size_gb <= (contains(["PremiumV2_LRS", "UltraSSD_LRS"], var.azure_data_disk_type) ? 65536 : 32767),
      var.azure_data_disk_count == 0
    )
    error_message = "azure_data_disk_size_gb is 4 to 32767, or to 65536 for PremiumV2_LRS and UltraSSD_LRS."
  }
}

variable "azure_data_disk_iops" {
  description = "IOPS of each data disk, for PremiumV2_LRS and UltraSSD_LRS; null for the other types."
  type        = number

  validation {
    condition     = (var.azure_data_disk_iops != null) == try(contains(["PremiumV2_LRS", "UltraSSD_LRS"], var.azure_data_disk_type), false)
    error_message = "azure_data_disk_iops is given for PremiumV2_LRS and UltraSSD_LRS, and for no other type."
  }

  # At most so many IOPS for each GiB; any PremiumV2_LRS disk has 3000.
  validation {
    condition = var.azure_data_disk_iops == null || try(
      var.azure_data_disk_iops >= { PremiumV2_LRS = 3000, UltraSSD_LRS = 100 }[var.azure_data_disk_type] &&
      var.azure_data_disk_iops <= { PremiumV2_LRS = 80000, UltraSSD_LRS = 400000 }[var.azure_data_disk_type] &&
      var.azure_data_disk_iops <= max(3000, { PremiumV2_LRS = 500, UltraSSD_LRS = 1000 }[var.azure_data_disk_type] * var.azure_data_disk_size_gb),
      true
    )
    error_message = "azure_data_disk_iops: PremiumV2_LRS 3000 to 80000 and at most 500 a GiB, UltraSSD_LRS 100 to 400000 and 1000 a GiB."
  }
}

variable "azure_data_disk_throughput_mbps" {
  description = "Throughput of each data disk in MB/s, for PremiumV2_LRS and UltraSSD_LRS; null for the other types."
  type        = number

  validation {
    condition     = (var.azure_data_disk_throughput_mbps != null) == (var.azure_data_disk_iops != null)
    error_message = "azure_data_disk_throughput_mbps is given where azure_data_disk_iops is."
  }

  validation {
    condition = var.azure_data_disk_throughput_mbps == null || try(
      var.azure_data_disk_throughput_mbps >= { PremiumV2_LRS = 125, UltraSSD_LRS = 1 }[var.azure_data_disk_type] &&
      var.azure_data_disk_throughput_mbps <= { PremiumV2_LRS = 1200, UltraSSD_LRS = 10000 }[var.azure_data_disk_type] &&
      var.azure_data_disk_throughput_mbps <= 0.25 * var.azure_data_disk_iops,
      true
    )
    error_message = "azure_data_disk_throughput_mbps: PremiumV2_LRS 125 to 1200, UltraSSD_LRS 1 to 10000, and at most a quarter of azure_data_disk_iops."
  }
}

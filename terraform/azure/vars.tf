# SPDX-License-Identifier: MIT
# What Azure alone needs; shared.tf and network.tf have the rest.

locals {
  root_volume_most_gb = 4095

  # Per type: the ranges of GiB, IOPS and MB/s, how many IOPS a GiB there may be and must be, and for how many IOPS
  # there must be a MB/s. A type without a range takes no such figure.
  # https://learn.microsoft.com/azure/virtual-machines/disks-types
  # scripts/providers/azure/volumes.py has the same figures; a test compares the two.
  data_disk_types = {
    Standard_LRS    = { size = [4, 32767] }
    StandardSSD_LRS = { size = [4, 32767] }
    Premium_LRS     = { size = [4, 32767] }
    PremiumV2_LRS   = { size = [1, 65536], iops = [3000, 80000], iops_per_gib = 500, mbps = [125, 2000] }
    UltraSSD_LRS = {
      size               = [4, 65536]
      iops               = [100, 400000]
      iops_per_gib       = 1000
      mbps               = [1, 10000]
      least_iops_per_gib = 1
      iops_of_least_mbps = 250
    }
  }
  data_disk = try(local.data_disk_types[var.azure_data_disk_type], null)
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

variable "azure_image_plan" {
  description = "Plan of a Marketplace image as publisher/product/name; none for an image without a plan."
  type        = string
  nullable    = false

  validation {
    condition     = var.azure_image_plan == "none" || can(regex("^[^/]+/[^/]+/[^/]+$", var.azure_image_plan))
    error_message = "azure_image_plan is none or publisher/product/name."
  }
}

variable "azure_boot_modes" {
  description = "How the size can start an image: V1, V2, V2+NVMe, V2+CVM, joined by commas."
  type        = string
  nullable    = false
}

variable "azure_image_boot_modes" {
  description = "How the image can be started, in the same words; any where that is not known."
  type        = string
  nullable    = false

  validation {
    condition     = var.azure_image_boot_modes == "any" || length(setintersection(split(",", var.azure_boot_modes), split(",", var.azure_image_boot_modes))) > 0
    error_message = "The image boots with ${var.azure_image_boot_modes}, ${var.azure_vm_size} with ${var.azure_boot_modes}: choose another image or size; `make cloud-check` names the nearest."
  }
}

variable "azure_trusted_launch" {
  description = "Whether size and image take Trusted Launch; it is then requested, with secure boot off."
  type        = bool
  nullable    = false
}

variable "azure_accelerated_networking" {
  description = "Whether the size takes accelerated networking (SR-IOV); it is then switched on."
  type        = bool
  nullable    = false
}

variable "azure_premium_disks" {
  description = "Whether the size takes Premium and Ultra disks."
  type        = bool
  nullable    = false
}

variable "azure_max_data_volumes" {
  description = "How many data disks the size takes, 20 at most."
  type        = number
  nullable    = false
}

variable "azure_data_disk_count" {
  description = "Managed disks of each node, besides its OS disk."
  type        = number
  nullable    = false

  validation {
    condition     = var.azure_data_disk_count >= 0 && var.azure_data_disk_count <= var.azure_max_data_volumes
    error_message = "azure_data_disk_count is 0 to ${var.azure_max_data_volumes} for ${var.azure_vm_size}."
  }
}

variable "azure_data_disk_type" {
  description = "Type of the data disks; null if there are none."
  type        = string

  validation {
    condition     = try(contains(keys(local.data_disk_types), var.azure_data_disk_type), var.azure_data_disk_count == 0)
    error_message = "azure_data_disk_type is one of ${join(", ", keys(local.data_disk_types))}."
  }

  validation {
    condition     = try(length(regexall("^(Premium|Ultra)", var.azure_data_disk_type)), 0) == 0 || var.azure_premium_disks
    error_message = "${var.azure_vm_size} takes no Premium or Ultra disks: azure_data_disk_type can be StandardSSD_LRS."
  }
}

variable "azure_data_disk_size_gb" {
  description = "Size of each data disk in GiB; null if there are none."
  type        = number

  validation {
    condition = try(
      var.azure_data_disk_size_gb >= local.data_disk.size[0] && var.azure_data_disk_size_gb <= local.data_disk.size[1],
      var.azure_data_disk_count == 0
    )
    error_message = "azure_data_disk_size_gb is ${try(join(" to ", local.data_disk.size), "a number")} for this type."
  }
}

variable "azure_data_disk_iops" {
  description = "IOPS of each data disk; null for a type that takes no such figure."
  type        = number

  # A disk of any size may have the lowest figure.
  validation {
    condition = (var.azure_data_disk_iops != null) == can(local.data_disk.iops) && try(
      var.azure_data_disk_iops >= local.data_disk.iops[0] && var.azure_data_disk_iops <= local.data_disk.iops[1] &&
      var.azure_data_disk_iops <= try(max(local.data_disk.iops[0], local.data_disk.iops_per_gib * var.azure_data_disk_size_gb), local.data_disk.iops[1]),
      true
    )
    error_message = "azure_data_disk_iops is ${try(join(" to ", local.data_disk.iops), "null")} for this type${try(", at most ${local.data_disk.iops_per_gib} for each GiB", "")}."
  }

  validation {
    condition     = try(var.azure_data_disk_iops >= min(local.data_disk.iops[1], local.data_disk.least_iops_per_gib * var.azure_data_disk_size_gb), true)
    error_message = "azure_data_disk_iops is at least ${try(local.data_disk.least_iops_per_gib, 0)} for each GiB of this type."
  }
}

variable "azure_data_disk_throughput_mbps" {
  description = "Throughput of each data disk in MB/s; null for a type that takes no such figure."
  type        = number

  validation {
    condition = (var.azure_data_disk_throughput_mbps != null) == can(local.data_disk.mbps) && try(
      var.azure_data_disk_throughput_mbps >= local.data_disk.mbps[0] && var.azure_data_disk_throughput_mbps <= local.data_disk.mbps[1] &&
      var.azure_data_disk_throughput_mbps <= try(var.azure_data_disk_iops / 4, local.data_disk.mbps[1]),
      true
    )
    error_message = "azure_data_disk_throughput_mbps is ${try(join(" to ", local.data_disk.mbps), "null")} for this type${can(local.data_disk.iops) ? ", at most a quarter of the IOPS" : ""}."
  }

  validation {
    condition     = try(var.azure_data_disk_throughput_mbps * local.data_disk.iops_of_least_mbps >= var.azure_data_disk_iops, true)
    error_message = "azure_data_disk_throughput_mbps is at least 1 for each ${try(local.data_disk.iops_of_least_mbps, 1)} IOPS of this type."
  }
}

# SPDX-License-Identifier: MIT
# What Compute Engine alone needs; shared.tf and network.tf have the rest.

locals {
  root_volume_most_gb = 16384

  # Per type: the ranges of GB, IOPS and MiB/s, and how many IOPS a GB there may be. A type without a range takes no
  # such figure. https://cloud.google.com/compute/docs/disks/persistent-disks and .../disks/hyperdisks
  # scripts/providers/gce/volumes.py has the same figures; a test compares the two.
  data_disk_types = {
    pd-standard          = { size = [10, 65536] }
    pd-balanced          = { size = [10, 65536] }
    pd-ssd               = { size = [10, 65536] }
    pd-extreme           = { size = [500, 65536], iops = [10000, 120000] }
    hyperdisk-balanced   = { size = [4, 65536], iops = [3000, 160000], iops_per_gib = 500, mbps = [140, 2400] }
    hyperdisk-extreme    = { size = [64, 65536], iops = [2, 350000], iops_per_gib = 1000 }
    hyperdisk-throughput = { size = [2048, 32768], mbps = [10, 600] }
  }
  data_disk = try(local.data_disk_types[var.gce_data_disk_type], null)
}

variable "gce_region" {
  description = "Region, for example us-central1."
  type        = string
  nullable    = false
}

variable "gce_zone" {
  description = "Zone of nodes and disks, for example us-central1-a."
  type        = string
  nullable    = false

  validation {
    condition     = startswith(var.gce_zone, "${var.gce_region}-")
    error_message = "gce_zone is not in gce_region."
  }
}

variable "gce_machine_type" {
  description = "Machine type, for example n2-standard-16."
  type        = string
  nullable    = false
}

variable "gce_is_gpu_instance" {
  description = "Whether the machine type has GPUs; such a machine cannot be migrated while it runs."
  type        = bool
  nullable    = false
}

variable "gce_image_project" {
  description = "Project that publishes the image, for example debian-cloud."
  type        = string
  nullable    = false
}

variable "gce_image_family" {
  description = "Family of the image, for example debian-13; its newest image is taken."
  type        = string
  nullable    = false
}

variable "gce_nested_virtualization" {
  description = "Whether nodes can run KVM guests; null for a type that cannot."
  type        = bool

  # Neither AMD (c2d, n4d, g4, ...), Arm (t2a, c4a, a4x, ...), E2, H3, memory-optimized series nor TPU hosts; bare
  # metal runs KVM without it. scripts/providers/gce/volumes.py has the same pattern.
  # https://cloud.google.com/compute/docs/instances/nested-virtualization/overview#restrictions
  validation {
    condition     = var.gce_nested_virtualization != true || !can(regex("^([a-z][0-9]+[ad]|e2|h3|g4|a4x|[mx][0-9]+n?|(ct|tpu)[0-9]\\w+)-|-metal$", var.gce_machine_type))
    error_message = "This machine type has no nested virtualization; Intel types such as n2-standard-16 have it."
  }
}

variable "gce_data_disk_count" {
  description = "Disks of each node, besides its boot disk."
  type        = number
  nullable    = false

  validation {
    condition     = var.gce_data_disk_count >= 0 && var.gce_data_disk_count <= 20
    error_message = "gce_data_disk_count is 0 to 20."
  }
}

variable "gce_data_disk_type" {
  description = "Type of the data disks; null if there are none. A machine type that takes Hyperdisk only gets hyperdisk-balanced for any pd-*."
  type        = string

  validation {
    condition     = try(contains(keys(local.data_disk_types), var.gce_data_disk_type), var.gce_data_disk_count == 0)
    error_message = "gce_data_disk_type is one of ${join(", ", keys(local.data_disk_types))}."
  }
}

variable "gce_data_disk_size_gb" {
  description = "Size of each data disk in GiB; null if there are none."
  type        = number

  validation {
    condition = try(
      var.gce_data_disk_size_gb >= local.data_disk.size[0] && var.gce_data_disk_size_gb <= local.data_disk.size[1],
      var.gce_data_disk_count == 0
    )
    error_message = "gce_data_disk_size_gb is ${try(join(" to ", local.data_disk.size), "a number")} for this type."
  }
}

variable "gce_data_disk_iops" {
  description = "IOPS of each data disk; null for a type that takes no such figure."
  type        = number

  # A disk of any size may have the lowest figure.
  validation {
    condition = (var.gce_data_disk_iops != null) == can(local.data_disk.iops) && try(
      var.gce_data_disk_iops >= local.data_disk.iops[0] && var.gce_data_disk_iops <= local.data_disk.iops[1] &&
      var.gce_data_disk_iops <= try(max(local.data_disk.iops[0], local.data_disk.iops_per_gib * var.gce_data_disk_size_gb), local.data_disk.iops[1]),
      true
    )
    error_message = "gce_data_disk_iops is ${try(join(" to ", local.data_disk.iops), "null")} for this type${try(", at most ${local.data_disk.iops_per_gib} for each GiB", "")}."
  }
}

variable "gce_data_disk_throughput_mbps" {
  description = "Throughput of each data disk in MiB/s; null for a type that takes no such figure."
  type        = number

  validation {
    condition = (var.gce_data_disk_throughput_mbps != null) == can(local.data_disk.mbps) && try(
      var.gce_data_disk_throughput_mbps >= local.data_disk.mbps[0] && var.gce_data_disk_throughput_mbps <= local.data_disk.mbps[1] &&
      var.gce_data_disk_throughput_mbps <= try(var.gce_data_disk_iops / 4, local.data_disk.mbps[1]),
      true
    )
    error_message = "gce_data_disk_throughput_mbps is ${try(join(" to ", local.data_disk.mbps), "null")} for this type${can(local.data_disk.iops) ? ", at most a quarter of the IOPS" : ""}."
  }
}

# SPDX-License-Identifier: MIT
# What Compute Engine alone needs; shared.tf and network.tf have the rest.

locals {
  root_volume_most_gb = 16384

  # Per type: the ranges of GB, IOPS and MiB/s, how many IOPS a GiB there may be and have to be, how many IOPS need a
  # MiB/s, and how many MiB/s each TiB may and has to have. A type without a range takes no such figure.
  # https://cloud.google.com/compute/docs/disks/persistent-disks and .../disks/hyperdisks
  # scripts/providers/gce/volumes.py has the same figures; a test compares the two.
  data_disk_types = {
    pd-standard          = { size = [10, 65536] }
    pd-balanced          = { size = [10, 65536] }
    pd-ssd               = { size = [10, 65536] }
    pd-extreme           = { size = [500, 65536], iops = [10000, 120000] }
    hyperdisk-balanced   = { size = [6, 65536], iops = [3000, 160000], iops_per_gib = 500, mbps = [140, 2400], iops_of_least_mbps = 256 }
    hyperdisk-extreme    = { size = [64, 65536], iops = [128, 350000], iops_per_gib = 1200, least_iops_per_gib = 2 }
    hyperdisk-throughput = { size = [2048, 32768], mbps = [20, 600], mbps_per_tib = [10, 90] }
  }
  data_disk = try(local.data_disk_types[var.gce_data_disk_type], null)

  # The series that take a disk type, with the least size of a machine that does: vCPUs, on A3 GPUs. And those that do
  # not take one, where all others do. scripts/providers/gce/disks.py has the same, and the pages that say so.
  disk_only_for = {
    pd-extreme           = { m2 = 0, m3 = 0, n2 = 64 }
    hyperdisk-extreme    = { a3 = 4, a4 = 0, c3 = 88, c3d = 60, c4 = 96, c4a = 64, c4d = 64, m1 = 80, m2 = 0, m3 = 64, m4 = 112, n2 = 80, x4 = 0, z3 = 88 }
    hyperdisk-throughput = { a3 = 0, c3 = 0, c3d = 0, c4 = 0, c4a = 0, g2 = 0, g4 = 0, h3 = 0, m3 = 0, n2 = 0, n2d = 0, n4 = 0, n4a = 0, n4d = 0, t2d = 0, z3 = 0 }
  }
  disk_not_for = {
    hyperdisk-balanced = ["a2", "c2", "c2d", "e2", "f1", "g1", "g2", "n1", "n2", "n2d", "t2a", "t2d"]
    pd-standard        = ["a3", "c3", "c3d", "h3", "z3"]
    pd-ssd             = ["h3"]
  }
  series_and_size = try(regex("^([a-z]+[0-9]+[a-z]*)-(?:[a-z]+-)?([0-9]+)", var.gce_machine_type), [split("-", var.gce_machine_type)[0], "0"])
  is_metal        = endswith(var.gce_machine_type, "-metal")
  data_disk_types_taken = [
    for type in keys(local.data_disk_types) : type if(
      local.is_metal && type == "hyperdisk-throughput" ? false :
      contains(keys(local.disk_only_for), type) ? try(tonumber(local.series_and_size[1]) >= local.disk_only_for[type][local.series_and_size[0]], false) :
      local.is_metal || !try(contains(local.disk_not_for[type], local.series_and_size[0]), false)
    )
  ]
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

  # Spot, Flex-start, a reservation, or the TPU API: scripts/providers/gce/usage.py has the same pattern.
  # https://docs.cloud.google.com/compute/docs/accelerator-optimized-machines#consumption_option_availability_by_machine_type
  validation {
    condition     = !can(regex("^(?:a3-highgpu-[124]g|a3-ultragpu-.*|a4-.*|a4x-.*|(?:ct|tpu)[0-9].*)$", var.gce_machine_type))
    error_message = "This machine type cannot be started on demand; a2-highgpu-1g and a3-highgpu-8g, for example, can."
  }
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

variable "gce_max_data_volumes" {
  description = "How many data disks the machine type takes, 20 at most."
  type        = number
  nullable    = false
}

variable "gce_data_disk_count" {
  description = "Disks of each node, besides its boot disk."
  type        = number
  nullable    = false

  validation {
    condition     = var.gce_data_disk_count >= 0 && var.gce_data_disk_count <= min(var.gce_max_data_volumes, 20)
    error_message = "gce_data_disk_count is 0 to ${min(var.gce_max_data_volumes, 20)} for ${var.gce_machine_type}."
  }
}

variable "gce_data_disk_type" {
  description = "Type of the data disks; null if there are none. A machine type that takes Hyperdisk only gets hyperdisk-balanced for any pd-*."
  type        = string

  validation {
    condition     = try(contains(keys(local.data_disk_types), var.gce_data_disk_type), var.gce_data_disk_count == 0)
    error_message = "gce_data_disk_type is one of ${join(", ", keys(local.data_disk_types))}."
  }

  validation {
    condition     = var.gce_data_disk_type == null || try(contains(local.data_disk_types_taken, var.gce_data_disk_type), true)
    error_message = "${var.gce_machine_type} takes these disks: ${join(", ", local.data_disk_types_taken)}."
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

  validation {
    condition     = try(var.gce_data_disk_iops >= min(local.data_disk.iops[1], local.data_disk.least_iops_per_gib * var.gce_data_disk_size_gb), true)
    error_message = "gce_data_disk_iops is at least ${try(local.data_disk.least_iops_per_gib, 0)} for each GiB of this type."
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
  validation {
    condition     = try(var.gce_data_disk_throughput_mbps * local.data_disk.iops_of_least_mbps >= var.gce_data_disk_iops, true)
    error_message = "gce_data_disk_throughput_mbps is at least 1 for each ${try(local.data_disk.iops_of_least_mbps, 1)} IOPS of this type."
  }

  validation {
    condition = try(
      var.gce_data_disk_throughput_mbps * 1024 >= local.data_disk.mbps_per_tib[0] * var.gce_data_disk_size_gb &&
      var.gce_data_disk_throughput_mbps * 1024 <= local.data_disk.mbps_per_tib[1] * var.gce_data_disk_size_gb,
      true
    )
    error_message = "gce_data_disk_throughput_mbps is ${try(join(" to ", local.data_disk.mbps_per_tib), "any figure")} for each TiB of this type."
  }
}

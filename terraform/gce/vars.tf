# SPDX-License-Identifier: MIT
# `make` writes a value for each of these into terraform.tfvars.json: TERRAFORM_X_Y of the menus is x_y
# here. What the configuration has no use for is null.

variable "hosts_prefix" {
  description = "What the names of the nodes begin with; the network and the key pair bear it too."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$", var.hosts_prefix))
    error_message = "hosts_prefix is 1 to 40 lower-case letters, digits and hyphens, a letter first and no hyphen last."
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
  description = "Size of the root volume in GiB; the image's own size where that is larger."
  type        = number
  nullable    = false

  validation {
    condition     = var.root_volume_size_gb >= 0 && var.root_volume_size_gb <= 16384
    error_message = "root_volume_size_gb is 0 (as the image has it) to 16384."
  }
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
    error_message = "gce_zone lies in another region than gce_region."
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

  # Not AMD (c2d, n4d, ...; g4), not Arm (t2a, c4a, a4x, ...), not E2, H3, the memory-optimized series nor hosts
  # of TPUs, and bare metal runs KVM as it is:
  # https://cloud.google.com/compute/docs/instances/nested-virtualization/overview#restrictions
  validation {
    condition     = var.gce_nested_virtualization != true || !can(regex("^([a-z][0-9]+[ad]|e2|h3|g4|a4x|[mx][0-9]+n?|(ct|tpu)[0-9]\\w+)-|-metal$", var.gce_machine_type))
    error_message = "gce_nested_virtualization: this machine type cannot nest; take an Intel one such as n2-standard-16."
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

# The figures of the following: https://cloud.google.com/compute/docs/disks/persistent-disks and
# https://cloud.google.com/compute/docs/disks/hyperdisks

variable "gce_data_disk_type" {
  description = "Type of the data disks; null without any. A machine type that takes Hyperdisk alone gets hyperdisk-balanced for any pd-*."
  type        = string

  validation {
    condition = try(
      contains(
        ["pd-standard", "pd-balanced", "pd-ssd", "pd-extreme", "hyperdisk-balanced", "hyperdisk-extreme", "hyperdisk-throughput"],
        var.gce_data_disk_type
      ),
      var.gce_data_disk_count == 0
    )
    error_message = "gce_data_disk_type is pd-standard, pd-balanced, pd-ssd, pd-extreme, hyperdisk-balanced, hyperdisk-extreme or hyperdisk-throughput."
  }
}

variable "gce_data_disk_size_gb" {
  description = "Size of each data disk in GB; null without any."
  type        = number

  validation {
    condition = try(
      var.gce_data_disk_size_gb >= lookup(
        { pd-extreme = 500, hyperdisk-balanced = 4, hyperdisk-extreme = 64, hyperdisk-throughput = 2048 },
        var.gce_data_disk_type, 10
      ) &&
      var.gce_data_disk_size_gb <= (var.gce_data_disk_type == "hyperdisk-throughput" ? 32768 : 65536),
      var.gce_data_disk_count == 0
    )
    error_message = "gce_data_disk_size_gb: 10 to 65536; from 500 for pd-extreme, 4 for hyperdisk-balanced, 64 for hyperdisk-extreme, 2048 to 32768 for hyperdisk-throughput."
  }
}

variable "gce_data_disk_iops" {
  description = "IOPS of each data disk, for pd-extreme, hyperdisk-balanced and hyperdisk-extreme; null for the other types."
  type        = number

  validation {
    condition     = (var.gce_data_disk_iops != null) == try(contains(["pd-extreme", "hyperdisk-balanced", "hyperdisk-extreme"], var.gce_data_disk_type), false)
    error_message = "gce_data_disk_iops is given for pd-extreme, hyperdisk-balanced and hyperdisk-extreme, and for no other type."
  }

  # At most so many IOPS for each GB; any hyperdisk-balanced has 3000.
  validation {
    condition = var.gce_data_disk_iops == null || try(
      var.gce_data_disk_iops >= { pd-extreme = 10000, hyperdisk-balanced = 3000, hyperdisk-extreme = 2 }[var.gce_data_disk_type] &&
      var.gce_data_disk_iops <= { pd-extreme = 120000, hyperdisk-balanced = 160000, hyperdisk-extreme = 350000 }[var.gce_data_disk_type] &&
      var.gce_data_disk_iops <= { pd-extreme = 120000, hyperdisk-balanced = max(3000, 500 * var.gce_data_disk_size_gb), hyperdisk-extreme = 1000 * var.gce_data_disk_size_gb }[var.gce_data_disk_type],
      true
    )
    error_message = "gce_data_disk_iops: pd-extreme 10000 to 120000, hyperdisk-balanced 3000 to 160000 and at most 500 a GB, hyperdisk-extreme 2 to 350000 and 1000 a GB."
  }
}

variable "gce_data_disk_throughput_mbps" {
  description = "Throughput of each data disk in MiB/s, for hyperdisk-balanced and hyperdisk-throughput; null for the other types."
  type        = number

  validation {
    condition     = (var.gce_data_disk_throughput_mbps != null) == try(contains(["hyperdisk-balanced", "hyperdisk-throughput"], var.gce_data_disk_type), false)
    error_message = "gce_data_disk_throughput_mbps is given for hyperdisk-balanced and hyperdisk-throughput, and for no other type."
  }

  validation {
    condition = var.gce_data_disk_throughput_mbps == null || try(
      var.gce_data_disk_throughput_mbps >= { hyperdisk-balanced = 140, hyperdisk-throughput = 10 }[var.gce_data_disk_type] &&
      var.gce_data_disk_throughput_mbps <= { hyperdisk-balanced = min(2400, 0.25 * coalesce(var.gce_data_disk_iops, 1)), hyperdisk-throughput = 600 }[var.gce_data_disk_type],
      true
    )
    error_message = "gce_data_disk_throughput_mbps: hyperdisk-balanced 140 to 2400 and at most a quarter of gce_data_disk_iops, hyperdisk-throughput 10 to 600."
  }
}

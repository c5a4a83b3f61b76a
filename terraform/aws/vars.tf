# SPDX-License-Identifier: MIT
# What AWS alone needs; shared.tf and network.tf have the rest.

locals {
  root_volume_most_gb = 16384

  # Per type: the ranges of GiB, IOPS and MiB/s, and how many IOPS a GiB there may be. A type without a range takes
  # no such figure. https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html
  # scripts/providers/aws/volumes.py has the same figures; a test compares the two.
  data_volume_types = {
    gp3 = { size = [1, 65536], iops = [3000, 80000], iops_per_gib = 500, mbps = [125, 2000] }
    gp2 = { size = [1, 16384] }
    io2 = { size = [4, 65536], iops = [100, 256000], iops_per_gib = 1000 }
    io1 = { size = [4, 16384], iops = [100, 64000], iops_per_gib = 50 }
    st1 = { size = [125, 16384] }
    sc1 = { size = [125, 16384] }
  }
  data_volume = try(local.data_volume_types[var.aws_data_volume_type], null)
}

variable "target_arch" {
  description = "Architecture that the image must have: x86_64 or arm64."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["x86_64", "arm64"], var.target_arch)
    error_message = "target_arch is x86_64 or arm64."
  }
}

variable "aws_region" {
  description = "Region, for example us-east-1."
  type        = string
  nullable    = false
}

variable "aws_av_zone" {
  description = "Availability zone of nodes and volumes, for example us-east-1b."
  type        = string
  nullable    = false

  validation {
    condition     = startswith(var.aws_av_zone, var.aws_region)
    error_message = "aws_av_zone is not in aws_region."
  }
}

variable "aws_instance_type" {
  description = "Instance type, for example m7i.4xlarge."
  type        = string
  nullable    = false
}

variable "aws_ami_owner" {
  description = "Account that publishes the image. Always given, as anyone may publish an image of any name."
  type        = string
  nullable    = false
}

variable "aws_ns" {
  description = "Name of the image, with * and ? as wildcards; the newest that matches is taken."
  type        = string
  nullable    = false
}

variable "aws_gpu_ami_owner" {
  description = "Account that publishes the image with GPU drivers; null for the plain image."
  type        = string
}

variable "aws_gpu_ami_name" {
  description = "Name of the image with GPU drivers, with wildcards; null for the plain image."
  type        = string

  validation {
    condition     = (var.aws_gpu_ami_name == null) == (var.aws_gpu_ami_owner == null)
    error_message = "aws_gpu_ami_name and aws_gpu_ami_owner are given together or not at all."
  }
}

variable "aws_nested_virtualization" {
  description = "Whether nodes can run KVM guests; null for a type that cannot."
  type        = bool
}

variable "aws_xen" {
  description = "Whether the type runs on Xen instead of the Nitro System, and attaches no large io2 volumes."
  type        = bool
  nullable    = false
}

variable "aws_max_data_volumes" {
  description = "How many data volumes the type takes, 20 at most: device names are /dev/sdf to /dev/sdy."
  type        = number
  nullable    = false
}

variable "aws_data_volume_count" {
  description = "EBS volumes of each node, besides its root."
  type        = number
  nullable    = false

  validation {
    condition     = var.aws_data_volume_count >= 0 && var.aws_data_volume_count <= min(var.aws_max_data_volumes, 20)
    error_message = "aws_data_volume_count is 0 to ${min(var.aws_max_data_volumes, 20)} for ${var.aws_instance_type}."
  }
}

variable "aws_data_volume_type" {
  description = "Type of the data volumes; null if there are none."
  type        = string

  validation {
    condition     = try(contains(keys(local.data_volume_types), var.aws_data_volume_type), var.aws_data_volume_count == 0)
    error_message = "aws_data_volume_type is one of ${join(", ", keys(local.data_volume_types))}."
  }
}

variable "aws_data_volume_size_gb" {
  description = "Size of each data volume in GiB; null if there are none."
  type        = number

  validation {
    condition = try(
      var.aws_data_volume_size_gb >= local.data_volume.size[0] && var.aws_data_volume_size_gb <= local.data_volume.size[1],
      var.aws_data_volume_count == 0
    )
    error_message = "aws_data_volume_size_gb is ${try(join(" to ", local.data_volume.size), "a number")} for this type."
  }

  # https://docs.aws.amazon.com/ebs/latest/userguide/provisioned-iops.html#io2-block-express
  validation {
    condition     = !(var.aws_xen && var.aws_data_volume_type == "io2" && try(var.aws_data_volume_size_gb > 16384, false))
    error_message = "${var.aws_instance_type} attaches io2 volumes of at most 16384 GiB: more needs a type on the Nitro System."
  }
}

variable "aws_data_volume_iops" {
  description = "IOPS of each data volume; null for a type that takes no such figure."
  type        = number

  # A volume of any size may have the lowest figure.
  validation {
    condition = (var.aws_data_volume_iops != null) == can(local.data_volume.iops) && try(
      var.aws_data_volume_iops >= local.data_volume.iops[0] && var.aws_data_volume_iops <= local.data_volume.iops[1] &&
      var.aws_data_volume_iops <= try(max(local.data_volume.iops[0], local.data_volume.iops_per_gib * var.aws_data_volume_size_gb), local.data_volume.iops[1]),
      true
    )
    error_message = "aws_data_volume_iops is ${try(join(" to ", local.data_volume.iops), "null")} for this type${try(", at most ${local.data_volume.iops_per_gib} for each GiB", "")}."
  }

  validation {
    condition     = !(var.aws_xen && var.aws_data_volume_type == "io2" && try(var.aws_data_volume_iops > 64000, false))
    error_message = "${var.aws_instance_type} attaches io2 volumes of at most 64000 IOPS: more needs a type on the Nitro System."
  }
}

variable "aws_data_volume_throughput_mbps" {
  description = "Throughput of each data volume in MiB/s; null for a type that takes no such figure."
  type        = number

  validation {
    condition = (var.aws_data_volume_throughput_mbps != null) == can(local.data_volume.mbps) && try(
      var.aws_data_volume_throughput_mbps >= local.data_volume.mbps[0] && var.aws_data_volume_throughput_mbps <= local.data_volume.mbps[1] &&
      var.aws_data_volume_throughput_mbps <= try(var.aws_data_volume_iops / 4, local.data_volume.mbps[1]),
      true
    )
    error_message = "aws_data_volume_throughput_mbps is ${try(join(" to ", local.data_volume.mbps), "null")} for this type${can(local.data_volume.iops) ? ", at most a quarter of the IOPS" : ""}."
  }
}

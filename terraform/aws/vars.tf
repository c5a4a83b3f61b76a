# SPDX-License-Identifier: MIT
# `make` writes a value for each of these into terraform.tfvars.json: TERRAFORM_X_Y of the menus is x_y
# here. What the configuration has no use for is null.

variable "target_arch" {
  description = "Architecture that the image must have: x86_64 or arm64."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["x86_64", "arm64"], var.target_arch)
    error_message = "target_arch is x86_64 or arm64."
  }
}

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
  description = "Size of the root volume in GiB; the image's own size where that is larger."
  type        = number
  nullable    = false

  validation {
    condition     = var.root_volume_size_gb >= 0 && var.root_volume_size_gb <= 16384
    error_message = "root_volume_size_gb is 0 (as the image has it) to 16384."
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
    error_message = "aws_av_zone lies in another region than aws_region."
  }
}

variable "aws_instance_type" {
  description = "Instance type, for example m7i.4xlarge."
  type        = string
  nullable    = false
}

variable "aws_ami_owner" {
  description = "Account that publishes the image. Always given, as anybody may publish an image of any name."
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

variable "aws_data_volume_count" {
  description = "EBS volumes of each node, besides its root."
  type        = number
  nullable    = false

  # Device names are /dev/sdf to /dev/sdy.
  validation {
    condition     = var.aws_data_volume_count >= 0 && var.aws_data_volume_count <= 20
    error_message = "aws_data_volume_count is 0 to 20."
  }
}

# The figures of the following: https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html

variable "aws_data_volume_type" {
  description = "EBS type of the data volumes: gp3, gp2, io2, io1, st1 or sc1; null without any."
  type        = string

  validation {
    condition     = try(contains(["gp3", "gp2", "io2", "io1", "st1", "sc1"], var.aws_data_volume_type), var.aws_data_volume_count == 0)
    error_message = "aws_data_volume_type is gp3, gp2, io2, io1, st1 or sc1."
  }
}

variable "aws_data_volume_size_gb" {
  description = "Size of each data volume in GiB; null without any."
  type        = number

  validation {
    condition = try(
      var.aws_data_volume_size_gb >= { gp3 = 1, gp2 = 1, io2 = 4, io1 = 4, st1 = 125, sc1 = 125 }[var.aws_data_volume_type] &&
      var.aws_data_volume_size_gb <= { gp3 = 65536, gp2 = 16384, io2 = 65536, io1 = 16384, st1 = 16384, sc1 = 16384 }[var.aws_data_volume_type],
      var.aws_data_volume_count == 0
    )
    error_message = "aws_data_volume_size_gb: gp3 1 to 65536, gp2 1 to 16384, io2 4 to 65536, io1 4 to 16384, st1 and sc1 125 to 16384."
  }
}

variable "aws_data_volume_iops" {
  description = "IOPS of each data volume, for gp3, io2 and io1; null for the other types."
  type        = number

  validation {
    condition     = (var.aws_data_volume_iops != null) == try(contains(["gp3", "io2", "io1"], var.aws_data_volume_type), false)
    error_message = "aws_data_volume_iops is given for gp3, io2 and io1, and for no other type."
  }

  # At most so many IOPS for each GiB; any gp3 volume has 3000.
  validation {
    condition = var.aws_data_volume_iops == null || try(
      var.aws_data_volume_iops >= { gp3 = 3000, io2 = 100, io1 = 100 }[var.aws_data_volume_type] &&
      var.aws_data_volume_iops <= { gp3 = 80000, io2 = 256000, io1 = 64000 }[var.aws_data_volume_type] &&
      var.aws_data_volume_iops <= max(
        { gp3 = 3000, io2 = 100, io1 = 100 }[var.aws_data_volume_type],
        { gp3 = 500, io2 = 1000, io1 = 50 }[var.aws_data_volume_type] * var.aws_data_volume_size_gb
      ),
      true
    )
    error_message = "aws_data_volume_iops: gp3 3000 to 80000 and at most 500 a GiB, io2 100 to 256000 and 1000 a GiB, io1 100 to 64000 and 50 a GiB."
  }
}

variable "aws_data_volume_throughput_mbps" {
  description = "Throughput of each data volume in MiB/s, for gp3; null for the other types."
  type        = number

  validation {
    condition     = (var.aws_data_volume_throughput_mbps != null) == try(var.aws_data_volume_type == "gp3", false)
    error_message = "aws_data_volume_throughput_mbps is given for gp3, and for no other type."
  }

  validation {
    condition = var.aws_data_volume_throughput_mbps == null || try(
      var.aws_data_volume_throughput_mbps >= 125 &&
      var.aws_data_volume_throughput_mbps <= min(2000, 0.25 * var.aws_data_volume_iops),
      true
    )
    error_message = "aws_data_volume_throughput_mbps is 125 to 2000, and at most a quarter of aws_data_volume_iops."
  }
}

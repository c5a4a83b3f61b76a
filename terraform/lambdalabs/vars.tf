# SPDX-License-Identifier: MIT
# What Lambda Labs alone needs; shared.tf has the rest.

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

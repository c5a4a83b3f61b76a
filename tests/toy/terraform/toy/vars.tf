# SPDX-License-Identifier: MIT
# What Toy alone needs; shared.tf and network.tf have the rest.

locals {
  root_volume_most_gb = 32768
}

variable "toy_region" {
  description = "Region, for example phoenix."
  type        = string
  nullable    = false
}

variable "toy_domain" {
  description = "Availability domain, for example Uocm:PHX-AD-1."
  type        = string
  nullable    = false
}

variable "toy_shape" {
  description = "Shape and cores, for example VM.Flex-4."
  type        = string
  nullable    = false
}

variable "toy_image" {
  description = "Name of the image, the newest of several; it may end in a star."
  type        = string
  nullable    = false
}

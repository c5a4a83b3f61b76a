# SPDX-License-Identifier: MIT
# Credentials come from wherever the AWS CLI finds them: a profile, the environment, single sign-on.

terraform {
  required_version = ">= 1.9.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "6.66.0"
    }
  }
}

# In another account nothing of what is up is found, and terraform would take it for gone. The state tells which it is.

variable "account" {
  description = "Account that the nodes are in; null where nothing is up yet."
  type        = string
  default     = null
}

provider "aws" {
  region              = var.aws_region
  allowed_account_ids = var.account == null ? null : [var.account]
}

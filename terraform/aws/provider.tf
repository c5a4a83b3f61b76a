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

provider "aws" {
  region = var.aws_region
}

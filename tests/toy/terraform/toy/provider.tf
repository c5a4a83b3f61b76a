# SPDX-License-Identifier: MIT
# The key comes from TOY_API_KEY.

terraform {
  required_version = ">= 1.9.0"

  required_providers {
    toy = {
      source  = "example/toy"
      version = "1.0.0"
    }
  }
}

provider "toy" {
  region = var.toy_region
}

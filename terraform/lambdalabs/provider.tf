# SPDX-License-Identifier: MIT
# The API key comes from LAMBDALABS_API_KEY.

terraform {
  required_version = ">= 1.9.0"

  required_providers {
    lambdalabs = {
      source  = "elct9620/lambdalabs"
      version = "0.8.2"
    }
  }
}

provider "lambdalabs" {}

# SPDX-License-Identifier: MIT
# Credentials are those of `az login`; ARM_SUBSCRIPTION_ID names the subscription.

terraform {
  required_version = ">= 1.9.0"

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "4.73.0"
    }
  }
}

provider "azurerm" {
  features {}
}

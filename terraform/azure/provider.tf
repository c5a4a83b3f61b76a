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
  # Compute, Network and a few more are registered with the subscription where they are not; by default it would
  # be every service that azurerm once knew. https://registry.terraform.io/providers/hashicorp/azurerm/4.73.0/docs
  resource_provider_registrations = "core"

  # Nodes that expire have a schedule of this service, which is none of those.
  resource_providers_to_register = local.ending ? ["Microsoft.DevTestLab"] : []

  features {}
}

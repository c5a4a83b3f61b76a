# SPDX-License-Identifier: MIT
# Credentials are those of `gcloud auth application-default login`; GOOGLE_PROJECT names the project.

terraform {
  required_version = ">= 1.9.0"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "6.50.0"
    }
  }
}

provider "google" {
  region = var.gce_region
  zone   = var.gce_zone
}

# SPDX-License-Identifier: MIT
# What the variables refuse, before anything is planned.

mock_provider "azurerm" {}

variables {
  hosts_prefix                    = "kdevops"
  node_names                      = ["kdevops-1", "kdevops-2"]
  ssh_config_user                 = "kdevops"
  ssh_config_pubkey_file          = "key.pub"
  ssh_allowed_cidr                = "203.0.113.0/24"
  root_volume_size_gb             = 64
  azure_location                  = "eastus"
  azure_zone                      = "2"
  azure_vm_size                   = "Standard_D16s_v5"
  azure_image_publisher           = "Debian"
  azure_image_offer               = "debian-13"
  azure_image_sku                 = "13-gen2"
  azure_data_disk_count           = 0
  azure_data_disk_type            = null
  azure_data_disk_size_gb         = null
  azure_data_disk_iops            = null
  azure_data_disk_throughput_mbps = null
}

run "no_node" {
  command = plan

  variables {
    node_names = []
  }

  expect_failures = [var.node_names]
}

run "a_node_twice" {
  command = plan

  variables {
    node_names = ["kdevops-1", "kdevops-1"]
  }

  expect_failures = [var.node_names]
}

run "too_many_nodes" {
  command = plan

  variables {
    node_names = [for n in range(1001) : "kdevops-${n}"]
  }

  expect_failures = [var.node_names]
}

run "a_prefix_that_is_no_name" {
  command = plan

  variables {
    hosts_prefix = "-kdevops"
  }

  expect_failures = [var.hosts_prefix]
}

run "a_prefix_with_a_space" {
  command = plan

  variables {
    hosts_prefix = "my nodes"
  }

  expect_failures = [var.hosts_prefix]
}

run "a_user_that_is_no_name" {
  command = plan

  variables {
    ssh_config_user = "K Devops"
  }

  expect_failures = [var.ssh_config_user]
}

run "root_as_user" {
  command = plan

  variables {
    ssh_config_user = "root"
  }

  expect_failures = [var.ssh_config_user]
}

run "an_address_without_prefix" {
  command = plan

  variables {
    ssh_allowed_cidr = "203.0.113.7"
  }

  expect_failures = [var.ssh_allowed_cidr]
}

run "a_range_with_host_bits" {
  command = plan

  variables {
    ssh_allowed_cidr = "203.0.113.7/24"
  }

  expect_failures = [var.ssh_allowed_cidr]
}

run "an_ipv6_range" {
  command = plan

  variables {
    ssh_allowed_cidr = "2001:db8::/32"
  }

  expect_failures = [var.ssh_allowed_cidr]
}

run "an_empty_range" {
  command = plan

  variables {
    ssh_allowed_cidr = ""
  }

  expect_failures = [var.ssh_allowed_cidr]
}

run "a_root_volume_below_nothing" {
  command = plan

  variables {
    root_volume_size_gb = -1
  }

  expect_failures = [var.root_volume_size_gb]
}

run "a_root_volume_beyond_azure" {
  command = plan

  variables {
    root_volume_size_gb = 4096
  }

  expect_failures = [var.root_volume_size_gb]
}

run "a_zone_with_its_location" {
  command = plan

  variables {
    azure_zone = "eastus-1"
  }

  expect_failures = [var.azure_zone]
}

run "too_many_disks" {
  command = plan

  variables {
    azure_data_disk_count   = 21
    azure_data_disk_type    = "Premium_LRS"
    azure_data_disk_size_gb = 128
  }

  expect_failures = [var.azure_data_disk_count]
}

run "an_unknown_type" {
  command = plan

  variables {
    azure_data_disk_count   = 1
    azure_data_disk_type    = "Premium"
    azure_data_disk_size_gb = 128
  }

  expect_failures = [var.azure_data_disk_type]
}

run "disks_without_type" {
  command = plan

  variables {
    azure_data_disk_count   = 1
    azure_data_disk_size_gb = 128
  }

  expect_failures = [var.azure_data_disk_type]
}

run "a_small_disk" {
  command = plan

  variables {
    azure_data_disk_count   = 1
    azure_data_disk_type    = "Premium_LRS"
    azure_data_disk_size_gb = 3
  }

  expect_failures = [var.azure_data_disk_size_gb]
}

run "a_large_premium" {
  command = plan

  variables {
    azure_data_disk_count   = 1
    azure_data_disk_type    = "Premium_LRS"
    azure_data_disk_size_gb = 32768
  }

  expect_failures = [var.azure_data_disk_size_gb]
}

run "disks_without_size" {
  command = plan

  variables {
    azure_data_disk_count = 1
    azure_data_disk_type  = "Premium_LRS"
  }

  expect_failures = [var.azure_data_disk_size_gb]
}

run "iops_for_premium" {
  command = plan

  variables {
    azure_data_disk_count           = 1
    azure_data_disk_type            = "Premium_LRS"
    azure_data_disk_size_gb         = 128
    azure_data_disk_iops            = 3000
    azure_data_disk_throughput_mbps = 125
  }

  expect_failures = [var.azure_data_disk_iops]
}

run "ultra_without_iops" {
  command = plan

  variables {
    azure_data_disk_count   = 1
    azure_data_disk_type    = "UltraSSD_LRS"
    azure_data_disk_size_gb = 128
  }

  expect_failures = [var.azure_data_disk_iops]
}

run "iops_beyond_the_size" {
  command = plan

  variables {
    azure_data_disk_count           = 1
    azure_data_disk_type            = "PremiumV2_LRS"
    azure_data_disk_size_gb         = 100
    azure_data_disk_iops            = 50001
    azure_data_disk_throughput_mbps = 125
  }

  expect_failures = [var.azure_data_disk_iops]
}

run "iops_beyond_premium_v2" {
  command = plan

  variables {
    azure_data_disk_count           = 1
    azure_data_disk_type            = "PremiumV2_LRS"
    azure_data_disk_size_gb         = 1000
    azure_data_disk_iops            = 80001
    azure_data_disk_throughput_mbps = 125
  }

  expect_failures = [var.azure_data_disk_iops]
}

run "iops_without_throughput" {
  command = plan

  variables {
    azure_data_disk_count   = 1
    azure_data_disk_type    = "PremiumV2_LRS"
    azure_data_disk_size_gb = 128
    azure_data_disk_iops    = 3000
  }

  expect_failures = [var.azure_data_disk_throughput_mbps]
}

run "throughput_beyond_the_iops" {
  command = plan

  variables {
    azure_data_disk_count           = 1
    azure_data_disk_type            = "PremiumV2_LRS"
    azure_data_disk_size_gb         = 128
    azure_data_disk_iops            = 3000
    azure_data_disk_throughput_mbps = 751
  }

  expect_failures = [var.azure_data_disk_throughput_mbps]
}

# SPDX-License-Identifier: MIT
# `terraform test` with a provider that makes up its answers.

mock_provider "azurerm" {
  mock_resource "azurerm_linux_virtual_machine" {
    defaults = { public_ip_address = "203.0.113.9", private_ip_address = "10.20.0.9" }
  }
}

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
  azure_image_plan                = "none"
  azure_boot_modes                = "V1,V2"
  azure_image_boot_modes          = "V2"
  azure_trusted_launch            = false
  azure_accelerated_networking    = true
  azure_premium_disks             = true
  azure_max_data_volumes          = 20
  azure_data_disk_count           = 0
  azure_data_disk_type            = null
  azure_data_disk_size_gb         = null
  azure_data_disk_iops            = null
  azure_data_disk_throughput_mbps = null
}

run "nodes" {
  assert {
    condition     = { for name, node in azurerm_linux_virtual_machine.node : name => node.size } == { kdevops-1 = "Standard_D16s_v5", kdevops-2 = "Standard_D16s_v5" }
    error_message = "one machine of the size for each name"
  }

  assert {
    condition     = alltrue([for name, node in azurerm_linux_virtual_machine.node : node.name == name && node.tags == tomap({ Name = name, managed-by = "cloud-kconfig" })])
    error_message = "names and tags"
  }

  assert {
    condition     = alltrue([for node in azurerm_linux_virtual_machine.node : node.location == "eastus" && node.zone == "2"])
    error_message = "location and zone"
  }

  assert {
    condition     = alltrue([for ip in azurerm_public_ip.node : ip.zones == toset(["2"]) && ip.sku == "Standard"])
    error_message = "an address of the same zone"
  }

  assert {
    condition     = alltrue([for nic in azurerm_network_interface.node : nic.accelerated_networking_enabled])
    error_message = "accelerated networking where the size takes it"
  }

  assert {
    condition     = alltrue([for name, nic in azurerm_network_interface.node : nic.ip_configuration[0].public_ip_address_id == azurerm_public_ip.node[name].id])
    error_message = "which its interface has"
  }

  assert {
    condition = alltrue([
      for node in azurerm_linux_virtual_machine.node :
      join(":", [for part in ["publisher", "offer", "sku", "version"] : node.source_image_reference[0][part]]) == "Debian:debian-13:13-gen2:latest"
    ])
    error_message = "the latest version of the image"
  }

  assert {
    condition     = alltrue([for node in azurerm_linux_virtual_machine.node : length(node.plan) == 0])
    error_message = "Debian is not sold, so it has no plan"
  }

  assert {
    condition = alltrue([
      for node in azurerm_linux_virtual_machine.node :
      node.admin_username == "kdevops" && one(node.admin_ssh_key).username == "kdevops" && startswith(one(node.admin_ssh_key).public_key, "ssh-ed25519 ")
    ])
    error_message = "the user and the key"
  }

  assert {
    condition     = output.nodes["kdevops-2"] == { public_ip = "203.0.113.9", private_ip = "10.20.0.9" } && output.ssh_user == "kdevops"
    error_message = "outputs"
  }
}

run "security" {
  assert {
    condition     = azurerm_network_security_rule.ssh.source_address_prefix == "203.0.113.0/24"
    error_message = "SSH is open to the allowed range alone"
  }

  assert {
    condition     = azurerm_network_security_rule.ssh.destination_port_range == "22" && azurerm_network_security_rule.ssh.protocol == "Tcp" && azurerm_network_security_rule.ssh.direction == "Inbound"
    error_message = "and only SSH"
  }

  assert {
    condition     = azurerm_subnet_network_security_group_association.nodes.network_security_group_id == azurerm_network_security_group.nodes.id && azurerm_subnet_network_security_group_association.nodes.subnet_id == azurerm_subnet.nodes.id
    error_message = "the rule is for the network of the nodes"
  }

  assert {
    condition     = alltrue([for nic in azurerm_network_interface.node : nic.ip_configuration[0].subnet_id == azurerm_subnet.nodes.id])
    error_message = "which their interfaces are in"
  }

  assert {
    condition     = alltrue([for name, node in azurerm_linux_virtual_machine.node : node.network_interface_ids == tolist([azurerm_network_interface.node[name].id])])
    error_message = "and no interface is elsewhere"
  }

  assert {
    condition     = alltrue([for node in azurerm_linux_virtual_machine.node : node.disable_password_authentication])
    error_message = "no passwords"
  }

  assert {
    condition     = alltrue([for node in azurerm_linux_virtual_machine.node : node.secure_boot_enabled != true && node.vtpm_enabled != true])
    error_message = "kernels that are not signed boot"
  }
}

run "os_disk_as_asked" {
  assert {
    condition     = alltrue([for node in azurerm_linux_virtual_machine.node : node.os_disk[0].disk_size_gb == 64])
    error_message = "64 GiB, as asked"
  }
}

run "os_disk_as_the_image_has_it" {
  variables {
    root_volume_size_gb = 0
  }

  assert {
    condition     = alltrue([for node in azurerm_linux_virtual_machine.node : node.os_disk[0].disk_size_gb == null])
    error_message = "no size is sent"
  }
}

run "no_zone" {
  variables {
    azure_zone              = null
    azure_data_disk_count   = 1
    azure_data_disk_type    = "Premium_LRS"
    azure_data_disk_size_gb = 128
  }

  assert {
    condition     = alltrue([for each in concat(values(azurerm_linux_virtual_machine.node), values(azurerm_managed_disk.data)) : each.zone == null])
    error_message = "neither nodes nor disks are in a zone"
  }

  assert {
    condition     = alltrue([for ip in azurerm_public_ip.node : ip.zones == null])
    error_message = "nor the addresses"
  }
}

run "an_image_with_a_plan" {
  variables {
    azure_image_publisher = "resf"
    azure_image_offer     = "rockylinux-x86_64"
    azure_image_sku       = "9-base"
    azure_image_plan      = "resf/rockylinux/9"
  }

  assert {
    condition     = alltrue([for node in azurerm_linux_virtual_machine.node : join(":", [node.plan[0].publisher, node.plan[0].product, node.plan[0].name]) == "resf:rockylinux:9"])
    error_message = "the plan is named"
  }
}

run "a_key_that_azure_does_not_take" {
  command = plan

  variables {
    ssh_config_pubkey_file = "ecdsa.pub"
  }

  expect_failures = [azurerm_linux_virtual_machine.node]
}

run "no_disks_unasked" {
  assert {
    condition     = length(azurerm_managed_disk.data) == 0 && length(azurerm_virtual_machine_data_disk_attachment.data) == 0
    error_message = "no data disks"
  }
}

run "premium_disks" {
  variables {
    azure_data_disk_count   = 2
    azure_data_disk_type    = "Premium_LRS"
    azure_data_disk_size_gb = 128
  }

  assert {
    condition     = keys(azurerm_managed_disk.data) == ["kdevops-1-data-1", "kdevops-1-data-2", "kdevops-2-data-1", "kdevops-2-data-2"]
    error_message = "two for each node"
  }

  assert {
    condition = alltrue([
      for d in azurerm_managed_disk.data :
      d.storage_account_type == "Premium_LRS" && d.disk_size_gb == 128 && d.zone == "2" && d.disk_iops_read_write == null && d.disk_mbps_read_write == null
    ])
    error_message = "as asked, in the zone of the nodes, with neither IOPS nor throughput"
  }

  assert {
    condition = alltrue([
      for name, a in azurerm_virtual_machine_data_disk_attachment.data :
      a.managed_disk_id == azurerm_managed_disk.data[name].id && a.virtual_machine_id == azurerm_linux_virtual_machine.node[substr(name, 0, 9)].id && a.caching == "None"
    ])
    error_message = "each at its node"
  }

  assert {
    condition     = [for a in values(azurerm_virtual_machine_data_disk_attachment.data) : a.lun] == [0, 1, 0, 1]
    error_message = "each at a number of its own"
  }

  assert {
    condition     = alltrue([for node in azurerm_linux_virtual_machine.node : length(node.additional_capabilities) == 0])
    error_message = "nothing of Ultra disks is said"
  }
}

run "premium_v2_disks" {
  variables {
    azure_data_disk_count           = 1
    azure_data_disk_type            = "PremiumV2_LRS"
    azure_data_disk_size_gb         = 100
    azure_data_disk_iops            = 20000
    azure_data_disk_throughput_mbps = 600
  }

  assert {
    condition     = alltrue([for d in azurerm_managed_disk.data : d.disk_iops_read_write == 20000 && d.disk_mbps_read_write == 600])
    error_message = "IOPS and throughput as asked"
  }
}

run "ultra_disks" {
  variables {
    azure_data_disk_count           = 1
    azure_data_disk_type            = "UltraSSD_LRS"
    azure_data_disk_size_gb         = 100
    azure_data_disk_iops            = 100000
    azure_data_disk_throughput_mbps = 4000
  }

  assert {
    condition     = alltrue([for node in azurerm_linux_virtual_machine.node : node.additional_capabilities[0].ultra_ssd_enabled])
    error_message = "the nodes are made for Ultra disks"
  }
}

run "nodes_that_expire" {
  variables {
    stamp = { tags = { created = "2026-11-26T23:10:30Z" }, expires = "2026-11-27T07:10:30Z", seconds = 28800 }
  }

  assert {
    condition     = keys(azurerm_dev_test_global_vm_shutdown_schedule.node) == ["kdevops-1", "kdevops-2"]
    error_message = "a schedule for each node"
  }

  assert {
    condition = alltrue([
      for name, each in azurerm_dev_test_global_vm_shutdown_schedule.node :
      each.virtual_machine_id == azurerm_linux_virtual_machine.node[name].id && each.location == "eastus" && each.tags["created"] == "2026-11-26T23:10:30Z"
    ])
    error_message = "where the node is, with its tags"
  }

  assert {
    condition = alltrue([
      for each in azurerm_dev_test_global_vm_shutdown_schedule.node :
      each.daily_recurrence_time == "0710" && each.timezone == "UTC" && each.enabled != false && each.notification_settings[0].enabled == false
    ])
    error_message = "at the minute at which they expire, without a mail"
  }
}

run "a_whole_day" {
  variables {
    stamp = { tags = {}, expires = "2026-11-27T23:59:59Z", seconds = 86400 }
  }

  assert {
    condition     = [for each in azurerm_dev_test_global_vm_shutdown_schedule.node : each.daily_recurrence_time] == ["2359", "2359"]
    error_message = "24 hours are the most"
  }
}

run "longer_than_a_day" {
  variables {
    stamp = { tags = {}, expires = "2026-11-28T00:00:00Z", seconds = 86401 }
  }

  assert {
    condition     = length(azurerm_dev_test_global_vm_shutdown_schedule.node) == 0
    error_message = "a schedule would end them a day too early"
  }
}

run "no_end" {
  assert {
    condition     = length(azurerm_dev_test_global_vm_shutdown_schedule.node) == 0
    error_message = "no schedule"
  }
}

# What the variables refuse. tests/terraform/shared.tftest.hcl has those of all modules, test_volumes.py those of
# data volumes.

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

run "more_disks_than_the_size_takes" {
  command = plan

  variables {
    azure_max_data_volumes  = 4
    azure_data_disk_count   = 5
    azure_data_disk_type    = "Premium_LRS"
    azure_data_disk_size_gb = 128
  }

  expect_failures = [var.azure_data_disk_count]
}

run "an_image_that_the_size_does_not_boot" {
  command = plan

  variables {
    azure_boot_modes       = "V2+NVMe"
    azure_image_boot_modes = "V2"
  }

  expect_failures = [var.azure_image_boot_modes]
}

run "either_controller" {
  variables {
    azure_boot_modes       = "V2,V2+NVMe"
    azure_image_boot_modes = "V2,V2+NVMe"
  }

  assert {
    condition     = alltrue([for node in azurerm_linux_virtual_machine.node : node.disk_controller_type == null])
    error_message = "Azure chooses the controller"
  }
}

run "nvme_alone" {
  variables {
    azure_boot_modes       = "V2+NVMe"
    azure_image_boot_modes = "V2,V2+NVMe"
  }

  assert {
    condition     = alltrue([for node in azurerm_linux_virtual_machine.node : node.disk_controller_type == "NVMe"])
    error_message = "NVMe is requested"
  }
}

run "nvme_alone_and_a_custom_image" {
  variables {
    azure_boot_modes       = "V2+NVMe"
    azure_image_boot_modes = "any"
  }

  assert {
    condition     = alltrue([for node in azurerm_linux_virtual_machine.node : node.disk_controller_type == "NVMe"])
    error_message = "NVMe is requested"
  }
}

run "trusted_launch" {
  variables {
    azure_trusted_launch = true
  }

  assert {
    condition     = alltrue([for node in azurerm_linux_virtual_machine.node : node.vtpm_enabled && node.secure_boot_enabled == false])
    error_message = "with a vTPM, and secure boot explicitly off"
  }
}

run "confidential" {
  variables {
    azure_boot_modes       = "V2+CVM"
    azure_image_boot_modes = "V2+CVM"
  }

  assert {
    condition     = alltrue([for node in azurerm_linux_virtual_machine.node : node.vtpm_enabled && node.secure_boot_enabled == false && node.os_disk[0].security_encryption_type == "VMGuestStateOnly"])
    error_message = "a vTPM and an encrypted guest state"
  }

  assert {
    condition     = alltrue([for node in azurerm_linux_virtual_machine.node : node.disk_controller_type == null])
    error_message = "on SCSI"
  }
}

run "no_accelerated_networking" {
  variables {
    azure_accelerated_networking = false
  }

  assert {
    condition     = alltrue([for nic in azurerm_network_interface.node : nic.accelerated_networking_enabled == false])
    error_message = "a size without it"
  }
}

run "no_premium_disks" {
  command = plan

  variables {
    azure_premium_disks     = false
    azure_data_disk_count   = 1
    azure_data_disk_type    = "Premium_LRS"
    azure_data_disk_size_gb = 128
  }

  expect_failures = [var.azure_data_disk_type]
}

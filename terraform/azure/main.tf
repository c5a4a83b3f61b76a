# SPDX-License-Identifier: MIT
# Nodes on Azure with their resource group, network, firewall and data disks.

locals {
  tags = merge({ managed-by = "cloud-kconfig" }, var.stamp.tags)

  # "prefix-1-data-2" = the node, and the number of the disk from 0.
  data_disks = {
    for pair in setproduct(var.node_names, range(var.azure_data_disk_count)) :
    "${pair[0]}-data-${pair[1] + 1}" => { node = pair[0], number = pair[1] }
  }

  # A machine has to name the plan of a Marketplace image, also of one that is free. Its terms are accepted once
  # per subscription: az vm image terms accept --publisher P --offer O --plan SKU
  # https://learn.microsoft.com/azure/virtual-machines/linux/cli-ps-findimage#check-the-purchase-plan-information
  plan = var.azure_image_plan == "none" ? null : split("/", var.azure_image_plan)

  # How size and image can start together. NVMe is requested where there is no other way; else Azure chooses.
  modes        = split(",", var.azure_boot_modes)
  boot_modes   = var.azure_image_boot_modes == "any" ? local.modes : [for mode in local.modes : mode if contains(split(",", var.azure_image_boot_modes), mode)]
  nvme         = length(local.boot_modes) > 0 && alltrue([for mode in local.boot_modes : endswith(mode, "+NVMe")])
  confidential = contains(local.boot_modes, "V2+CVM")

  # A schedule recurs every day. So the time of a node that expires within a day is that of its only shutdown, to the
  # minute; one that has longer would be shut down too early, and gets none. `make` refuses more than 24 hours.
  ending = try(var.stamp.seconds <= 24 * 3600, false)

  nodes = {
    for name, node in azurerm_linux_virtual_machine.node :
    name => { public_ip = node.public_ip_address, private_ip = node.private_ip_address }
  }
}

# The network.

resource "azurerm_resource_group" "nodes" {
  name     = var.hosts_prefix
  location = var.azure_location
  tags     = local.tags
}

resource "azurerm_virtual_network" "nodes" {
  name                = var.hosts_prefix
  resource_group_name = azurerm_resource_group.nodes.name
  location            = azurerm_resource_group.nodes.location
  address_space       = ["10.20.0.0/16"]
  tags                = local.tags
}

resource "azurerm_subnet" "nodes" {
  name                 = var.hosts_prefix
  resource_group_name  = azurerm_resource_group.nodes.name
  virtual_network_name = azurerm_virtual_network.nodes.name
  address_prefixes     = ["10.20.0.0/20"]
}

# In: SSH from the allowed range, and, by Azure's default rules, anything from node to node. Out: anything.
# https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview#default-security-rules

resource "azurerm_network_security_group" "nodes" {
  name                = var.hosts_prefix
  resource_group_name = azurerm_resource_group.nodes.name
  location            = azurerm_resource_group.nodes.location
  tags                = local.tags
}

resource "azurerm_network_security_rule" "ssh" {
  name                        = "ssh"
  resource_group_name         = azurerm_resource_group.nodes.name
  network_security_group_name = azurerm_network_security_group.nodes.name
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_address_prefix       = var.ssh_allowed_cidr
  source_port_range           = "*"
  destination_address_prefix  = "*"
  destination_port_range      = "22"
}

resource "azurerm_subnet_network_security_group_association" "nodes" {
  subnet_id                 = azurerm_subnet.nodes.id
  network_security_group_id = azurerm_network_security_group.nodes.id
}

resource "azurerm_public_ip" "node" {
  for_each = toset(var.node_names)

  name                = each.key
  resource_group_name = azurerm_resource_group.nodes.name
  location            = azurerm_resource_group.nodes.location
  sku                 = "Standard"
  allocation_method   = "Static"
  zones               = var.azure_zone == null ? null : [var.azure_zone]
  tags                = local.tags
}

resource "azurerm_network_interface" "node" {
  for_each = toset(var.node_names)

  name                = each.key
  resource_group_name = azurerm_resource_group.nodes.name
  location            = azurerm_resource_group.nodes.location
  tags                = local.tags

  accelerated_networking_enabled = var.azure_accelerated_networking

  ip_configuration {
    name                          = "node"
    subnet_id                     = azurerm_subnet.nodes.id
    private_ip_address_allocation = "Dynamic"
    public_ip_address_id          = azurerm_public_ip.node[each.key].id
  }
}

# The nodes. Secure boot is off, because self-built kernels are unsigned. Where size and image take Trusted Launch
# it is requested with a vTPM and secure boot off: a machine that requests nothing gets Azure's default, which is to
# become Trusted Launch with secure boot on.
# https://learn.microsoft.com/azure/virtual-machines/trusted-launch#preview-trusted-launch-as-default

resource "azurerm_linux_virtual_machine" "node" {
  for_each = toset(var.node_names)

  name                            = each.key
  resource_group_name             = azurerm_resource_group.nodes.name
  location                        = azurerm_resource_group.nodes.location
  zone                            = var.azure_zone
  size                            = var.azure_vm_size
  network_interface_ids           = [azurerm_network_interface.node[each.key].id]
  admin_username                  = var.ssh_config_user
  disable_password_authentication = true
  disk_controller_type            = local.nvme ? "NVMe" : null
  secure_boot_enabled             = false
  vtpm_enabled                    = var.azure_trusted_launch || local.confidential
  tags                            = merge(local.tags, { Name = each.key })

  admin_ssh_key {
    username   = var.ssh_config_user
    public_key = local.public_key
  }

  source_image_reference {
    publisher = var.azure_image_publisher
    offer     = var.azure_image_offer
    sku       = var.azure_image_sku
    version   = "latest"
  }

  dynamic "plan" {
    for_each = local.plan == null ? [] : [local.plan]

    content {
      publisher = plan.value[0]
      product   = plan.value[1]
      name      = plan.value[2]
    }
  }

  # Azure encrypts every managed disk at rest with a key of its own; no argument turns it on or off:
  # https://learn.microsoft.com/azure/virtual-machines/disk-encryption
  os_disk {
    name                 = "${each.key}-os"
    caching              = "ReadWrite"
    storage_account_type = "StandardSSD_LRS"
    disk_size_gb         = var.root_volume_size_gb > 0 ? var.root_volume_size_gb : null

    # A confidential machine: its state is encrypted with a key that it alone has, its disk as everybody's is.
    security_encryption_type = local.confidential ? "VMGuestStateOnly" : null
  }

  # An Ultra disk can only be attached to a machine with this capability.
  dynamic "additional_capabilities" {
    for_each = var.azure_data_disk_count > 0 && var.azure_data_disk_type == "UltraSSD_LRS" ? [true] : []

    content {
      ultra_ssd_enabled = additional_capabilities.value
    }
  }

  # The serial console shows why a kernel does not boot.
  boot_diagnostics {}

  lifecycle {
    precondition {
      condition     = can(regex("^ssh-(rsa|ed25519) ", local.public_key))
      error_message = "Azure takes ED25519 and RSA keys only, and ${var.ssh_config_pubkey_file} is of another type: ssh-keygen -t ed25519 makes one."
    }
  }

  depends_on = [azurerm_subnet_network_security_group_association.nodes, azurerm_network_security_rule.ssh]
}

# What ends a node: it is deallocated, which leaves its disks and its address. Someone who starts it again has it for
# a day. https://learn.microsoft.com/azure/virtual-machines/auto-shutdown-vm

resource "azurerm_dev_test_global_vm_shutdown_schedule" "node" {
  for_each = local.ending ? toset(var.node_names) : []

  virtual_machine_id    = azurerm_linux_virtual_machine.node[each.key].id
  location              = azurerm_resource_group.nodes.location
  daily_recurrence_time = formatdate("hhmm", var.stamp.expires)
  timezone              = "UTC"
  tags                  = local.tags

  notification_settings {
    enabled = false
  }
}

# Disks survive the replacement of their node.

resource "azurerm_managed_disk" "data" {
  for_each = local.data_disks

  name                 = each.key
  resource_group_name  = azurerm_resource_group.nodes.name
  location             = azurerm_resource_group.nodes.location
  zone                 = var.azure_zone
  create_option        = "Empty"
  storage_account_type = var.azure_data_disk_type
  disk_size_gb         = var.azure_data_disk_size_gb
  disk_iops_read_write = var.azure_data_disk_iops
  disk_mbps_read_write = var.azure_data_disk_throughput_mbps
  tags                 = merge(local.tags, { Name = each.key })
}

resource "azurerm_virtual_machine_data_disk_attachment" "data" {
  for_each = local.data_disks

  virtual_machine_id = azurerm_linux_virtual_machine.node[each.value.node].id
  managed_disk_id    = azurerm_managed_disk.data[each.key].id
  lun                = each.value.number
  caching            = "None" # the only value for all types; a filesystem test should reach the disk
}

# SPDX-License-Identifier: MIT
# Nodes on Compute Engine with their network, firewall and data disks.

locals {
  # Labels take lower-case letters, digits, hyphens and underscores, 63 at most.
  # https://cloud.google.com/compute/docs/labeling-resources#requirements
  labels = merge(
    { managed-by = "cloud-kconfig" },
    { for key, text in var.stamp.tags : key => substr(lower(replace(text, ":", "-")), 0, 63) }
  )

  nodes = {
    for name, node in google_compute_instance.node :
    name => { public_ip = node.network_interface[0].access_config[0].nat_ip, private_ip = node.network_interface[0].network_ip }
  }

  # "prefix-1-data-2" = the node, and the number of the disk from 0.
  data_disks = {
    for pair in setproduct(var.node_names, range(var.gce_data_disk_count)) :
    "${pair[0]}-data-${pair[1] + 1}" => { node = pair[0], number = pair[1] }
  }

  # Fedora CoreOS has Ignition instead of a guest agent: https://coreos.github.io/ignition/configuration-v3_0/
  ignition = jsonencode({
    ignition = { version = "3.0.0" }
    passwd   = { users = [{ name = var.ssh_config_user, groups = ["sudo", "wheel"], sshAuthorizedKeys = [local.public_key] }] }
  })

  # Machines that take no Persistent Disk: every series from the fourth generation on (c4, n4d, m4, x4, g4, h4d, ...)
  # and bare metal. https://cloud.google.com/compute/docs/disks/hyperdisks#machine-type-support
  generation     = tonumber(regex("^[a-z]+([0-9]+)", var.gce_machine_type)[0])
  hyperdisk_only = local.generation >= 4 || local.is_metal

  boot_disk_type = local.hyperdisk_only ? "hyperdisk-balanced" : "pd-balanced"
  data_disk_type = (
    local.hyperdisk_only && startswith(coalesce(var.gce_data_disk_type, "pd-"), "pd-") ?
    "hyperdisk-balanced" : var.gce_data_disk_type
  )

  # Machines with GPUs or other accelerators (a3, g2, ...), bare metal, the HPC series (h3, h4d), and the sizes of Z3
  # with more than 18,000 GiB of local SSD cannot be migrated live; they have to be configured to stop for maintenance.
  # g1-small is the oldest shared core.
  # https://docs.cloud.google.com/compute/docs/instances/setting-vm-host-options#limitations
  migrates = !(
    var.gce_is_gpu_instance || local.is_metal ||
    can(regex("^(a[0-9]|g[2-9]|h[0-9]|z3-[a-z]+-(88-highlssd|176-standardlssd))", var.gce_machine_type))
  )
}

# The network. In: SSH from the allowed range, and anything from node to node. Out: anything.

resource "google_compute_network" "nodes" {
  name                    = var.hosts_prefix
  auto_create_subnetworks = false
}

resource "google_compute_subnetwork" "nodes" {
  name          = var.hosts_prefix
  region        = var.gce_region
  network       = google_compute_network.nodes.id
  ip_cidr_range = "10.20.0.0/20"
}

resource "google_compute_firewall" "ssh" {
  name          = "${var.hosts_prefix}-ssh"
  network       = google_compute_network.nodes.id
  direction     = "INGRESS"
  source_ranges = [var.ssh_allowed_cidr]

  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
}

resource "google_compute_firewall" "between_nodes" {
  name          = "${var.hosts_prefix}-between-nodes"
  network       = google_compute_network.nodes.id
  direction     = "INGRESS"
  source_ranges = [google_compute_subnetwork.nodes.ip_cidr_range]

  allow {
    protocol = "all"
  }
}

# The nodes. Secure boot stays off, the default: self-built kernels are unsigned. Google encrypts every disk at
# rest: https://cloud.google.com/compute/docs/disks/disk-encryption

resource "google_compute_instance" "node" {
  for_each = toset(var.node_names)

  name                      = each.key
  zone                      = var.gce_zone
  machine_type              = var.gce_machine_type
  allow_stopping_for_update = true
  desired_status            = "RUNNING" # bringup starts a node that was stopped
  labels                    = merge(local.labels, { name = each.key })

  boot_disk {
    initialize_params {
      image  = "${var.gce_image_project}/${var.gce_image_family}"
      type   = local.boot_disk_type
      size   = var.root_volume_size_gb > 0 ? var.root_volume_size_gb : null
      labels = local.labels
    }
  }

  network_interface {
    subnetwork = google_compute_subnetwork.nodes.id

    access_config {} # a public address
  }

  # The guest agent creates the user, who may use sudo; keys of the project are not accepted.
  # https://cloud.google.com/compute/docs/connect/add-ssh-keys#metadata
  metadata = merge(
    {
      ssh-keys               = "${var.ssh_config_user}:${local.public_key}"
      block-project-ssh-keys = "TRUE"
      enable-oslogin         = "FALSE"
    },
    var.gce_image_project == "fedora-coreos-cloud" ? { user-data = local.ignition } : {}
  )

  scheduling {
    on_host_maintenance = local.migrates ? null : "TERMINATE"
    automatic_restart   = var.stamp.seconds == null

    # https://cloud.google.com/compute/docs/instances/limit-vm-runtime
    instance_termination_action = var.stamp.seconds == null ? null : "DELETE"

    dynamic "max_run_duration" {
      for_each = var.stamp.seconds == null ? [] : [var.stamp.seconds]

      content {
        seconds = max_run_duration.value
      }
    }
  }

  # https://cloud.google.com/compute/docs/instances/nested-virtualization/enabling
  dynamic "advanced_machine_features" {
    for_each = var.gce_nested_virtualization == true ? [true] : []

    content {
      enable_nested_virtualization = advanced_machine_features.value
    }
  }

  lifecycle {
    # attached_disk is managed by google_compute_attached_disk. Types with local SSDs of their own, as Z3, get
    # scratch disks that nobody asked for, and Google may label the boot disk: each would replace the node.
    # https://github.com/hashicorp/terraform-provider-google/issues/19648
    ignore_changes = [attached_disk, scratch_disk, boot_disk[0].initialize_params[0].labels]
  }

  depends_on = [google_compute_firewall.ssh]
}

# Disks survive the replacement of their node.

resource "google_compute_disk" "data" {
  for_each = local.data_disks

  name   = each.key
  zone   = var.gce_zone
  type   = local.data_disk_type
  size   = var.gce_data_disk_size_gb
  labels = merge(local.labels, { name = each.key })

  # A Hyperdisk that replaces a Persistent Disk gets the default figures.
  provisioned_iops       = var.gce_data_disk_iops
  provisioned_throughput = var.gce_data_disk_throughput_mbps
}

resource "google_compute_attached_disk" "data" {
  for_each = local.data_disks

  instance    = google_compute_instance.node[each.value.node].id
  disk        = google_compute_disk.data[each.key].id
  device_name = "data-${each.value.number + 1}" # /dev/disk/by-id/google-data-1
}

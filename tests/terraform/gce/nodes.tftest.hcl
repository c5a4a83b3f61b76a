# SPDX-License-Identifier: MIT
# `terraform test` with a provider that makes up its answers.

mock_provider "google" {}

variables {
  hosts_prefix                  = "kdevops"
  node_names                    = ["kdevops-1", "kdevops-2"]
  ssh_config_user               = "kdevops"
  ssh_config_pubkey_file        = "key.pub"
  ssh_allowed_cidr              = "203.0.113.0/24"
  root_volume_size_gb           = 64
  gce_region                    = "us-central1"
  gce_zone                      = "us-central1-a"
  gce_machine_type              = "n2-standard-16"
  gce_is_gpu_instance           = false
  gce_image_project             = "debian-cloud"
  gce_image_family              = "debian-13"
  gce_nested_virtualization     = false
  gce_max_data_volumes          = 20
  gce_data_disk_count           = 0
  gce_data_disk_type            = null
  gce_data_disk_size_gb         = null
  gce_data_disk_iops            = null
  gce_data_disk_throughput_mbps = null
}

run "nodes" {
  assert {
    condition     = { for name, node in google_compute_instance.node : name => node.machine_type } == { kdevops-1 = "n2-standard-16", kdevops-2 = "n2-standard-16" }
    error_message = "one machine of the type for each name"
  }

  assert {
    condition     = alltrue([for name, node in google_compute_instance.node : node.name == name && node.labels == tomap({ name = name, managed-by = "cloud-kconfig" })])
    error_message = "names and labels"
  }

  assert {
    condition     = alltrue([for node in google_compute_instance.node : node.zone == "us-central1-a"]) && google_compute_subnetwork.nodes.region == "us-central1"
    error_message = "region and zone"
  }

  assert {
    condition     = alltrue([for node in google_compute_instance.node : node.boot_disk[0].initialize_params[0].image == "debian-cloud/debian-13"])
    error_message = "the image of the family"
  }

  assert {
    condition     = alltrue([for node in google_compute_instance.node : startswith(node.metadata["ssh-keys"], "kdevops:ssh-ed25519 ") && !strcontains(node.metadata["ssh-keys"], "\n")])
    error_message = "the user and the key"
  }

  assert {
    condition     = output.nodes["kdevops-2"] == { public_ip = google_compute_instance.node["kdevops-2"].network_interface[0].access_config[0].nat_ip, private_ip = google_compute_instance.node["kdevops-2"].network_interface[0].network_ip } && output.ssh_user == "kdevops"
    error_message = "outputs"
  }
}

run "security" {
  assert {
    condition     = google_compute_firewall.ssh.source_ranges == toset(["203.0.113.0/24"])
    error_message = "SSH is open to the allowed range alone"
  }

  assert {
    condition     = one(google_compute_firewall.ssh.allow).protocol == "tcp" && one(google_compute_firewall.ssh.allow).ports == tolist(["22"])
    error_message = "and only SSH"
  }

  assert {
    condition     = google_compute_firewall.between_nodes.source_ranges == toset([google_compute_subnetwork.nodes.ip_cidr_range]) && google_compute_subnetwork.nodes.ip_cidr_range == "10.20.0.0/20"
    error_message = "the other rule is for the nodes themselves"
  }

  assert {
    condition     = alltrue([for node in google_compute_instance.node : node.network_interface[0].subnetwork == google_compute_subnetwork.nodes.id])
    error_message = "the nodes are in the network"
  }

  assert {
    condition     = alltrue([for node in google_compute_instance.node : node.metadata["block-project-ssh-keys"] == "TRUE" && node.metadata["enable-oslogin"] == "FALSE"])
    error_message = "no other keys get in"
  }
}

run "no_user_data_unasked" {
  assert {
    condition     = alltrue([for node in google_compute_instance.node : !contains(keys(node.metadata), "user-data")])
    error_message = "the guest agent needs none"
  }
}

run "an_image_with_ignition" {
  variables {
    gce_image_project = "fedora-coreos-cloud"
    gce_image_family  = "fedora-coreos-stable"
  }

  assert {
    condition = alltrue([
      for node in google_compute_instance.node :
      jsondecode(node.metadata["user-data"]).passwd.users[0].name == "kdevops" &&
      startswith(jsondecode(node.metadata["user-data"]).passwd.users[0].sshAuthorizedKeys[0], "ssh-ed25519 ")
    ])
    error_message = "Ignition makes the user"
  }
}

run "boot_disk_as_asked" {
  assert {
    condition     = alltrue([for node in google_compute_instance.node : node.boot_disk[0].initialize_params[0].size == 64 && node.boot_disk[0].initialize_params[0].type == "pd-balanced"])
    error_message = "64 GB, as asked"
  }
}

run "boot_disk_as_the_image_has_it" {
  variables {
    root_volume_size_gb = 0
  }

  assert {
    condition     = alltrue([for node in google_compute_instance.node : node.boot_disk[0].initialize_params[0].size == null])
    error_message = "no size is sent"
  }
}

run "no_nested_virtualization_unasked" {
  assert {
    condition     = alltrue([for node in google_compute_instance.node : length(node.advanced_machine_features) == 0])
    error_message = "advanced_machine_features is not sent"
  }
}

run "nested_virtualization" {
  variables {
    gce_nested_virtualization = true
  }

  assert {
    condition     = alltrue([for node in google_compute_instance.node : node.advanced_machine_features[0].enable_nested_virtualization])
    error_message = "nested virtualization is on"
  }
}

run "migrated_live" {
  assert {
    condition     = alltrue([for node in google_compute_instance.node : node.scheduling[0].on_host_maintenance == null && node.scheduling[0].automatic_restart])
    error_message = "nothing is said for a plain machine, which is migrated"
  }
}

run "gpus_are_not_migrated" {
  variables {
    gce_machine_type    = "g2-standard-48"
    gce_is_gpu_instance = true
  }

  assert {
    condition     = alltrue([for node in google_compute_instance.node : node.scheduling[0].on_host_maintenance == "TERMINATE"])
    error_message = "a machine with GPUs is stopped"
  }
}

run "bare_metal_is_not_migrated" {
  variables {
    gce_machine_type = "c3-standard-192-metal"
  }

  assert {
    condition     = alltrue([for node in google_compute_instance.node : node.scheduling[0].on_host_maintenance == "TERMINATE" && node.boot_disk[0].initialize_params[0].type == "hyperdisk-balanced"])
    error_message = "bare metal is stopped, and boots from Hyperdisk"
  }
}

run "the_largest_local_disks_are_not_migrated" {
  variables {
    gce_machine_type = "z3-highmem-88-highlssd"
  }

  assert {
    condition     = alltrue([for node in google_compute_instance.node : node.scheduling[0].on_host_maintenance == "TERMINATE"])
    error_message = "more than 18,000 GiB of local SSD stop for maintenance"
  }
}

run "smaller_local_disks_are_migrated" {
  variables {
    gce_machine_type = "z3-highmem-88-standardlssd"
  }

  assert {
    condition     = alltrue([for node in google_compute_instance.node : node.scheduling[0].on_host_maintenance == null])
    error_message = "18,000 GiB of local SSD and less are migrated live"
  }
}

run "a_part_of_a_gpu_is_not_migrated" {
  variables {
    gce_machine_type    = "g4-standard-6"
    gce_is_gpu_instance = true
  }

  assert {
    condition     = alltrue([for node in google_compute_instance.node : node.scheduling[0].on_host_maintenance == "TERMINATE"])
    error_message = "an eighth of a GPU stops for maintenance as a whole one does"
  }
}

run "accelerators_that_are_no_gpus_are_not_migrated" {
  variables {
    gce_machine_type = "a9-gaudigpu-8g"
  }

  assert {
    condition     = alltrue([for node in google_compute_instance.node : node.scheduling[0].on_host_maintenance == "TERMINATE"])
    error_message = "the series stops for maintenance, whatever its devices are called"
  }
}

run "the_oldest_shared_core_is_migrated" {
  variables {
    gce_machine_type = "g1-small"
  }

  assert {
    condition     = alltrue([for node in google_compute_instance.node : node.scheduling[0].on_host_maintenance == null])
    error_message = "g1 is no GPU machine"
  }
}

run "no_disks_unasked" {
  assert {
    condition     = length(google_compute_disk.data) == 0 && length(google_compute_attached_disk.data) == 0
    error_message = "no data disks"
  }
}

run "persistent_disks" {
  variables {
    gce_data_disk_count   = 2
    gce_data_disk_type    = "pd-ssd"
    gce_data_disk_size_gb = 100
  }

  assert {
    condition     = keys(google_compute_disk.data) == ["kdevops-1-data-1", "kdevops-1-data-2", "kdevops-2-data-1", "kdevops-2-data-2"]
    error_message = "two for each node"
  }

  assert {
    condition = alltrue([
      for d in google_compute_disk.data :
      d.type == "pd-ssd" && d.size == 100 && d.zone == "us-central1-a" && d.provisioned_iops == null && d.provisioned_throughput == null
    ])
    error_message = "as asked, in the zone of the nodes, with neither IOPS nor throughput"
  }

  assert {
    condition     = alltrue([for name, a in google_compute_attached_disk.data : a.disk == google_compute_disk.data[name].id && a.instance == google_compute_instance.node[substr(name, 0, 9)].id])
    error_message = "each at its node"
  }

  assert {
    condition     = [for a in values(google_compute_attached_disk.data) : a.device_name] == ["data-1", "data-2", "data-1", "data-2"]
    error_message = "each at a name of its own"
  }
}

run "hyperdisk_in_the_place_of_persistent_disk" {
  variables {
    gce_machine_type      = "c4-standard-16"
    gce_data_disk_count   = 1
    gce_data_disk_type    = "pd-ssd"
    gce_data_disk_size_gb = 100
  }

  assert {
    condition     = alltrue([for d in google_compute_disk.data : d.type == "hyperdisk-balanced" && d.provisioned_iops == null])
    error_message = "data disks"
  }

  assert {
    condition     = alltrue([for node in google_compute_instance.node : node.boot_disk[0].initialize_params[0].type == "hyperdisk-balanced"])
    error_message = "and boot disks"
  }
}

run "persistent_disk_for_a3_high" {
  variables {
    gce_machine_type    = "a3-highgpu-8g"
    gce_is_gpu_instance = true
  }

  assert {
    condition     = alltrue([for node in google_compute_instance.node : node.boot_disk[0].initialize_params[0].type == "pd-balanced"])
    error_message = "A3 High takes Persistent Disk"
  }
}

run "hyperdisk_as_asked" {
  variables {
    gce_machine_type              = "c4-standard-16"
    gce_data_disk_count           = 1
    gce_data_disk_type            = "hyperdisk-balanced"
    gce_data_disk_size_gb         = 100
    gce_data_disk_iops            = 20000
    gce_data_disk_throughput_mbps = 600
  }

  assert {
    condition     = alltrue([for d in google_compute_disk.data : d.type == "hyperdisk-balanced" && d.provisioned_iops == 20000 && d.provisioned_throughput == 600])
    error_message = "IOPS and throughput as asked"
  }
}

run "hyperdisk_extreme_stays" {
  variables {
    gce_machine_type      = "c4-standard-192"
    gce_data_disk_count   = 1
    gce_data_disk_type    = "hyperdisk-extreme"
    gce_data_disk_size_gb = 100
    gce_data_disk_iops    = 100000
  }

  assert {
    condition     = alltrue([for d in google_compute_disk.data : d.type == "hyperdisk-extreme" && d.provisioned_iops == 100000 && d.provisioned_throughput == null])
    error_message = "another Hyperdisk is as asked"
  }
}

# What the variables refuse. tests/terraform/shared.tftest.hcl has those of all modules, test_volumes.py those of
# data volumes.

run "a_zone_elsewhere" {
  command = plan

  variables {
    gce_zone = "europe-west1-b"
  }

  expect_failures = [var.gce_zone]
}

run "nested_virtualization_on_e2" {
  command = plan

  variables {
    gce_machine_type          = "e2-standard-4"
    gce_nested_virtualization = true
  }

  expect_failures = [var.gce_nested_virtualization]
}

run "too_many_disks" {
  command = plan

  variables {
    gce_data_disk_count   = 21
    gce_data_disk_type    = "pd-ssd"
    gce_data_disk_size_gb = 100
  }

  expect_failures = [var.gce_data_disk_count]
}

run "fewer_disks_than_20_on_a_small_machine" {
  command = plan

  variables {
    gce_machine_type      = "e2-micro"
    gce_max_data_volumes  = 15
    gce_data_disk_count   = 16
    gce_data_disk_type    = "pd-ssd"
    gce_data_disk_size_gb = 100
  }

  expect_failures = [var.gce_data_disk_count]
}

run "a_machine_that_is_not_sold_on_demand" {
  command = plan

  variables {
    gce_machine_type    = "a3-highgpu-1g"
    gce_is_gpu_instance = true
  }

  expect_failures = [var.gce_machine_type]
}

# SPDX-License-Identifier: MIT
# What the variables refuse, before anything is planned.

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
  gce_data_disk_count           = 0
  gce_data_disk_type            = null
  gce_data_disk_size_gb         = null
  gce_data_disk_iops            = null
  gce_data_disk_throughput_mbps = null
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

run "a_prefix_in_capitals" {
  command = plan

  variables {
    hosts_prefix = "Kdevops"
  }

  expect_failures = [var.hosts_prefix]
}

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

run "nested_virtualization_on_n2d" {
  command = plan

  variables {
    gce_machine_type          = "n2d-standard-4"
    gce_nested_virtualization = true
  }

  expect_failures = [var.gce_nested_virtualization]
}

run "nested_virtualization_on_t2a" {
  command = plan

  variables {
    gce_machine_type          = "t2a-standard-4"
    gce_nested_virtualization = true
  }

  expect_failures = [var.gce_nested_virtualization]
}

run "nested_virtualization_on_c4a" {
  command = plan

  variables {
    gce_machine_type          = "c4a-standard-4"
    gce_nested_virtualization = true
  }

  expect_failures = [var.gce_nested_virtualization]
}

run "nested_virtualization_on_m3" {
  command = plan

  variables {
    gce_machine_type          = "m3-megamem-64"
    gce_nested_virtualization = true
  }

  expect_failures = [var.gce_nested_virtualization]
}

run "nested_virtualization_on_x4_metal" {
  command = plan

  variables {
    gce_machine_type          = "x4-megamem-960-metal"
    gce_nested_virtualization = true
  }

  expect_failures = [var.gce_nested_virtualization]
}

run "nested_virtualization_on_c3_metal" {
  command = plan

  variables {
    gce_machine_type          = "c3-standard-192-metal"
    gce_nested_virtualization = true
  }

  expect_failures = [var.gce_nested_virtualization]
}

run "nested_virtualization_on_h4d" {
  command = plan

  variables {
    gce_machine_type          = "h4d-standard-192"
    gce_nested_virtualization = true
  }

  expect_failures = [var.gce_nested_virtualization]
}

run "nested_virtualization_on_g4" {
  command = plan

  variables {
    gce_machine_type          = "g4-standard-48"
    gce_nested_virtualization = true
  }

  expect_failures = [var.gce_nested_virtualization]
}

run "nested_virtualization_on_ct6e" {
  command = plan

  variables {
    gce_machine_type          = "ct6e-standard-4t"
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

run "an_unknown_type" {
  command = plan

  variables {
    gce_data_disk_count   = 1
    gce_data_disk_type    = "ssd"
    gce_data_disk_size_gb = 100
  }

  expect_failures = [var.gce_data_disk_type]
}

run "disks_without_type" {
  command = plan

  variables {
    gce_data_disk_count   = 1
    gce_data_disk_size_gb = 100
  }

  expect_failures = [var.gce_data_disk_type]
}

run "a_small_disk" {
  command = plan

  variables {
    gce_data_disk_count   = 1
    gce_data_disk_type    = "pd-ssd"
    gce_data_disk_size_gb = 9
  }

  expect_failures = [var.gce_data_disk_size_gb]
}

run "a_small_hyperdisk_throughput" {
  command = plan

  variables {
    gce_data_disk_count           = 1
    gce_data_disk_type            = "hyperdisk-throughput"
    gce_data_disk_size_gb         = 100
    gce_data_disk_throughput_mbps = 100
  }

  expect_failures = [var.gce_data_disk_size_gb]
}

run "disks_without_size" {
  command = plan

  variables {
    gce_data_disk_count = 1
    gce_data_disk_type  = "pd-ssd"
  }

  expect_failures = [var.gce_data_disk_size_gb]
}

run "iops_for_pd_ssd" {
  command = plan

  variables {
    gce_data_disk_count   = 1
    gce_data_disk_type    = "pd-ssd"
    gce_data_disk_size_gb = 100
    gce_data_disk_iops    = 3000
  }

  expect_failures = [var.gce_data_disk_iops]
}

run "hyperdisk_extreme_without_iops" {
  command = plan

  variables {
    gce_data_disk_count   = 1
    gce_data_disk_type    = "hyperdisk-extreme"
    gce_data_disk_size_gb = 100
  }

  expect_failures = [var.gce_data_disk_iops]
}

run "iops_beyond_the_size" {
  command = plan

  variables {
    gce_data_disk_count           = 1
    gce_data_disk_type            = "hyperdisk-balanced"
    gce_data_disk_size_gb         = 100
    gce_data_disk_iops            = 50001
    gce_data_disk_throughput_mbps = 140
  }

  expect_failures = [var.gce_data_disk_iops]
}

run "throughput_for_pd_ssd" {
  command = plan

  variables {
    gce_data_disk_count           = 1
    gce_data_disk_type            = "pd-ssd"
    gce_data_disk_size_gb         = 100
    gce_data_disk_throughput_mbps = 140
  }

  expect_failures = [var.gce_data_disk_throughput_mbps]
}

run "hyperdisk_balanced_without_throughput" {
  command = plan

  variables {
    gce_data_disk_count   = 1
    gce_data_disk_type    = "hyperdisk-balanced"
    gce_data_disk_size_gb = 100
    gce_data_disk_iops    = 3000
  }

  expect_failures = [var.gce_data_disk_throughput_mbps]
}

run "throughput_beyond_the_iops" {
  command = plan

  variables {
    gce_data_disk_count           = 1
    gce_data_disk_type            = "hyperdisk-balanced"
    gce_data_disk_size_gb         = 100
    gce_data_disk_iops            = 3000
    gce_data_disk_throughput_mbps = 751
  }

  expect_failures = [var.gce_data_disk_throughput_mbps]
}

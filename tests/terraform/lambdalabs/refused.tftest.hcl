# SPDX-License-Identifier: MIT
# What the variables refuse, before anything is planned.

mock_provider "lambdalabs" {}

variables {
  hosts_prefix             = "kdevops"
  node_names               = ["kdevops-1", "kdevops-2"]
  ssh_config_user          = "ubuntu"
  ssh_config_pubkey_file   = "key.pub"
  lambdalabs_region        = "us-east-1"
  lambdalabs_instance_type = "gpu_1x_a10"
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

run "a_user_of_ones_own" {
  command = plan

  variables {
    ssh_config_user = "kdevops"
  }

  expect_failures = [var.ssh_config_user]
}

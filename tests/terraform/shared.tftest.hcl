# SPDX-License-Identifier: MIT
# What the variables of shared.tf and network.tf refuse, in a folder that has these alone.

variables {
  hosts_prefix           = "kdevops"
  node_names             = ["kdevops-1", "kdevops-2"]
  ssh_config_user        = "kdevops"
  ssh_config_pubkey_file = "key.pub"
  ssh_allowed_cidr       = "203.0.113.0/24"
  root_volume_size_gb    = 64
}

run "taken" {
  assert {
    condition     = output.ssh_user == "kdevops" && startswith(local.public_key, "ssh-ed25519 ")
    error_message = "the user and the key"
  }
}

run "without_nodes" {
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

run "a_prefix_with_a_leading_hyphen" {
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

run "a_prefix_in_capitals" {
  command = plan

  variables {
    hosts_prefix = "Kdevops"
  }

  expect_failures = [var.hosts_prefix]
}

run "a_user_with_capitals_and_a_space" {
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

run "a_node_with_an_underscore" {
  command = plan

  variables {
    node_names = ["kdevops_1"]
  }

  expect_failures = [var.node_names]
}

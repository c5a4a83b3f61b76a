# SPDX-License-Identifier: MIT
# What the variables refuse, before anything is planned.

mock_provider "aws" {}

variables {
  target_arch                     = "x86_64"
  hosts_prefix                    = "kdevops"
  node_names                      = ["kdevops-1", "kdevops-2"]
  ssh_config_user                 = "kdevops"
  ssh_config_pubkey_file          = "key.pub"
  ssh_allowed_cidr                = "203.0.113.0/24"
  root_volume_size_gb             = 64
  aws_region                      = "us-east-1"
  aws_av_zone                     = "us-east-1b"
  aws_instance_type               = "m7i.4xlarge"
  aws_ami_owner                   = "136693071363"
  aws_ns                          = "debian-13-amd64-*"
  aws_gpu_ami_owner               = null
  aws_gpu_ami_name                = null
  aws_nested_virtualization       = null
  aws_data_volume_count           = 0
  aws_data_volume_type            = null
  aws_data_volume_size_gb         = null
  aws_data_volume_iops            = null
  aws_data_volume_throughput_mbps = null
}

run "an_architecture_by_another_name" {
  command = plan

  variables {
    target_arch = "amd64"
  }

  expect_failures = [var.target_arch]
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

run "a_zone_elsewhere" {
  command = plan

  variables {
    aws_av_zone = "eu-west-1a"
  }

  expect_failures = [var.aws_av_zone]
}

run "half_a_gpu_image" {
  command = plan

  variables {
    aws_gpu_ami_name = "Deep Learning*"
  }

  expect_failures = [var.aws_gpu_ami_name]
}

run "too_many_volumes" {
  command = plan

  variables {
    aws_data_volume_count   = 21
    aws_data_volume_type    = "gp2"
    aws_data_volume_size_gb = 100
  }

  expect_failures = [var.aws_data_volume_count]
}

run "an_unknown_type" {
  command = plan

  variables {
    aws_data_volume_count   = 1
    aws_data_volume_type    = "gp4"
    aws_data_volume_size_gb = 100
  }

  expect_failures = [var.aws_data_volume_type]
}

run "volumes_without_type" {
  command = plan

  variables {
    aws_data_volume_count   = 1
    aws_data_volume_size_gb = 100
  }

  expect_failures = [var.aws_data_volume_type]
}

run "a_small_st1" {
  command = plan

  variables {
    aws_data_volume_count   = 1
    aws_data_volume_type    = "st1"
    aws_data_volume_size_gb = 100
  }

  expect_failures = [var.aws_data_volume_size_gb]
}

run "a_large_gp2" {
  command = plan

  variables {
    aws_data_volume_count   = 1
    aws_data_volume_type    = "gp2"
    aws_data_volume_size_gb = 16385
  }

  expect_failures = [var.aws_data_volume_size_gb]
}

run "volumes_without_size" {
  command = plan

  variables {
    aws_data_volume_count = 1
    aws_data_volume_type  = "gp2"
  }

  expect_failures = [var.aws_data_volume_size_gb]
}

run "iops_for_gp2" {
  command = plan

  variables {
    aws_data_volume_count   = 1
    aws_data_volume_type    = "gp2"
    aws_data_volume_size_gb = 100
    aws_data_volume_iops    = 3000
  }

  expect_failures = [var.aws_data_volume_iops]
}

run "io2_without_iops" {
  command = plan

  variables {
    aws_data_volume_count   = 1
    aws_data_volume_type    = "io2"
    aws_data_volume_size_gb = 100
  }

  expect_failures = [var.aws_data_volume_iops]
}

run "iops_beyond_the_size" {
  command = plan

  variables {
    aws_data_volume_count   = 1
    aws_data_volume_type    = "io1"
    aws_data_volume_size_gb = 100
    aws_data_volume_iops    = 5001
  }

  expect_failures = [var.aws_data_volume_iops]
}

run "iops_beyond_gp3" {
  command = plan

  variables {
    aws_data_volume_count           = 1
    aws_data_volume_type            = "gp3"
    aws_data_volume_size_gb         = 1000
    aws_data_volume_iops            = 80001
    aws_data_volume_throughput_mbps = 125
  }

  expect_failures = [var.aws_data_volume_iops]
}

run "iops_below_gp3" {
  command = plan

  variables {
    aws_data_volume_count           = 1
    aws_data_volume_type            = "gp3"
    aws_data_volume_size_gb         = 1000
    aws_data_volume_iops            = 2999
    aws_data_volume_throughput_mbps = 125
  }

  expect_failures = [var.aws_data_volume_iops]
}

run "throughput_for_io2" {
  command = plan

  variables {
    aws_data_volume_count           = 1
    aws_data_volume_type            = "io2"
    aws_data_volume_size_gb         = 100
    aws_data_volume_iops            = 3000
    aws_data_volume_throughput_mbps = 125
  }

  expect_failures = [var.aws_data_volume_throughput_mbps]
}

run "gp3_without_throughput" {
  command = plan

  variables {
    aws_data_volume_count   = 1
    aws_data_volume_type    = "gp3"
    aws_data_volume_size_gb = 100
    aws_data_volume_iops    = 3000
  }

  expect_failures = [var.aws_data_volume_throughput_mbps]
}

run "throughput_beyond_the_iops" {
  command = plan

  variables {
    aws_data_volume_count           = 1
    aws_data_volume_type            = "gp3"
    aws_data_volume_size_gb         = 100
    aws_data_volume_iops            = 3000
    aws_data_volume_throughput_mbps = 751
  }

  expect_failures = [var.aws_data_volume_throughput_mbps]
}

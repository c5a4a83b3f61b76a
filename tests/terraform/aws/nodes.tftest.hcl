# SPDX-License-Identifier: MIT
# `terraform test` with a provider that makes up its answers.

mock_provider "aws" {
  mock_data "aws_ami" {
    defaults = {
      id               = "ami-0123456789abcdef0"
      root_device_name = "/dev/xvda"
      block_device_mappings = [
        { device_name = "/dev/xvda", no_device = "", virtual_name = "", ebs = { volume_size = "8" } },
        { device_name = "/dev/sdb", no_device = "", virtual_name = "ephemeral0", ebs = {} },
      ]
    }
  }

  # What the module left to the provider.
  mock_resource "aws_ebs_volume" {
    defaults = { iops = -1, throughput = -1 }
  }

  mock_data "aws_instance" {
    defaults = { public_ip = "203.0.113.9", private_ip = "10.20.0.9" }
  }
}

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
  aws_xen                         = false
  aws_max_data_volumes            = 20
  aws_data_volume_count           = 0
  aws_data_volume_type            = null
  aws_data_volume_size_gb         = null
  aws_data_volume_iops            = null
  aws_data_volume_throughput_mbps = null
}

run "nodes" {
  assert {
    condition     = { for name, node in aws_instance.node : name => node.instance_type } == { kdevops-1 = "m7i.4xlarge", kdevops-2 = "m7i.4xlarge" }
    error_message = "one machine of the type for each name"
  }

  assert {
    condition     = alltrue([for name, node in aws_instance.node : node.tags == tomap({ Name = name, managed-by = "cloud-kconfig" })])
    error_message = "tags"
  }

  assert {
    condition     = aws_subnet.nodes.availability_zone == "us-east-1b" && alltrue([for node in aws_instance.node : node.subnet_id == aws_subnet.nodes.id])
    error_message = "the zone"
  }

  assert {
    condition     = alltrue([for node in aws_instance.node : node.ami == "ami-0123456789abcdef0"])
    error_message = "the image that was found"
  }

  assert {
    condition     = data.aws_ami.node.owners == tolist(["136693071363"]) && data.aws_ami.node.most_recent
    error_message = "the newest image of its publisher, and of nobody else"
  }

  assert {
    condition = { for f in data.aws_ami.node.filter : f.name => one(f.values) } == {
      name                = "debian-13-amd64-*"
      architecture        = "x86_64"
      virtualization-type = "hvm"
    }
    error_message = "the image's name and architecture"
  }

  assert {
    condition     = alltrue([for node in aws_instance.node : strcontains(node.user_data, "\"name\":\"kdevops\"") && startswith(node.user_data, "#cloud-config\n")])
    error_message = "the user is created"
  }

  assert {
    condition     = startswith(aws_key_pair.user.public_key, "ssh-ed25519 ") && alltrue([for node in aws_instance.node : node.key_name == aws_key_pair.user.key_name])
    error_message = "the key"
  }

  assert {
    condition     = alltrue([for node in aws_instance.node : node.associate_public_ip_address]) && aws_route.internet.gateway_id == aws_internet_gateway.nodes.id && aws_route_table_association.nodes.subnet_id == aws_subnet.nodes.id
    error_message = "the nodes can be reached, and reach the internet"
  }

  assert {
    condition     = output.nodes["kdevops-2"] == { public_ip = "203.0.113.9", private_ip = "10.20.0.9" } && output.ssh_user == "kdevops"
    error_message = "outputs"
  }
}

run "security" {
  assert {
    condition     = aws_vpc_security_group_ingress_rule.ssh.cidr_ipv4 == "203.0.113.0/24"
    error_message = "SSH is open to the allowed range alone"
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.ssh.from_port == 22 && aws_vpc_security_group_ingress_rule.ssh.to_port == 22 && aws_vpc_security_group_ingress_rule.ssh.ip_protocol == "tcp"
    error_message = "and only SSH"
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.between_nodes.cidr_ipv4 == null && aws_vpc_security_group_ingress_rule.between_nodes.referenced_security_group_id == aws_security_group.nodes.id
    error_message = "the other rule is for the nodes themselves"
  }

  assert {
    condition     = alltrue([for node in aws_instance.node : node.vpc_security_group_ids == toset([aws_security_group.nodes.id])])
    error_message = "the nodes are in the group"
  }

  assert {
    condition     = alltrue([for node in aws_instance.node : node.metadata_options[0].http_tokens == "required" && node.metadata_options[0].http_put_response_hop_limit == 1])
    error_message = "IMDSv2"
  }

  assert {
    condition     = alltrue([for node in aws_instance.node : node.root_block_device[0].encrypted])
    error_message = "root volumes are encrypted"
  }
}

run "root_volume_as_asked" {
  assert {
    condition     = alltrue([for node in aws_instance.node : node.root_block_device[0].volume_size == 64 && node.root_block_device[0].volume_type == "gp3"])
    error_message = "64 GiB, as asked"
  }
}

run "root_volume_as_the_image_has_it" {
  variables {
    root_volume_size_gb = 0
  }

  assert {
    condition     = alltrue([for node in aws_instance.node : node.root_block_device[0].volume_size == 8])
    error_message = "8 GiB, as the image has it"
  }
}

run "root_volume_of_a_large_image" {
  override_data {
    target = data.aws_ami.node
    values = {
      root_device_name      = "/dev/sda1"
      block_device_mappings = [{ device_name = "/dev/sda1", no_device = "", virtual_name = "", ebs = { volume_size = "75" } }]
    }
  }

  assert {
    condition     = alltrue([for node in aws_instance.node : node.root_block_device[0].volume_size == 75])
    error_message = "75 GiB: EC2 takes no less than the image's own"
  }
}

run "gpu_image" {
  variables {
    aws_gpu_ami_owner = "898082745236"
    aws_gpu_ami_name  = "Deep Learning*"
  }

  assert {
    condition     = data.aws_ami.node.owners == tolist(["898082745236"]) && contains([for f in data.aws_ami.node.filter : one(f.values)], "Deep Learning*")
    error_message = "the image with GPU drivers, from its publisher"
  }
}

run "an_image_with_ignition" {
  variables {
    aws_ns = "fedora-coreos-44.*.3.*-x86_64"
  }

  assert {
    condition = alltrue([
      for name, node in aws_instance.node :
      jsondecode(node.user_data).passwd.users[0].name == "kdevops" &&
      startswith(jsondecode(node.user_data).passwd.users[0].sshAuthorizedKeys[0], "ssh-ed25519 ") &&
      jsondecode(node.user_data).storage.files[0].contents.source == "data:,${name}"
    ])
    error_message = "Ignition makes the user"
  }
}

run "arm64" {
  variables {
    target_arch       = "arm64"
    aws_instance_type = "m7g.4xlarge"
  }

  assert {
    condition     = contains([for f in data.aws_ami.node.filter : one(f.values)], "arm64")
    error_message = "an arm64 image"
  }
}

run "no_nested_virtualization_unasked" {
  assert {
    condition     = alltrue([for node in aws_instance.node : length(node.cpu_options) == 0])
    error_message = "cpu_options is not sent"
  }
}

run "nested_virtualization" {
  variables {
    aws_instance_type         = "m8i.4xlarge"
    aws_nested_virtualization = true
  }

  assert {
    condition     = alltrue([for node in aws_instance.node : node.cpu_options[0].nested_virtualization == "enabled"])
    error_message = "nested virtualization is on"
  }
}

run "no_volumes_unasked" {
  assert {
    condition     = length(aws_ebs_volume.data) == 0 && length(aws_volume_attachment.data) == 0
    error_message = "no data volumes"
  }
}

# These share a state, in which a figure once given stays: from none to all.

run "st1_volume" {
  variables {
    aws_data_volume_count   = 20
    aws_data_volume_type    = "st1"
    aws_data_volume_size_gb = 500
  }

  assert {
    condition     = alltrue([for v in aws_ebs_volume.data : v.iops == -1 && v.throughput == -1])
    error_message = "neither IOPS nor throughput"
  }

  assert {
    condition     = length(distinct([for name, a in aws_volume_attachment.data : a.device_name if startswith(name, "kdevops-1-")])) == 20
    error_message = "twenty devices"
  }
}

run "io2_volume" {
  variables {
    aws_data_volume_count   = 1
    aws_data_volume_type    = "io2"
    aws_data_volume_size_gb = 100
    aws_data_volume_iops    = 100000
  }

  assert {
    condition     = alltrue([for v in aws_ebs_volume.data : v.iops == 100000 && v.throughput == -1])
    error_message = "IOPS, and no throughput"
  }
}

run "gp3_volumes" {
  variables {
    aws_data_volume_count           = 2
    aws_data_volume_type            = "gp3"
    aws_data_volume_size_gb         = 100
    aws_data_volume_iops            = 16000
    aws_data_volume_throughput_mbps = 1000
  }

  assert {
    condition     = keys(aws_ebs_volume.data) == ["kdevops-1-data-1", "kdevops-1-data-2", "kdevops-2-data-1", "kdevops-2-data-2"]
    error_message = "two for each node"
  }

  assert {
    condition = alltrue([
      for v in aws_ebs_volume.data : v.type == "gp3" && v.size == 100 && v.iops == 16000 && v.throughput == 1000 && v.encrypted && v.availability_zone == "us-east-1b"
    ])
    error_message = "as asked, encrypted, in the zone of the nodes"
  }

  assert {
    condition     = alltrue([for name, a in aws_volume_attachment.data : a.volume_id == aws_ebs_volume.data[name].id && a.instance_id == aws_instance.node[substr(name, 0, 9)].id])
    error_message = "each at its node"
  }

  assert {
    condition     = [for a in values(aws_volume_attachment.data) : a.device_name] == ["/dev/sdf", "/dev/sdg", "/dev/sdf", "/dev/sdg"]
    error_message = "each at a device of its own"
  }
}

# What the variables refuse. tests/terraform/shared.tftest.hcl has those of all modules, test_volumes.py those of
# data volumes.

run "an_architecture_by_another_name" {
  command = plan

  variables {
    target_arch = "amd64"
  }

  expect_failures = [var.target_arch]
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

run "more_volumes_than_the_type_takes" {
  command = plan

  variables {
    aws_max_data_volumes    = 2
    aws_data_volume_count   = 3
    aws_data_volume_type    = "gp2"
    aws_data_volume_size_gb = 100
  }

  expect_failures = [var.aws_data_volume_count]
}

run "large_volumes_of_a_type_on_xen" {
  command = plan

  variables {
    aws_xen                 = true
    aws_data_volume_count   = 1
    aws_data_volume_type    = "io2"
    aws_data_volume_size_gb = 16385
    aws_data_volume_iops    = 3000
  }

  expect_failures = [var.aws_data_volume_size_gb]
}

run "fast_volumes_of_a_type_on_xen" {
  command = plan

  variables {
    aws_xen                 = true
    aws_data_volume_count   = 1
    aws_data_volume_type    = "io2"
    aws_data_volume_size_gb = 1000
    aws_data_volume_iops    = 64001
  }

  expect_failures = [var.aws_data_volume_iops]
}

run "a_key_that_ec2_does_not_take" {
  command = plan

  variables {
    ssh_config_pubkey_file = "ecdsa.pub"
  }

  expect_failures = [aws_key_pair.user]
}

# SPDX-License-Identifier: MIT
# Nodes on EC2 with their network, firewall and data volumes.

locals {
  tags = merge({ managed-by = "cloud-kconfig" }, var.stamp.tags)

  image_owner = coalesce(var.aws_gpu_ami_owner, var.aws_ami_owner)
  image_name  = coalesce(var.aws_gpu_ami_name, var.aws_ns)
  nodes       = { for name, node in data.aws_instance.node : name => { public_ip = node.public_ip, private_ip = node.private_ip } }

  # "prefix-1-data-2" = the node, and the number of the volume from 0.
  data_volumes = {
    for pair in setproduct(var.node_names, range(var.aws_data_volume_count)) :
    "${pair[0]}-data-${pair[1] + 1}" => { node = pair[0], number = pair[1] }
  }

  # EC2 refuses a root volume smaller than the image.
  root_size_gb = max(var.root_volume_size_gb, [
    for device in data.aws_ami.node.block_device_mappings :
    tonumber(device.ebs["volume_size"]) if device.device_name == data.aws_ami.node.root_device_name
  ]...)
}

# The user and the host name.

locals {
  # The image's first user gets this name; its groups, its sudo and the key pair are as the image has them.
  # https://cloudinit.readthedocs.io/en/latest/reference/modules.html#users-and-groups
  cloud_config = {
    for name in var.node_names :
    name => "#cloud-config\n${jsonencode(merge({ user = { name = var.ssh_config_user }, hostname = name }, local.ending))}\n"
  }

  # A node that expires shuts itself down, which ends it: the timer is set again at each boot.
  expires  = var.stamp.expires == null ? "" : formatdate("YYYY-MM-DD hh:mm:ss 'UTC'", var.stamp.expires)
  ending   = local.expires == "" ? null : { bootcmd = [["sh", "-c", local.end_node]] }
  end_node = "test $(date +%s) -ge $(date -ud '${local.expires}' +%s) && exec systemctl poweroff; systemd-run --on-calendar='${local.expires}' systemctl poweroff"

  # Fedora CoreOS has Ignition instead of cloud-init: https://coreos.github.io/ignition/configuration-v3_0/
  ignition = {
    for name in var.node_names : name => jsonencode(merge(local.ending_units, {
      ignition = { version = "3.0.0" }
      passwd   = { users = [{ name = var.ssh_config_user, groups = ["sudo", "wheel"], sshAuthorizedKeys = [local.public_key] }] }
      storage  = { files = [{ path = "/etc/hostname", mode = 420, contents = { source = "data:,${name}" } }] }
    }))
  }
  ending_units = local.expires == "" ? null : {
    systemd = {
      units = [
        { name = "expire.service", enabled = false, contents = "[Service]\nType=oneshot\nExecStart=/usr/bin/systemctl poweroff\n" },
        { name = "expire.timer", enabled = true, contents = "[Timer]\nOnCalendar=${local.expires}\nPersistent=true\n[Install]\nWantedBy=timers.target\n" },
      ]
    }
  }
}

# The image: the publisher's newest of that name for the architecture.

data "aws_ami" "node" {
  most_recent = true
  owners      = [local.image_owner]

  filter {
    name   = "name"
    values = [local.image_name]
  }

  filter {
    name   = "architecture"
    values = [var.target_arch]
  }

  filter {
    name   = "virtualization-type"
    values = ["hvm"]
  }
}

# The root volume as configured. A change of it replaces the nodes; a newer build of the same image does not.
resource "terraform_data" "root" {
  input = {
    owner   = local.image_owner
    name    = local.image_name
    arch    = var.target_arch
    size_gb = var.root_volume_size_gb
  }
}

# The network.

resource "aws_vpc" "nodes" {
  cidr_block           = "10.20.0.0/16"
  enable_dns_hostnames = true
  tags                 = merge(local.tags, { Name = var.hosts_prefix })
}

resource "aws_subnet" "nodes" {
  vpc_id            = aws_vpc.nodes.id
  cidr_block        = cidrsubnet(aws_vpc.nodes.cidr_block, 4, 0)
  availability_zone = var.aws_av_zone
  tags              = merge(local.tags, { Name = var.hosts_prefix })
}

resource "aws_internet_gateway" "nodes" {
  vpc_id = aws_vpc.nodes.id
  tags   = merge(local.tags, { Name = var.hosts_prefix })
}

resource "aws_route_table" "nodes" {
  vpc_id = aws_vpc.nodes.id
  tags   = merge(local.tags, { Name = var.hosts_prefix })
}

resource "aws_route" "internet" {
  route_table_id         = aws_route_table.nodes.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.nodes.id
}

resource "aws_route_table_association" "nodes" {
  subnet_id      = aws_subnet.nodes.id
  route_table_id = aws_route_table.nodes.id
}

# In: SSH from the allowed range, and anything from node to node. Out: anything.

resource "aws_security_group" "nodes" {
  name_prefix = "${var.hosts_prefix}-"
  description = "Nodes of ${var.hosts_prefix}"
  vpc_id      = aws_vpc.nodes.id
  tags        = merge(local.tags, { Name = var.hosts_prefix })

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "ssh" {
  security_group_id = aws_security_group.nodes.id
  description       = "SSH"
  cidr_ipv4         = var.ssh_allowed_cidr
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22
  tags              = local.tags
}

resource "aws_vpc_security_group_ingress_rule" "between_nodes" {
  security_group_id            = aws_security_group.nodes.id
  description                  = "Between the nodes"
  referenced_security_group_id = aws_security_group.nodes.id
  ip_protocol                  = "-1"
  tags                         = local.tags
}

resource "aws_vpc_security_group_egress_rule" "all" {
  security_group_id = aws_security_group.nodes.id
  description       = "Everything"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
  tags              = local.tags
}

resource "aws_key_pair" "user" {
  key_name_prefix = "${var.hosts_prefix}-"
  public_key      = local.public_key
  tags            = local.tags

  # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ImportKeyPair.html
  lifecycle {
    precondition {
      condition     = can(regex("^ssh-(rsa|ed25519) ", local.public_key))
      error_message = "AWS takes ED25519 and RSA keys only, and ${var.ssh_config_pubkey_file} is of another type: ssh-keygen -t ed25519 makes one."
    }
  }
}

# The nodes.

resource "aws_instance" "node" {
  for_each = toset(var.node_names)

  ami           = data.aws_ami.node.id
  instance_type = var.aws_instance_type

  # What the shutdown of a node that expires does; else a shutdown stops the node, the default.
  instance_initiated_shutdown_behavior = local.expires == "" ? null : "terminate"

  subnet_id                   = aws_subnet.nodes.id
  vpc_security_group_ids      = [aws_security_group.nodes.id]
  associate_public_ip_address = true
  key_name                    = aws_key_pair.user.key_name
  tags                        = merge(local.tags, { Name = each.key })

  user_data                   = startswith(local.image_name, "fedora-coreos-") ? local.ignition[each.key] : local.cloud_config[each.key]
  user_data_replace_on_change = true

  root_block_device {
    volume_type = "gp3"
    volume_size = local.root_size_gb
    encrypted   = true
    tags        = merge(local.tags, { Name = "${each.key}-root" })
  }

  # IMDSv2: session tokens only, and one hop at most.
  # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/amazon-ec2-nested-virtualization.html
  dynamic "cpu_options" {
    for_each = var.aws_nested_virtualization == true ? ["enabled"] : []

    content {
      nested_virtualization = cpu_options.value
    }
  }

  lifecycle {
    # A stopped node has no public address, and the provider would replace it to give it one. It gets one when it is
    # started. https://github.com/hashicorp/terraform-provider-aws/issues/33775
    ignore_changes       = [ami, associate_public_ip_address, root_block_device[0].volume_size]
    replace_triggered_by = [terraform_data.root]
  }

  depends_on = [aws_route.internet, aws_vpc_security_group_egress_rule.all]
}

# To detach a volume its node is stopped, and the provider does not start it again. The attachments depend on the
# state of their node, and that is replaced when the number of volumes changes: terraform detaches, then starts.
# https://registry.terraform.io/providers/hashicorp/aws/6.66.0/docs/resources/volume_attachment#stop_instance_before_detaching

resource "terraform_data" "volumes" {
  for_each = toset(var.node_names)
  input    = var.aws_data_volume_count
}

resource "aws_ec2_instance_state" "node" {
  for_each    = toset(var.node_names)
  instance_id = aws_instance.node[each.key].id
  state       = "running"

  lifecycle {
    replace_triggered_by = [terraform_data.volumes[each.key]]
  }
}

# A node that was stopped and started has another public address.
data "aws_instance" "node" {
  for_each    = toset(var.node_names)
  instance_id = aws_instance.node[each.key].id
  depends_on  = [aws_ec2_instance_state.node]
}

# Volumes survive the replacement of their node.

resource "aws_ebs_volume" "data" {
  for_each = local.data_volumes

  availability_zone = var.aws_av_zone
  type              = var.aws_data_volume_type
  size              = var.aws_data_volume_size_gb
  iops              = var.aws_data_volume_iops
  throughput        = var.aws_data_volume_throughput_mbps
  encrypted         = true
  tags              = merge(local.tags, { Name = each.key })
}

resource "aws_volume_attachment" "data" {
  for_each = local.data_volumes

  instance_id = aws_instance.node[each.value.node].id
  volume_id   = aws_ebs_volume.data[each.key].id

  # Linux has its own name for it, /dev/nvme1n1 on Nitro; /dev/disk/by-id names the volume on every machine.
  device_name                    = "/dev/sd${substr("fghijklmnopqrstuvwxy", each.value.number, 1)}"
  stop_instance_before_detaching = true

  depends_on = [aws_ec2_instance_state.node]
}

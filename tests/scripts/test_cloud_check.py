# SPDX-License-Identifier: MIT
"""`make cloud-check`, offline on the committed catalog, and with LIVE=1 against servers of the tests."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.servers.aws_data import small as small_aws
from tests.servers.aws_server import AwsServer
from tests.servers.azure_server import AzureServer
from tests.servers.gce_server import GceServer
from tests.servers.gce_small import small as small_gce
from tests.servers.lambda_data import small as small_lambda
from tests.servers.lambda_server import KEY, LambdaServer
from tests.support.aws import make_aws
from tests.support.azure import make_azure
from tests.support.bringup import CONFIG
from tests.support.catalogs import sealed
from tests.support.costly import mostly_slow
from tests.support.gce import make_gce
from tests.support.tree import Tree

CATALOG = "terraform/aws/kconfigs/catalog.json.static"


def check(tree: Tree, **env: str) -> tuple[int, str, str]:
    """The script itself: its exit code, findings and talk."""
    done = tree.python("scripts/cloud_check.py", check=False, **env)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


def test_it_can_be_launched(tree: Tree) -> None:
    tree.write(".config", CONFIG)
    said = tree.make("cloud-check").stdout.splitlines()
    assert said[0].startswith("cost: 2 x m7i.2xlarge in us-east-1 at $0.4032 = at least $0.8064/h")
    verdict = "m7i.2xlarge in us-east-1a, x86_64: can be launched (figures of "
    assert re.fullmatch(re.escape(verdict) + r"20\d\d-\d\d to 20\d\d-\d\d\)", said[1])
    assert len(said) == 2 and tree.vendor_calls() == [] and not (tree.root / "extra_vars.yaml").exists()


def test_menus_that_were_edited_by_hand(tree: Tree) -> None:
    """A stranger's image in them would be brought up; the catalog beside them says what they have to be."""
    tree.write(".config", CONFIG)
    name = "terraform/aws/kconfigs/Kconfig.images.static"
    text = tree.read(name)
    tree.write(name, text.replace('"136693071363"', '"666666666666"'))
    assert tree.read(name) != text
    code, said, err = check(tree)
    told = f"warning: edited by hand, or not of this version of the menus: {name}; fix: git checkout "
    assert code == 0 and err.startswith(f"{told}terraform/aws\n")
    assert "666666666666" in said, "it is named as an image that is not in the catalog too"


DISK = "CONFIG_TERRAFORM_AZURE_DATA_DISK_"


@pytest.mark.parametrize(
    "config, told",
    [
        (
            f"CONFIG_TERRAFORM_AZURE=y\n{DISK}COUNT=1\n{DISK}TYPE_PREMIUM_V2=y\n{DISK}SIZE_GB=4\n{DISK}IOPS=80000\n",
            "error: a PremiumV2_LRS volume of 4 GiB has at most 3000 IOPS, not 80000; nearest: 3000 IOPS",
        ),
        (
            "CONFIG_TERRAFORM_GCE=y\nCONFIG_TERRAFORM_GCE_MACHINE_FAMILY_E2_STANDARD=y\n"
            "CONFIG_TERRAFORM_GCE_NESTED_VIRTUALIZATION=y\n",
            "has no nested virtualization; nearest: an Intel type such as n2-standard-16",
        ),
    ],
)
def test_what_the_module_would_refuse(tree: Tree, config: str, told: str) -> None:
    tree.write(".config", config + 'CONFIG_TERRAFORM_SSH_ALLOWED_CIDR="192.0.2.0/24"\n')
    code, said, err = check(tree)
    assert code == 1 and told in said, said + err


def test_every_finding_is_told(tree: Tree) -> None:
    tree.write(".config", CONFIG.replace('"192.0.2.0/24"', '"127.0.0.1/32"'))
    text = tree.read(CATALOG)
    (line,) = [line for line in text.splitlines() if '"name":"m7i.2xlarge"' in line]
    poor = re.sub(r'"us-east-1":"[a-f ]+"', '"us-east-1":"f"', line)
    poor = re.sub(r'("[0-9.]+":")us-east-1 ', r"\1", poor)  # its price there
    tree.write(CATALOG, sealed(text.replace(line, poor)))
    code, said, _ = check(tree)
    lines = said.splitlines()
    assert code == 1
    assert (
        lines[0] == "error: m7i.2xlarge is not offered in availability zone us-east-1a; nearest: us-east-1f"
    )
    assert lines[1].startswith("warning: the price of m7i.2xlarge in us-east-1 is not known; nearest: m")
    assert lines[2].startswith("warning: no one can reach the nodes by SSH")
    assert "; fix: make local CIDR=ADDRESS/32" in lines[2]
    assert "unknown, the catalog has no price" in lines[3]
    assert lines[4].startswith("m7i.2xlarge in us-east-1a, x86_64: cannot be launched (figures of ")


def test_a_config_of_an_older_catalog(tree: Tree) -> None:
    """The menus no longer take it; the machine that comes nearest is named all the same."""
    old = CONFIG.replace("M7I_2XLARGE", "M7I_3XLARGE")
    old += "CONFIG_TERRAFORM_AWS_DATA_VOLUME_COUNT=many\n"
    old += 'CONFIG_TERRAFORM_AWS_INSTANCE_TYPE="m7i.3xlarge"\nCONFIG_TERRAFORM_AWS_REGION="us-east-1"\n'
    tree.write(".config", old)
    code, said, err = check(tree)
    assert code == 1 and "error: AWS has no instance type m7i.3xlarge; nearest: m" in said
    assert "CONFIG_TERRAFORM_AWS_INSTANCE_M7I_3XLARGE=y: there is no such setting" in err


def test_without_a_config(tree: Tree) -> None:
    code, said, err = check(tree)
    assert code == 1 and said == "" and "make defconfig-aws-small" in err


@pytest.mark.parametrize("text", mostly_slow([None, "{", '{"format": 99}', "edited"]))
def test_a_catalog_that_cannot_be_read(tree: Tree, text: str | None) -> None:
    tree.write(".config", CONFIG)
    if text is None:
        (tree.root / CATALOG).unlink()
    else:
        edited = tree.read(CATALOG).replace('"0.4032"', '"0.0032"')
        tree.write(CATALOG, edited if text == "edited" else text)
    code, said, err = check(tree)
    assert code == 1 and said == "" and "git checkout terraform/aws" in err


def test_the_generated_catalog_is_asked_where_its_menus_are_in_use(tree: Tree) -> None:
    tree.write(".config", CONFIG)
    for path in sorted((tree.root / "terraform/aws/kconfigs").rglob("*.static")):
        text = path.read_text(encoding="utf-8").replace('.static"', '.generated"')
        path.with_suffix(".generated").write_text(text, encoding="utf-8")
    generated = CATALOG.replace("static", "generated")
    text = re.sub(r'"source":"[^"]+"', '"source":"live"', tree.read(generated))
    tree.write(generated, re.sub(r'"fetched_at":"[^"]+"', '"fetched_at":"2031-05-06"', text))
    (tree.root / ".aws_cloud_config_generated").touch()
    assert check(tree)[1].endswith("(figures of 2031-05-06)\n")
    assert "(figures of 2031" not in check(tree, CLOUD_TIER="static")[1]


@pytest.mark.slow
@pytest.mark.real_aws
def test_live_aws(tree: Tree) -> None:
    with AwsServer(small_aws()) as server:
        aws = make_aws(tree, server)
        tree.write(".config", CONFIG)
        code, said, err = check(tree, LIVE="1", **aws.env)
        assert code == 0, said + err
        assert "2 x m7i.2xlarge in us-east-1" in said and said.endswith(
            "can be launched (live answer of AWS)\n"
        )
        assert 0 < len(aws.calls()) < 16
        tree.write(".config", CONFIG.replace("M7I_2XLARGE", "M7I_8XLARGE"))
        code, said, _ = check(tree, LIVE="1", **aws.env)
        assert code == 0 and "warning: the price of m7i.8xlarge in us-east-1 is not known" in said
        tree.write(".config", CONFIG + "CONFIG_TERRAFORM_AWS_REGION_AF_SOUTH_1=y\n")
        code, said, err = check(tree, LIVE="1", **aws.env)
        assert code == 3 and said == "" and "the account is not opted in to af-south-1" in err


@pytest.mark.slow
def test_live_azure(tree: Tree) -> None:
    with AzureServer() as server:
        azure = make_azure(tree, server)
        config = "CONFIG_TERRAFORM_AZURE=y\nCONFIG_TERRAFORM_AZURE_VM_FAMILY_DSV5=y\n"
        config += "CONFIG_TERRAFORM_AZURE_VM_SIZE_STANDARD_D4S_V5=y\n"
        tree.write(".config", config + "CONFIG_TERRAFORM_AZURE_REGION_EASTUS2=y\n")
        code, said, err = check(tree, LIVE="1", **azure.env)
        assert code == 0, said + err
        assert (
            "$0.2112/h" in said and ": can be launched" in said and said.endswith("(live answer of Azure)\n")
        )
        assert server.count(query="location eq") == 1, "the chosen location, and no other"
        tree.write(".config", config + "CONFIG_TERRAFORM_AZURE_REGION_BRAZILSOUTH=y\n")
        code, said, err = check(tree, LIVE="1", **azure.env)
        assert code != 0 and said == "" and "'brazilsouth' is not a location of this subscription" in err


@pytest.mark.slow
def test_live_gce(tree: Tree) -> None:
    with GceServer(small_gce()) as server:
        gce = make_gce(tree, server)
        family = "CONFIG_TERRAFORM_GCE=y\nCONFIG_TERRAFORM_GCE_MACHINE_FAMILY_N2_STANDARD=y\n"
        tree.write(".config", family + "CONFIG_TERRAFORM_GCE_MACHINE_N2_STANDARD_4=y\n")
        code, said, err = check(tree, LIVE="1", **gce.env)
        assert code == 0 and ": can be launched" in said, said + err
        assert said.endswith("(live answer of GCE)\n")
        tree.write(".config", family + "CONFIG_TERRAFORM_GCE_MACHINE_N2_STANDARD_16=y\n")
        code, said, _ = check(tree, LIVE="1", **gce.env)
        assert code == 1 and "error: GCE has no machine type n2-standard-16; nearest: n2-standard-32" in said


def test_a_zone_that_does_not_tell_its_region(tree: Tree) -> None:
    tree.make("defconfig-azure-gpu")
    code, said, _ = check(tree)
    assert code == 0 and "\nStandard_NC24ads_A100_v4 in eastus, zone 3, x86_64: can be" in said


def test_live_without_the_vendor_s_command(tree: Tree) -> None:
    tree.write(".config", CONFIG)
    done = tree.python("scripts/cloud_check.py", check=False, LIVE="1")
    assert done.returncode != 0 and "next: " in done.stderr and "Traceback" not in done.stderr
    assert tree.vendor_calls() != []


@pytest.mark.slow
def test_live_lambda(tree: Tree) -> None:
    with LambdaServer() as server:
        # FORCE=1 here and below: the server knows fewer types than the committed catalog
        env = {"LAMBDALABS_API_BASE": server.base, "LAMBDA_API_KEY": KEY, "FORCE": "1"}
        tree.make("defconfig-lambdalabs-gpu-1x-a10")
        code, said, err = check(tree, LIVE="1", **env)
        assert code == 0, said + err
        assert "note: capacity now" in said and "live answer of Lambda Labs" in said
        assert "note: accepted because of FORCE=1: the answer for the list of instance types lacks " in said
        assert said.count("the answer for prices of ") < 2
        code, said, err = check(tree, LIVE="1", **{**env, "FORCE": ""})
        assert (code, said) == (1, "") and "run the command again with FORCE=1" in err
        full = small_lambda()
        server.data = replace(full, types={n: k for n, k in full.types.items() if n != "gpu_1x_a10"})
        code, said, _ = check(tree, LIVE="1", **env)
        assert code == 1 and "error: Lambda Labs has no instance type gpu_1x_a10; nearest: gpu_" in said


@pytest.mark.slow
def test_a_machine_left_to_capacity(tree: Tree) -> None:
    """Offline nothing can be said of it; asked live it is decided, then checked."""
    tree.configure("lambdalabs-smart")
    code, said, _ = check(tree)
    assert code == 0 and said.startswith("note: .config leaves the choice of machine to capacity")
    with LambdaServer() as server:
        code, said, err = check(
            tree, LIVE="1", LAMBDALABS_API_BASE=server.base, LAMBDA_API_KEY=KEY, FORCE="1"
        )
        assert code == 0 and "cost: 1 x gpu_1x_a10 in " in said, said + err
    assert not (tree.root / "extra_vars.yaml").exists()

# SPDX-License-Identifier: MIT
"""Shared states with the real terraform: two trees, one state, and no guard that is blind."""

from __future__ import annotations

import base64
import json
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import requests
from pytest_mock import MockerFixture

from cloudlib.calls import state_lock
from cloudlib.config import backend
from cloudlib.errors import ConfigRejected
from cloudlib.terraform import lock
from tests.servers import gcs_server, state_server
from tests.servers.blob_server import BlobServer
from tests.support import terraform_stub
from tests.support.bringup import CONFIG, REAL_ENV, stub_module
from tests.support.terraform import MODULES, REAL_TERRAFORM, write_key_pair
from tests.support.terraform_cloud import Cloud
from tests.support.tree import Tree, make_tree

pytestmark = REAL_TERRAFORM

SECRET = "not-a-password-0123456789"


@pytest.fixture
def trees(template: Path, tmp_path: Path) -> tuple[Tree, Tree]:
    """Two clones, as of two people."""
    made = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        tree = make_tree(template, tmp_path / name)
        stub_module(tree)
        write_key_pair(tree.home / ".ssh")
        made.append(tree)
    return made[0], made[1]


def choose(trees: tuple[Tree, Tree], *lines: str) -> None:
    for tree in trees:
        tree.write(".config", CONFIG + "".join(f"CONFIG_TERRAFORM_BACKEND_{line}\n" for line in lines))


def no_secret(tree: Tree, said: str) -> None:
    """Neither in a file of ours, nor in what was said."""
    assert SECRET not in said
    for path in (tree.root / "terraform/aws").iterdir():
        assert not path.is_file() or SECRET not in path.read_text(encoding="utf-8", errors="replace"), path


def up_and_down(trees: tuple[Tree, Tree], env: dict[str, str]) -> None:
    """What one brings up the other sees, and may destroy; nobody forgets it in between."""
    env = {**REAL_ENV, **env}
    one, two = trees
    said = one.make("bringup", **env)
    assert "ssh -F terraform/aws/ssh_config kdevops-1-" in said.stdout
    assert not (one.root / "terraform/aws/terraform.tfstate").exists()
    no_secret(one, said.stdout + said.stderr)
    assert "No changes" in one.make("bringup", **env).stdout
    done = one.make("mrproper", check=False, **env)
    assert done.returncode != 0 and "still holds terraform_data.node" in done.stderr
    two.make(**env)
    done = two.make("destroy", check=False, **env)
    assert "holds 2 resources: terraform_data.node" in done.stdout and "cannot ask" in done.stderr
    assert "Destroy complete!" in two.make("destroy", "YES=1", **env).stdout
    done = one.make("destroy", "YES=1", check=False, **env)
    assert "lacks 2 resources that terraform made" in done.stderr, "the other one destroyed them"


def test_http(trees: tuple[Tree, Tree]) -> None:
    with state_server.serving() as states:
        choose(trees, "HTTP=y", f'HTTP_ADDRESS="{states.url}/states"')
        env = {"TF_HTTP_USERNAME": "me", "TF_HTTP_PASSWORD": SECRET}
        up_and_down(trees, env)
        assert list(states.kept) == ["/states/cloud-kconfig/kdevops/aws"]


def test_the_second_person_leaves_tags_and_expiry_alone(template: Path, tmp_path: Path) -> None:
    """The stamp is in the state: to set it anew would change every resource, and replace nodes of AWS."""
    trees = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        trees.append(make_tree(template, tmp_path / name))
        write_key_pair(trees[-1].home / ".ssh")
    one, two = trees
    cloud = Cloud()
    with state_server.serving() as states, terraform_stub.providers([MODULES["aws"]], cloud) as found:
        choose((one, two), "HTTP=y", f'HTTP_ADDRESS="{states.url}"')
        for tree in trees:
            tree.write(".config", tree.read(".config") + "CONFIG_TERRAFORM_EXPIRES_HOURS=8\n")
        env = {**REAL_ENV, **found, "YES": "1"}
        one.make("bringup", **env)
        assert "No changes." in two.make("bringup", **env).stdout
        first, second = (json.loads(tree.read("terraform/aws/stamp.json")) for tree in trees)
        assert first == second
        for tree in trees:
            said = tree.make("nodes", **env).stdout
            assert said.count("  198.18.0.") == 2 and "expire in 7 h 5" in said, said
        two.make("destroy", **env)
        assert cloud.machines() == {}


def test_a_lock_of_somebody_else(trees: tuple[Tree, Tree]) -> None:
    """Of an http backend terraform prints the lock's ID, and its own name; the server has the owner's."""
    one, _ = trees
    path = "/cloud-kconfig/kdevops/aws"
    since = (datetime.now(timezone.utc) - timedelta(minutes=75)).isoformat()
    env = {**REAL_ENV, "TF_HTTP_USERNAME": "me", "TF_HTTP_PASSWORD": SECRET}
    with state_server.serving() as states:
        choose(trees, "HTTP=y", f'HTTP_ADDRESS="{states.url}"')
        states.locks[path] = held = state_server.lock("ada@laptop", since)
        done = one.make("bringup", check=False, **env)
        assert done.returncode != 0 and "already locked: ID=4711" in done.stderr
        assert "next: ada@laptop has held the lock of the state for 1 h 15 min: wait for it" in done.stderr
        assert "terraform -chdir=terraform/aws force-unlock ID" in done.stderr and states.kept == {}
        assert states.locks == {path: held} and SECRET not in done.stdout + done.stderr
        states.locks[path] = b"locked by a server of few words"
        done = one.make("bringup", check=False, **env)
        assert "next: somebody else has the lock of the state: wait for it; the name above is" in done.stderr


def test_asking_for_an_owner_leaves_no_lock_behind() -> None:
    """It may be free by the time we ask."""
    with state_server.serving() as states:
        assert state_lock.owner(f"{states.url}/x", None) == {} and states.locks == {}
        states.locks["/x"] = state_server.lock("ada@laptop", "2026-11-26T20:00:00.123456789Z")
        assert state_lock.owner(f"{states.url}/x", ("me", SECRET))["Who"] == "ada@laptop"
        states.locks["/x"] = b"[1]"
        assert state_lock.owner(f"{states.url}/x", None) == {}
    assert state_lock.owner(f"{states.url}/x", None) == {}, "no answer"


def test_a_lock_that_could_not_be_given_back_names_us(mocker: MockerFixture) -> None:
    usual = state_lock._ask

    def broken(session: requests.Session, method: str, *args: Any) -> requests.Response:
        if method == "UNLOCK":
            raise requests.ConnectionError("reset by peer")
        return usual(session, method, *args)

    mocker.patch.object(state_lock, "_ask", broken)
    with state_server.serving() as states:
        assert state_lock.owner(f"{states.url}/x", None) == {}
        told = state_lock.owner(f"{states.url}/x", None)
    assert told["Who"].endswith(f"@{platform.node()}") and told["Created"]


def test_a_backend_that_does_not_answer(trees: tuple[Tree, Tree]) -> None:
    """No guard takes that for "nothing is up"."""
    one, _ = trees
    with state_server.serving() as states:
        choose(trees, "HTTP=y", f'HTTP_ADDRESS="{states.url}"')
        one.make("bringup", **REAL_ENV)
    before = sorted(p.name for p in (one.root / "terraform/aws").iterdir())
    for target in ("bringup", "cloud-plan", "nodes", "destroy", "mrproper"):
        done = one.make(target, "YES=1", check=False, **REAL_ENV)
        assert done.returncode != 0 and "http backend, which does not answer" in done.stderr, done.stderr
    assert sorted(p.name for p in (one.root / "terraform/aws").iterdir()) == before


def test_another_choice_while_machines_are_up(trees: tuple[Tree, Tree]) -> None:
    one, _ = trees
    with state_server.serving() as states:
        choose(trees, "HTTP=y", f'HTTP_ADDRESS="{states.url}"')
        one.make("bringup", **REAL_ENV)
        choose(trees, "LOCAL=y")
        for target in ("bringup", "destroy", "mrproper"):
            done = one.make(target, "YES=1", check=False, **REAL_ENV)
            assert done.returncode != 0 and "init -migrate-state" in done.stderr, done.stderr
        choose(trees, "HTTP=y", f'HTTP_ADDRESS="{states.url}"')
        one.make(**REAL_ENV)
        one.make("destroy", "YES=1", **REAL_ENV)


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """A server of Debian's PostgreSQL on a socket in `folder`; yields its connection string."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("Debian's postgresql is not installed")
    user = "postgres" if os.geteuid() == 0 else None  # PostgreSQL does not run as root
    folder.mkdir()
    if user:
        shutil.chown(folder, user)
    data, pg = folder / "data", found[-1].parent
    env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}

    def ctl(*words: str) -> None:
        subprocess.run(
            words, check=True, cwd="/", env=env, user=user, stdout=subprocess.DEVNULL, timeout=120
        )  # fmt: skip

    ctl(str(pg / "initdb"), "-D", str(data), "-A", "trust", "-U", "tester")
    options = f"-c listen_addresses= -c fsync=off -k {folder}"
    ctl(str(pg / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"host={folder} user=tester dbname=postgres password={SECRET} sslmode=disable"
    finally:
        ctl(str(pg / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")


def test_a_lock_in_postgresql(trees: tuple[Tree, Tree]) -> None:
    """It names nobody; the query that is printed finds who is connected."""
    short = Path("/tmp") / f"pg{os.getpid()}"
    psql = shutil.which("psql") or pytest.skip("there is no psql")
    try:
        with postgresql(short) as where:
            choose(trees, "PG=y")
            env = {**REAL_ENV, "PG_CONN_STR": where}
            trees[0].make("cloud-plan", **env)
            hold = "select pg_advisory_lock(-1); \\! echo held\n"
            with subprocess.Popen(
                [psql, "-qtA", where], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            ) as somebody:
                assert somebody.stdin and somebody.stdout
                somebody.stdin.write(hold)
                somebody.stdin.flush()
                while "held" not in somebody.stdout.readline():
                    pass
                done = trees[0].make("bringup", check=False, **env)
                (query,) = re.findall(r'^ +psql "\$PG_CONN_STR" -c "(.*)"$', done.stderr, re.M)
                found = subprocess.run(
                    [psql, "-tA", where, "-c", query], check=True, capture_output=True, text=True
                )
                somebody.stdin.close()
            assert done.returncode != 0 and "PostgreSQL does not name the owner of a lock" in done.stderr
            assert "select pg_terminate_backend(PID)" in done.stderr and SECRET not in done.stderr
            assert found.stdout.count("|tester|") == 1
    finally:
        shutil.rmtree(short, ignore_errors=True)


def test_postgresql(trees: tuple[Tree, Tree], tmp_path_factory: pytest.TempPathFactory) -> None:
    short = Path("/tmp") / f"pg{os.getpid()}"  # a socket's path has 107 bytes at most
    try:
        with postgresql(short) as where:
            choose(trees, "PG=y")
            up_and_down(trees, {"PG_CONN_STR": where})
    finally:
        shutil.rmtree(short, ignore_errors=True)


def test_s3(trees: tuple[Tree, Tree], monkeypatch: pytest.MonkeyPatch) -> None:
    """On moto, with the lock file that terraform writes beside the state."""
    server_module = pytest.importorskip("moto.server")
    boto3 = pytest.importorskip("boto3")
    server = server_module.ThreadedMotoServer("127.0.0.1", port=0)
    server.start()
    try:
        host, port = server.get_host_and_port()
        url = f"http://{host}:{port}"
        keys = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": SECRET}
        for name, value in keys.items():
            monkeypatch.setenv(name, value)
        s3 = boto3.client("s3", endpoint_url=url, region_name="us-east-1")
        s3.create_bucket(Bucket="states")
        choose(
            trees, "S3=y", 'BUCKET="states"', "S3_COMPATIBLE=y", f'S3_ENDPOINT="{url}"'
        )  # fmt: skip
        key = "cloud-kconfig/kdevops/aws/terraform.tfstate"
        s3.put_object(
            Bucket="states", Key=f"{key}.tflock", Body=state_server.lock("ada@laptop", "2026-11-26T20:00:00Z")
        )
        done = trees[0].make("bringup", check=False, **REAL_ENV, **keys)
        assert done.returncode != 0 and "Who:       ada@laptop" in done.stderr
        assert "Created:   2026-11-26 20:00:00" in done.stderr
        assert "next: ada@laptop has held the lock of the state for " in done.stderr
        s3.delete_object(Bucket="states", Key=f"{key}.tflock")
        up_and_down(trees, keys)
    finally:
        server.stop()


def test_gcs(trees: tuple[Tree, Tree]) -> None:
    """On a server that knows objects and their generations; the lock is one of them."""
    with gcs_server.serving("states", SECRET) as bucket:
        choose(trees, "GCS=y", 'BUCKET="states"')
        env = {
            "GOOGLE_STORAGE_CUSTOM_ENDPOINT": f"{bucket.url}/storage/v1/",
            "GOOGLE_OAUTH_ACCESS_TOKEN": SECRET,
        }
        key = "cloud-kconfig/kdevops/aws/default"
        since = (datetime.now(timezone.utc) - timedelta(minutes=75)).isoformat()
        bucket.write(f"{key}.tflock", state_server.lock("ada@laptop", since))
        done = trees[0].make("bringup", check=False, **REAL_ENV, **env)
        assert done.returncode != 0 and f"{key}.tfstate" not in bucket.kept
        assert "next: ada@laptop has held the lock of the state for 1 h 15 min" in done.stderr
        del bucket.kept[f"{key}.tflock"]
        up_and_down(trees, env)
        assert list(bucket.kept) == [f"{key}.tfstate"]


def test_azurerm(trees: tuple[Tree, Tree], tmp_path: Path) -> None:
    """Behind a proxy that is the storage account; the lock is a lease of the blob."""
    with BlobServer("ours", tmp_path / "tls") as server:
        names = ('RESOURCE_GROUP="rg"', 'STORAGE_ACCOUNT="ours"', 'CONTAINER="tfstate"')
        choose(trees, "AZURERM=y", *(f"AZURERM_{name}" for name in names))
        env = {
            "HTTPS_PROXY": server.url,
            "SSL_CERT_FILE": str(server.ca),
            "ARM_ACCESS_KEY": base64.b64encode(SECRET.encode()).decode(),
        }
        path = "/tfstate/cloud-kconfig/kdevops/aws/terraform.tfstate"
        since = (datetime.now(timezone.utc) - timedelta(minutes=75)).isoformat()
        server.lock(path, state_server.lock("ada@laptop", since))
        done = trees[0].make("bringup", check=False, **REAL_ENV, **env)
        assert done.returncode != 0 and server.blobs[path].content == b""
        assert "next: ada@laptop has held the lock of the state for 1 h 15 min" in done.stderr
        server.blobs.clear()
        up_and_down(trees, env)
        assert [*server.blobs] == [path] and server.blobs[path].lease == ""


def test_a_backend_of_one_s_own(trees: tuple[Tree, Tree]) -> None:
    """An override file has to be allowed by name; then terraform is asked, too."""
    one, _ = trees
    with state_server.serving() as states:
        choose(trees, "LOCAL=y")
        one.write(
            "terraform/aws/backend_override.tf",
            f'terraform {{\n  backend "http" {{\n    address = "{states.url}/mine"\n  }}\n}}\n',
        )
        done = one.make("bringup", check=False, **REAL_ENV)
        assert done.returncode != 0 and "backend_override.tf" in done.stderr and states.kept == {}
        env = {**REAL_ENV, "TERRAFORM_EXTRA": "backend_override.tf"}
        one.make("bringup", **env)
        assert one.make("mrproper", check=False, **env).returncode != 0
        assert "holds 2 resources" in one.make("destroy", "YES=1", **env).stdout


@pytest.mark.parametrize("how", ["variable", "file"])
def test_a_workspace_is_refused_by_name(trees: tuple[Tree, Tree], how: str) -> None:
    one, _ = trees
    choose(trees, "LOCAL=y")
    one.make("bringup", **REAL_ENV)
    env = REAL_ENV
    if how == "variable":
        env = {**env, "TF_WORKSPACE": "alice"}
    else:
        one.write("terraform/aws/.terraform/environment", "alice")
    for target in ("bringup", "cloud-plan", "nodes", "destroy", "mrproper"):
        done = one.make(target, "YES=1", check=False, **env)
        assert done.returncode != 0 and "the workspace 'alice'" in done.stderr, done.stderr
    assert (one.root / "terraform/aws/ssh_config").exists()


def test_a_workspace_that_holds_something(trees: tuple[Tree, Tree]) -> None:
    """destroy would destroy the half, and forget the variables of both."""
    one, _ = trees
    choose(trees, "LOCAL=y")
    one.make("bringup", **REAL_ENV)
    state = one.read("terraform/aws/terraform.tfstate")
    one.write("terraform/aws/terraform.tfstate.d/alice/terraform.tfstate", state)
    for target in ("bringup", "destroy"):
        done = one.make(target, "YES=1", check=False, **REAL_ENV)
        assert done.returncode != 0 and "the workspace 'alice' of terraform/aws holds 2" in done.stderr
    assert one.make("mrproper", check=False).returncode != 0


TOLD = """
Error: Error acquiring the state lock

Error message: PreconditionFailed
Lock Info:
  ID:        4711
  Who:       ada@laptop
  Created:   2026-11-26 20:00:00.5 +0000 UTC
"""


@pytest.mark.parametrize(
    "hours, age", [(0, "0 min"), (0.5, "30 min"), (3.25, "3 h 15 min"), (50, "2 d 2 h"), (-1, "0 min")]
)
def test_the_age_of_a_lock(tmp_path: Path, hours: float, age: str) -> None:
    """Also where the clocks differ."""
    now = datetime(2026, 11, 26, 20, tzinfo=timezone.utc) + timedelta(hours=hours, seconds=1)
    held = f"ada@laptop has held the lock of the state for {age}: wait for it\n"
    assert lock.hint(TOLD, tmp_path, now).startswith(held)
    framed = "".join(f"│ {line}\n" for line in TOLD.splitlines())
    assert lock.hint(framed, tmp_path, now).startswith(held)
    assert lock.hint("Error: no capacity", tmp_path, now) == ""


VALUES = {"terraform_hosts_prefix": "team-a", "terraform_backend_bucket": "b"}


@pytest.mark.parametrize(
    "kind, others, expected",
    [
        ("gcs", {}, {"bucket": "b", "prefix": "cloud-kconfig/team-a/gce"}),
        ("pg", {}, {"schema_name": "cloud_kconfig_team_a_gce"}),
        (
            "azurerm",
            {f"terraform_backend_azurerm_{n}": n for n in ("resource_group", "storage_account", "container")},
            {
                "resource_group_name": "resource_group",
                "storage_account_name": "storage_account",
                "container_name": "container",
                "key": "cloud-kconfig/team-a/gce/terraform.tfstate",
            },
        ),
    ],
)
def test_what_is_written(kind: str, others: dict[str, str], expected: dict[str, str]) -> None:
    text = backend.text({**VALUES, **others, "terraform_backend": kind}, "gce")
    assert json.loads(text) == {"terraform": {"backend": {kind: expected}}}


@pytest.mark.parametrize("address", ["http://example.org", "https://me:pw@example.org", "nowhere", ""])
def test_an_address_that_would_leak(address: str) -> None:
    values = {**VALUES, "terraform_backend": "http", "terraform_backend_http_address": address}
    with pytest.raises(ConfigRejected) as caught:
        backend.text(values, "gce")
    assert "pw" not in str(caught.value) and caught.value.hint
